"""The progress display, on a terminal and off one."""

import io
import time

from rich.console import Console

from keras_recipes import Stopping
from keras_recipes.cli.progress import Display, LiveDisplay, make_display
from keras_recipes.report.duration import format_seconds

RECORD = {
    "epoch": 1, "phase": "train", "loss": 1.5, "accuracy": 0.5, "nll": 1.4, "val_loss": 1.3,
    "val_accuracy": 0.6, "val_nll": 1.3, "learning_rate": 0.1, "images_per_second": 800.0,
    "seconds": 61.0,
}  # fmt: skip


def show(terminal):
    stream = io.StringIO()
    console = Console(file=stream, force_terminal=terminal, width=140)
    display = make_display(console, 2)
    display.begin_phase("train", [0.1] * 20, 0, 10, 32, Stopping(), None)
    display.interval = 0
    for epoch, accuracy in enumerate((0.6, 0.5)):
        display.on_train_begin()
        display.on_epoch_begin(epoch)
        display.on_train_batch_end(4, {"loss": 1.25, "accuracy": 0.5})
        time.sleep(0.3 if terminal else 0)  # the live line is drawn eight times a second
        display.on_test_begin()
        display.end_epoch({**RECORD, "epoch": epoch + 1, "val_accuracy": accuracy})
        display.on_train_end()
    display.close()
    return display, stream.getvalue()


def test_plain_lines_without_a_terminal():
    display, text = show(terminal=False)
    assert type(display) is Display
    lines = text.splitlines()
    assert lines[0].split() == [
        "loss", "acc", "val", "nll", "val", "acc", "rate", "img/s", "time",
    ]  # fmt: skip
    assert lines[1].startswith("epoch 1/2  step 5/10  loss 1.2500  acc 0.5000  rate 0.1")
    assert lines[2] == (
        "epoch 1/2  1.5000  0.5000  1.3000  0.6000      0.1    800   1 min 1 s  best"
    )
    assert lines[0].index("val acc") + len("val acc") == lines[2].index("0.6000") + 6
    assert lines[4].endswith("1 min 1 s")
    assert len(lines[2]) < 80
    assert "\x1b" not in text


def test_a_live_line_on_a_terminal():
    display, text = show(terminal=True)
    assert isinstance(display, LiveDisplay)
    assert "step 5/10" in text
    assert "\x1b" in text


def test_what_is_no_number_is_not_the_best():
    stream = io.StringIO()
    display = make_display(Console(file=stream, width=140), 3)
    display.begin_phase("train", None, 0, 10, 32, Stopping(monitor="val_nll", min_delta=0.1), None)
    for epoch, value in enumerate((float("nan"), 1.5, 1.45, 1.2)):
        display.end_epoch({**RECORD, "epoch": epoch + 1, "val_nll": value})
    marked = [line.endswith("best") for line in stream.getvalue().splitlines()[1:]]
    assert marked == [False, True, False, True]


def test_pretraining_has_a_probe_and_no_best():
    stream = io.StringIO()
    display = make_display(Console(file=stream, width=140), 3)
    display.begin_phase("pretrain", [0.1] * 30, 0, 10, 32, None, None)
    record = {name: value for name, value in RECORD.items() if name[:3] != "val"}
    display.end_epoch({**record, "pretext_accuracy": 0.25, "val_probe_accuracy": 0.75})
    display.end_epoch({**record, "epoch": 2})
    lines = stream.getvalue().splitlines()
    assert lines[0].split() == ["pretrain", "loss", "acc", "probe", "rate", "img/s", "time"]
    assert lines[0].index("probe") + len("probe") == lines[1].index("0.7500") + 6
    assert lines[1].split()[2:5] == ["1.5000", "0.2500", "0.7500"]
    assert not lines[1].endswith("best")
    assert len(lines[1]) == len(lines[2])


def test_spans_of_time():
    assert [format_seconds(each) for each in (4.21, 61, 200, 7500)] == [
        "4.2 s", "1 min 1 s", "3 min 20 s", "2 h 5 min",
    ]  # fmt: skip
