"""A run as one page: what came of it, how it went, what it was."""

import base64
import io
import shlex
from pathlib import Path

import matplotlib

from keras_recipes.atomic_file import replacing
from keras_recipes.report.curves import draw_curves
from keras_recipes.report.document import document, section, tile
from keras_recipes.report.duration import format_seconds
from keras_recipes.report.found_rate import found_rate_section
from keras_recipes.report.markup import Markup, element, facts, number
from keras_recipes.report.scores import FURTHER_SCORES
from keras_recipes.training.run_files import RunFiles, read_run_files

_STATE_COLOURS = {
    "finished": "good", "stopped early": "good", "interrupted": "warn", "running": "warn",
    "failed": "bad",
}  # fmt: skip

_EPOCH_COLUMNS = {
    "epoch": ("epoch", "d"),
    "phase": ("phase", None),
    "loss": ("training loss", ".4f"),
    "accuracy": ("training accuracy", ".4f"),
    "nll": ("training nll", ".4f"),
    "val_loss": ("validation loss", ".4f"),
    "val_accuracy": ("validation accuracy", ".4f"),
    "val_nll": ("validation nll", ".4f"),
    "pretext_accuracy": ("pretext accuracy", ".4f"),
    "val_probe_accuracy": ("linear probe", ".4f"),
    "learning_rate": ("learning rate", ".3g"),
    "images_per_second": ("images / s", ".0f"),
    "seconds": ("seconds", ".1f"),
}
"""Key in `metrics.jsonl`: (heading, format)."""


def write_report(path) -> Path:
    """Write `report.html` into a run directory, from its three text files.

    The page needs no network and no script, and can be mailed as it is. It may be written at any
    time: of a run that goes on, was interrupted or failed, it shows what there is.

    Args:
        path: the run directory.

    Returns:
        where the page is.

    Raises:
        RecipeError: if `path` is not a run directory.
    """
    path = Path(path)
    page = _page(read_run_files(path), path)
    with replacing(path / "report.html") as partial:
        partial.write_text(page, encoding="utf-8")
    return path / "report.html"


def _page(run: RunFiles, path):
    about = run.about
    body = element(
        "body",
        _header(about),
        _stand_in(about),
        element("main", _result(run, path), _curves(run), found_rate_section(about, path),
                _epochs(run), _recipe(run), _data(about), _computation(about), _record(about)),
        element("footer", "Written by keras_recipes from run.json, metrics.jsonl and recipe.py."),
    )  # fmt: skip
    return document(f"{about['name']}: {about['state']}", body)


def _header(about):
    colour = _STATE_COLOURS.get(about["state"], "warn")
    state = element("span", about["state"], class_=f"state {colour}")
    return element(
        "header",
        element("h1", about["name"], " ", state),
        element("p", f"{about['data']['name']}, seed {about['seed']}, begun {about['started']}"),
    )


def _stand_in(about):
    if not about["stands_in_for"]:
        return Markup()
    return element(
        "aside",
        element("strong", f"Stand-in data: {about['data']['name']}."),
        f" {about['stands_in_for']}. The recipe's stand-in ran in its place: what this page shows "
        "says nothing of the data set that was asked for.",
        class_="banner",
    )


def _result(run, path):
    if run.about["results"] is None:
        return _no_result(run, path)
    results, test = run.about["results"], run.about["results"]["test"]
    low, high = test["accuracy_interval"]
    tiles = [
        tile(
            "Test accuracy", number(test["accuracy"], ".4f"),
            "95 % interval ", number(low, ".4f"), " to ", number(high, ".4f"), "; ",
            number(test["correct"]), " of ", number(test["examples"]), " images",
        ),
        *(tile(f"Test {heading}", number(test[name], ".4f"), note)
          for name, (heading, note) in FURTHER_SCORES.items() if name in test),
        tile("Best epoch", number(results["best_epoch"]),
              "of ", number(results["epochs"]), "; ", results["monitor"], " ",
              number(results["best"], ".4f")),
        tile("Time", element("data", format_seconds(run.about["seconds"]),
                              value=repr(run.about["seconds"])),
              f"on {run.about['machine']['device']}, from building the model to the test"),
    ]  # fmt: skip
    weights = "the last epoch's" if results["best_epoch"] is None else "the best epoch's"
    note = (
        f"The test set was read once, with {weights} weights. The interval (Wilson's) is for "
        "further images of the same kind; what another seed would change is not in it."
    )
    return section(
        "Result", element("dl", *tiles, class_="tiles"), element("p", note, class_="note")
    )


def _no_result(run, path):
    about = run.about
    resume = f"keras-recipes run --resume {shlex.quote(str(path))}"
    said = {
        "interrupted": "The run was interrupted.",
        "failed": f"The run failed: {about.get('error') or 'it left no reason'}",
    }.get(about["state"], "The run was going on, or had been killed, when this page was written.")
    paragraphs = [
        element("p", f"There is no result: the test set has not been read. {said}"),
        element("p", "Finished epochs: ", number(len(run.records)), "."),
    ]
    if about["state"] in ("interrupted", "failed"):
        paragraphs.append(element("p", "To go on: ", element("code", resume)))
    return section("Result", *paragraphs)


def _curves(run):
    if not run.records:
        return Markup()
    figure = draw_curves(run.records, best_epoch=_best_epoch(run.about))
    last = run.records[-1]
    told = ", ".join(
        f"{_EPOCH_COLUMNS[name][0]} {last[name]:.4f}"
        for name in ("accuracy", "val_accuracy", "nll", "val_nll")
        if last.get(name) is not None
    )
    picture = element("img", src=_data_uri(figure), alt=f"Curves; in epoch {last['epoch']}: {told}")
    caption = (
        "Training values are averages taken while the epoch ran, with weights that still "
        "changed and on images as the recipe augments them; validation follows each epoch, on "
        "images as they are. So validation may be the better of the two."
    )
    return section("Curves", element("figure", picture, element("figcaption", caption)))


def _data_uri(figure) -> str:
    file = io.BytesIO()
    # A fixed salt and no date: the same run gives the same page, to the byte.
    with matplotlib.rc_context({"svg.hashsalt": "keras_recipes"}):
        unsaid = dict.fromkeys(("Creator", "Date", "Format", "Type"))
        figure.savefig(file, format="svg", metadata=unsaid)
    return "data:image/svg+xml;base64," + base64.b64encode(file.getvalue()).decode()


def _epochs(run):
    if not run.records:
        return Markup()
    columns = [name for name in _EPOCH_COLUMNS if any(name in each for each in run.records)]
    if len({each.get("phase") for each in run.records}) == 1 and "phase" in columns:
        columns.remove("phase")
    head = element("tr", *(_epoch_heading(name) for name in columns))
    rows = [_epoch_row(each, columns, _best_epoch(run.about)) for each in run.records]
    table = element("table", element("thead", head), element("tbody", *rows), class_="epochs")
    summary = element("summary", f"{len(rows)} epochs, as in metrics.jsonl")
    return section("Epochs", element("details", summary, element("div", table, class_="scroll")))


def _epoch_heading(name):
    heading, spec = _EPOCH_COLUMNS[name]
    return element("th", heading, scope="col", **({} if spec else {"class_": "text"}))


def _epoch_row(record, columns, best_epoch):
    is_best = record["epoch"] == best_epoch
    cells = []
    for name in columns:
        spec = _EPOCH_COLUMNS[name][1]
        if name == "epoch":
            mark = "best: " if is_best else ""
            cells.append(element("th", mark, number(record[name], spec), scope="row"))
        elif spec is None:
            cells.append(element("td", record.get(name, ""), class_="text"))
        else:
            cells.append(element("td", number(record.get(name), spec)))
    return element("tr", *cells, **({"class_": "best"} if is_best else {}))


def _recipe(run):
    return section(
        "Recipe",
        element("p", "As it ran, every choice stated; recipe.py runs again.", class_="note"),
        element("pre", element("code", run.recipe)),
    )


def _data(about):
    data = about["data"]
    names = data["class_names"]
    classes = element("details", element("summary", number(len(names))), ", ".join(names))
    skipped = data.get("skipped", [])
    listed = element("details", element("summary", number(len(skipped))), ", ".join(skipped))
    return section("Data", facts([
        ("name", data["name"]),
        ("images to train", number(data["train"])),
        ("images to validate", number(data["validation"])),
        ("image shape", " × ".join(map(str, data["image_shape"]))),
        ("classes", classes),
        ("fingerprint", element("code", data["fingerprint"])),
        *([("skipped as unreadable", listed)] if skipped else []),
    ]))  # fmt: skip


def _computation(about):
    speed, machine = about["speed"], about["machine"]
    rows = [
        ("precision", f"{speed['precision']}: {speed['reason']}"),
        ("compiled by XLA", _yes(speed["jit_compile"])),
        ("fused batch normalization", _yes(speed["fused_batch_normalization"])),
        ("device", f"{machine['device']} ({machine['kind']})"),
        ("GPUs", number(machine["gpus"])),
        ("CPU cores", number(machine["cpu_cores"])),
        ("threads within an operation", machine["intra_op_threads"] or "TensorFlow's choice"),
        ("threads between operations", machine["inter_op_threads"] or "TensorFlow's choice"),
        ("oneDNN", machine["onednn"]),
        ("platform", machine["platform"]),
    ]
    rows += [(name, found or "not installed") for name, found in about["versions"].items()]
    return section("Machine and versions", facts(rows))


def _record(about):
    command = shlex.join(about["command"])
    rows = [
        ("command", element("code", command) if command else "not from the command line"),
        ("seed", number(about["seed"])),
        ("begun", about["started"]),
        ("ended", about.get("ended", "not yet")),
        ("weights and biases", number(about.get("parameters"), ",")),
    ]
    rows += [(name, element("code", f"SHA-256 {each}")) for name, each in about["sources"].items()]
    return section("Record", facts(rows))


def _best_epoch(about):
    return (about["results"] or {}).get("best_epoch")


def _yes(value):
    return "yes" if value else "no"
