import json

import pytest
from matplotlib.figure import Figure
from parsed_page import Page

from keras_recipes.errors import RecipeError
from keras_recipes.report import page as page_module
from keras_recipes.report import write_report


@pytest.fixture(autouse=True)
def _blank_picture(monkeypatch):
    """Spare a second a page: test_report_self_contained.py writes whole ones."""
    monkeypatch.setattr(page_module, "draw_curves", lambda records, **options: Figure((1, 1)))


def read(path):
    return Page(write_report(path).read_text(encoding="utf-8"))


def test_numbers_are_those_of_run_json(make_run):
    path = make_run()
    about = json.loads((path / "run.json").read_text())
    page, test = read(path), about["results"]["test"]
    low, high = test["accuracy_interval"]
    expected = [test["accuracy"], low, high, test["correct"], test["examples"], test["nll"],
                about["results"]["best_epoch"], about["results"]["epochs"],
                about["results"]["best"], about["seconds"]]  # fmt: skip
    assert page.numbers[: len(expected)] == expected
    assert "Test accuracy0.952895 % interval 0.9257 to 0.9703; 343 of 360 images" in page.text
    assert "Test nll0.1439" in page.text
    assert "Best epoch3of 4; val_accuracy 0.9514" in page.text
    assert "Time37.2 s" in page.text
    assert {about["seed"], about["parameters"], about["data"]["train"]} <= set(page.numbers)


def test_further_scores_of_the_test_are_shown_where_there_are_any(make_run):
    results = json.loads((make_run() / "run.json").read_text())["results"]
    assert "Brier" not in read(make_run()).text  # a run of before they were scored
    further = {"top_5_accuracy": 0.9944, "calibration_error": 0.0123, "brier_score": 0.0718}
    page = read(make_run(results={**results, "test": {**results["test"], **further}}))
    assert set(further.values()) <= set(page.numbers)
    assert "Test top-5 accuracy0.9944" in page.text
    assert "Test calibration error0.0123" in page.text
    assert "Test Brier score0.0718" in page.text


def test_table_holds_every_epoch(make_run, real_records):
    page = read(make_run())
    expected = [[v for k, v in record.items() if k != "phase"] for record in real_records]
    assert page.rows[1:5] == expected
    assert page.classes().count("best") == 1
    assert "best: 3" in page.text


def test_says_what_ran_on_what(make_run):
    command = ["keras-recipes", "run", "a b.py"]
    path = make_run(command=command, sources={"my_parts.py": "0123abc"})
    about = json.loads((path / "run.json").read_text())
    page = read(path)
    assert "keras-recipes run 'a b.py'" in page.text
    assert "my_parts.pySHA-256 0123abc" in page.text
    assert "schedule=Cosine(warmup_epochs=1.0, final_fraction=0.0)" in page.text
    said = [
        about["machine"]["device"],
        about["speed"]["precision"],
        about["speed"]["reason"],
        about["versions"]["tensorflow"],
        about["data"]["fingerprint"],
        about["ended"],
    ]
    assert [each for each in said if each not in page.text] == []


@pytest.mark.parametrize("state", ["finished", "stopped early"])
def test_state_is_in_the_title_and_the_heading(make_run, state):
    page = read(make_run(state=state))
    assert page.text.startswith(f"cifar_resnet-digits: {state} cifar_resnet-digits {state}")
    assert "state good" in page.classes()


def test_stand_in_has_a_banner(make_run):
    page = read(make_run(stands_in_for="data.name is 'cifar10', which is not here"))
    assert "banner" in page.classes()
    assert "Stand-in data: digits. data.name is 'cifar10', which is not here." in page.text


def test_no_banner_without_stand_in(make_run):
    assert "banner" not in read(make_run(stands_in_for=None)).classes()


@pytest.mark.parametrize(("state", "colour"), [("interrupted", "warn"), ("failed", "bad")])
def test_a_run_without_result_says_how_to_go_on(make_run, real_records, state, colour):
    path = make_run(real_records[:2], state=state, results=None)
    page = read(path)
    assert f"state {colour}" in page.classes()
    assert "There is no result: the test set has not been read." in page.text
    assert "Finished epochs: 2." in page.text
    assert f"keras-recipes run --resume {path}" in page.text
    assert "Test accuracy" not in page.text
    assert "best: " not in page.text


def test_a_run_that_goes_on(make_run):
    path = make_run(state="running", results=None)
    about = json.loads((path / "run.json").read_text())
    del about["ended"], about["parameters"]
    (path / "run.json").write_text(json.dumps(about))
    page = read(path)
    assert "The run was going on" in page.text
    assert "--resume" not in page.text


@pytest.mark.parametrize("records", [[], None])
def test_no_epoch(make_run, records):
    page = read(make_run(records, state="failed", results=None))
    assert "Finished epochs: 0." in page.text
    assert "img" not in [tag for tag, _ in page.elements]


def test_one_epoch(make_run, real_records):
    page = read(make_run(real_records[:1], state="interrupted", results=None))
    assert "img" in [tag for tag, _ in page.elements]


def test_no_epoch_was_ever_an_improvement(make_run):
    results = json.loads((make_run() / "run.json").read_text())["results"]
    page = read(make_run(results={**results, "best_epoch": None, "best": None}))
    assert "Best epoch–of 4" in page.text


def test_several_phases_are_named_in_the_table(make_run, real_records):
    assert "phase" not in read(make_run()).text.split("Epochs")[1].split("Recipe")[0]
    names = ["head", "head", "whole", "whole"]
    records = [{**r, "phase": name} for r, name in zip(real_records, names, strict=True)]
    text = read(make_run(records)).text
    assert "1head1.9809" in text
    assert "best: 3whole0.3054" in text


def test_a_metric_that_is_missing_or_not_finite(make_run, real_records):
    records = [dict(each) for each in real_records]
    del records[0]["val_nll"]
    records[1]["val_nll"] = float("nan")
    text = read(make_run(records)).text
    assert "0.2569–" in text
    assert "0.5972nan" in text


def test_a_last_line_that_was_cut_off_is_left_out(make_run):
    path = make_run(state="interrupted", results=None)
    whole = (path / "metrics.jsonl").read_text()
    (path / "metrics.jsonl").write_text(whole[:-40])
    assert "Finished epochs: 3." in read(path).text


def test_everything_from_outside_is_escaped(make_run, real_records):
    evil = "<script>alert('&\"')</script>"
    data = {"name": evil, "train": 1, "validation": 1, "image_shape": [1], "class_names": [evil],
            "fingerprint": evil}  # fmt: skip
    records = [{**r, "phase": f"{evil}{i}"} for i, r in enumerate(real_records)]
    path = make_run(
        records, recipe=f"# {evil}\n", name=evil, state=evil, command=[evil], stands_in_for=evil,
        started=evil, ended=evil, data=data, versions={evil: evil}, sources={evil: evil},
    )  # fmt: skip
    text = write_report(path).read_text(encoding="utf-8")
    page = Page(text)
    assert "<script" not in text
    assert {tag for tag, _ in page.elements}.isdisjoint({"script", "iframe", "link", "object"})
    assert page.text.count(evil) >= 12


def test_nothing_else_is_left_in_the_directory(make_run):
    path = make_run()
    before = {each.name for each in path.iterdir()}
    assert write_report(path) == path / "report.html"
    assert {each.name for each in path.iterdir()} == before | {"report.html"}


def test_what_is_no_run_directory_is_refused(tmp_path):
    with pytest.raises(RecipeError, match=r"is not a run directory: it has no run\.json"):
        write_report(tmp_path)


def test_a_rate_that_was_found_is_told_and_drawn(make_run):
    found = {"suggestion": 0.0123, "low": 0.01, "high": 0.015, "repeats": 3, "valleys": 2}
    path = make_run(found_rate=found)
    assert set(found.values()) <= set(read(path).numbers)
    assert "data:image/png" not in write_report(path).read_text()
    Figure((1, 1)).savefig(path / "find_lr.png")
    assert "data:image/png;base64," in write_report(path).read_text()
