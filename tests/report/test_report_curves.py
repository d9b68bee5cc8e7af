import io
import math

import pytest

from keras_recipes.report.curves import draw_curves
from keras_recipes.report.panel import TRAINING, VALIDATION


def panels(figure):
    likelihood, accuracy, rate = figure.axes[-3:]
    return likelihood, accuracy, rate


def lines(axis):
    """Legend's name of each curve: its points."""
    return {
        line.get_label(): list(zip(line.get_xdata(), line.get_ydata(), strict=True))
        for line in axis.get_lines()
        if not line.get_label().startswith("_")
    }


def save(figure):
    file = io.BytesIO()
    figure.savefig(file, format="svg")
    return file.getvalue().decode()


def in_phases(records, names):
    return [
        {**each, "phase": name, "epoch": index + 1}
        for index, (each, name) in enumerate(zip(records, names, strict=True))
    ]


def test_curves_hold_the_logged_values(real_records):
    likelihood, accuracy, rate = panels(draw_curves(real_records))
    for axis, training, validation in (
        (likelihood, "nll", "val_nll"),
        (accuracy, "accuracy", "val_accuracy"),
    ):
        drawn = lines(axis)
        assert drawn["training (as augmented)"] == [(r["epoch"], r[training]) for r in real_records]
        assert drawn["validation"] == [(r["epoch"], r[validation]) for r in real_records]
    (line,) = rate.get_lines()
    assert list(line.get_ydata()) == [r["learning_rate"] for r in real_records]


def test_loss_is_drawn_only_where_it_is_not_the_likelihood(real_records):
    assert "training loss" not in lines(panels(draw_curves(real_records))[0])
    smoothed = [{**each, "loss": each["nll"] + 0.4} for each in real_records]
    drawn = lines(panels(draw_curves(smoothed))[0])
    assert drawn["training loss"] == [(r["epoch"], r["loss"]) for r in smoothed]


def test_pretraining_shows_its_probe_and_not_its_loss(real_records):
    pretraining = [
        {"epoch": n + 1, "phase": "pretrain", "loss": 6.0 - n, "val_probe_accuracy": 0.3 + n / 10,
         "learning_rate": 0.1}
        for n in range(2)
    ]  # fmt: skip
    rest = [{**each, "epoch": each["epoch"] + 2} for each in real_records]
    likelihood, accuracy, _ = panels(draw_curves([*pretraining, *rest]))
    assert "training loss" not in lines(likelihood)
    assert lines(accuracy)["linear probe"][:2] == [(1, 0.3), (2, 0.4)]


def test_scale_is_logarithmic_where_the_range_asks_for_it(real_records):
    assert panels(draw_curves(real_records))[0].get_yscale() == "log"
    assert panels(draw_curves(real_records[:1]))[0].get_yscale() == "linear"
    zero = [*real_records[:3], {**real_records[3], "val_nll": 0.0}]
    assert panels(draw_curves(zero))[0].get_yscale() == "linear"


@pytest.mark.parametrize(
    ("best_epoch", "epoch", "title"),
    [(4, 4, "best: epoch 4, 0.9514"), (None, 3, "highest so far: epoch 3, 0.9514")],
)
def test_the_best_epoch_is_marked(real_records, best_epoch, epoch, title):
    _, accuracy, _ = panels(draw_curves(real_records, best_epoch=best_epoch))
    mark = accuracy.get_lines()[-1]
    assert list(mark.get_xdata()) == [epoch]
    assert list(mark.get_ydata()) == [real_records[epoch - 1]["val_accuracy"]]
    assert accuracy.get_title("right").endswith(title)


def test_one_phase_is_not_named(real_records):
    figure = draw_curves(real_records)
    assert len(figure.axes) == 3


def test_each_change_of_phase_has_a_line_in_every_panel_and_a_name(real_records):
    records = in_phases(real_records, ["head", "head", "middle", "whole"])
    figure = draw_curves(records)
    strip = figure.axes[0]
    assert [text.get_text().strip() for text in strip.texts] == ["head", "middle", "whole"]
    for axis in figure.axes:
        upright = [
            line.get_xdata()[0]
            for line in axis.get_lines()
            if len(set(line.get_xdata())) == 1 and len(line.get_xdata()) == 2
        ]
        assert upright == [2.5, 3.5]
    assert save(figure).startswith("<?xml")


def test_one_epoch_shows_as_a_point(real_records):
    _, accuracy, _ = panels(draw_curves(real_records[:1]))
    assert accuracy.get_lines()[0].get_marker() == "o"
    assert save(draw_curves(real_records[:1]))


def test_no_epoch_says_so():
    figure = draw_curves([])
    assert "no finished epoch" in [text.get_text() for axis in figure.axes for text in axis.texts]
    assert save(figure)


def test_values_that_are_not_finite_leave_a_gap(real_records):
    records = [dict(each) for each in real_records]
    records[0]["val_nll"] = math.inf
    records[1]["val_accuracy"] = math.nan
    del records[2]["val_accuracy"]
    figure = draw_curves(records)
    likelihood, accuracy, _ = panels(figure)
    assert math.isnan(lines(likelihood)["validation"][0][1])
    assert accuracy.get_title("right").endswith("highest so far: epoch 4, 0.9514")
    assert save(figure)


def test_no_validation_at_all(real_records):
    bare = [{k: v for k, v in r.items() if not k.startswith("val_")} for r in real_records]
    _, accuracy, _ = panels(draw_curves(bare))
    assert list(lines(accuracy)) == ["training (as augmented)"]
    assert accuracy.get_title("right") == ""


def test_training_and_validation_differ_without_colour():
    assert TRAINING["linestyle"] != VALIDATION["linestyle"]
