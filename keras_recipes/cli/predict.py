"""Say what a trained model sees in image files.

keras-recipes predict runs/folder_convnet-20260101-120000 cat.jpg
keras-recipes predict runs/folder_convnet-20260101-120000 photos --top 3 --csv photos.csv
keras-recipes predict best.keras cat.jpg --json

Files are read as the run read its validation images. Those that can't be read are named on
standard error, and the exit code is 1.
"""

import contextlib
import csv
import json
import os
import sys
from pathlib import Path

from keras_recipes.atomic_file import replacing, try_writing
from keras_recipes.cli.quiet_tensorflow import load_quietly
from keras_recipes.errors import RecipeError, did_you_mean
from keras_recipes.training.trained_model import find_model, open_model


def add_arguments(parser):
    """Name the command's arguments."""
    parser.add_argument("model", metavar="RUN", help="a run directory, or a .keras file")
    parser.add_argument(
        "images", nargs="+", metavar="IMAGE", help="image files, or folders of them at any depth"
    )
    parser.add_argument("--top", type=int, default=1, metavar="N", help="classes of each image; 1")
    parser.add_argument("--csv", metavar="FILE", help="write the table there")
    parser.add_argument("--json", action="store_true", help="print JSON")


def run(options):
    """Carry the command out; returns the exit code, None for 0."""
    _check_top(options.top, None)
    saved = find_model(options.model)
    _check_top(options.top, saved.class_names)
    if options.csv is not None:
        _require_writable(options.csv)
    paths = _find_files(options.images)
    load_quietly()
    trained = open_model(saved)
    _check_top(options.top, trained.class_names)
    if options.json:
        return _predict_as_json(trained, saved, paths, options)
    with contextlib.ExitStack() as stack:
        if options.csv is None:
            write = _table_writer(trained, paths, options.top)
        else:
            write = _csv_writer(stack, options.csv, options.top)
        failed = False
        for path, predictions in _predictions(trained, paths, options.top):
            failed |= predictions is None
            if predictions is not None:
                write(path, predictions)
    if options.csv is not None:
        print(options.csv)
    return 1 if failed else 0


def _predict_as_json(trained, saved, paths, options):
    images, unreadable = [], []
    with contextlib.ExitStack() as stack:
        write = None if options.csv is None else _csv_writer(stack, options.csv, options.top)
        for path, predictions in _predictions(trained, paths, options.top):
            if predictions is None:
                unreadable.append(_text(path))
                continue
            if write is not None:
                write(path, predictions)
            found = [{"class": name, "probability": share} for name, share in predictions]
            images.append({"file": _text(path), "predictions": found})
    answer = {"model": _text(saved.file), "class_names": trained.class_names, "images": images}
    print(json.dumps({**answer, "unreadable": unreadable}, indent=2))
    return 1 if unreadable else 0


def _predictions(trained, paths, top):
    """(path, its likeliest classes with their probabilities) in order; None for what can't be read,
    which is told on standard error."""
    from keras_recipes.data.image_file import why_unreadable
    from keras_recipes.training.predict_files import predict_files, softmax

    def unreadable(until):
        for path in paths[done:until]:
            why = why_unreadable(path, trained.pixels)
            print(f"error: {_text(path)} can't be read: {why}", file=sys.stderr)
            yield path, None

    done = 0
    for places, logits in predict_files(trained, paths):
        for place, shares in zip(places, softmax(logits), strict=True):
            yield from unreadable(place)
            done = place + 1
            # Of equal probabilities the first class is named, as argmax has it.
            likeliest = (-shares).argsort(kind="stable")[:top]
            yield (
                paths[place],
                [(trained.class_names[each], float(shares[each])) for each in likeliest],
            )
    yield from unreadable(len(paths))


def _table_writer(trained, paths, top):
    file_width = max(4, *(len(_text(each)) for each in paths))
    class_width = max(5, *(len(each) for each in trained.class_names))

    def write_row(file, cells):
        texts = [f"{name:<{class_width}}  {share:>11}" for name, share in cells]
        print(f"{file:<{file_width}}", *texts, sep="  ")

    write_row("file", [("class", "probability")] * top)
    return lambda path, predictions: write_row(
        _text(path), [(name, f"{share:.4f}") for name, share in predictions]
    )


def _csv_writer(stack, path, top):
    partial = stack.enter_context(replacing(path))
    file = stack.enter_context(
        partial.open("w", newline="", encoding="utf-8", errors="surrogateescape")
    )
    rows = csv.writer(file, lineterminator="\n")
    further = [
        f"{name}_{place}" for place in range(2, top + 1) for name in ("class", "probability")
    ]
    rows.writerow(["file", "class", "probability", *further])

    def write(path, predictions):
        cells = [each for name, share in predictions for each in (name, f"{share:.6g}")]
        rows.writerow([path, *cells])

    return write


def _check_top(top, class_names):
    most = None if class_names is None else len(class_names)
    if top < 1 or (most is not None and top > most):
        bounds = "at least 1" if most is None else f"in [1, {most}], the number of classes"
        raise RecipeError("--top", f"must be {bounds}; got {top}", f"Use {min(3, most or 3)}.")


def _require_writable(path):
    try:
        try_writing(path)
    except OSError as error:
        raise RecipeError(
            "--csv", f"can't be written: {error}", "Name a file in a folder that is there."
        ) from None


def _find_files(names) -> list[str]:
    from keras_recipes.data.folder_layout import IMAGE_SUFFIXES, find_images

    paths = []
    for name in names:
        if os.path.isdir(name):
            inside = find_images(Path(name))
            if not inside:
                raise RecipeError(
                    name, "is a folder without images",
                    f"Files ending in {', '.join(IMAGE_SUFFIXES)} are read, at any depth.",
                )  # fmt: skip
            paths += [os.path.join(name, each) for each in inside]
        elif os.path.exists(name):
            paths.append(name)
        else:
            folder = Path(name).parent
            known = [str(each) for each in folder.iterdir()] if folder.is_dir() else []
            fix = did_you_mean(name, known)
            raise RecipeError(
                name,
                "does not exist",
                fix if fix.startswith("Did") else "Name an image or a folder.",
            )
    return paths


def _text(path) -> str:
    """A path as it can be printed, whatever bytes it is of."""
    return os.fsencode(path).decode("utf-8", "replace")
