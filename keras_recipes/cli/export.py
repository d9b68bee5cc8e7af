"""Export a run's best model to where it will be used, and check the file by its own runtime.

keras-recipes export runs/cifar_resnet-20260101-120000 --format onnx
keras-recipes export runs/cifar_resnet-20260101-120000 --format litert --precision int8

The file takes images as the run's network does, float32 (batch, height, width, channels) in
0..255, and returns logits. It is run on images of the run's validation data and compared with the
model as it was trained; the exit code is 1 where it sees too many of them otherwise.
"""

import importlib.util
import sys
from pathlib import Path

from keras_recipes.atomic_file import try_writing
from keras_recipes.cli.quiet_tensorflow import load_quietly, without_notes
from keras_recipes.errors import RecipeError, did_you_mean
from keras_recipes.training.trained_model import find_run, open_model, read_run_data

PRECISIONS = {
    "saved_model": ("float32",),
    "onnx": ("float32",),
    "litert": ("float32", "float16", "int8"),
}
"""What each format can be had in."""

CHECKED = 64
"""The most validation images that the file is run on."""

CALIBRATED = 200
"""The most training images that the ranges of int8 are chosen by."""

MOST_CHANGED = 0.1
"""The share of images seen otherwise above which the file is said not to be the model."""

_ENDINGS = {"saved_model": "", "onnx": ".onnx", "litert": ".tflite"}


def add_arguments(parser):
    """Name the command's arguments."""
    parser.add_argument("model", metavar="RUN", help="a run directory")
    parser.add_argument("--format", required=True, metavar="FORMAT", help=", ".join(PRECISIONS))
    parser.add_argument(
        "--precision",
        default="float32",
        metavar="PRECISION",
        help="float32; of litert also float16 (weights) and int8 (weights and operations)",
    )
    parser.add_argument(
        "--out",
        metavar="PATH",
        help="the file, or the folder of a SavedModel; within RUN: saved_model, "
        "best.onnx, best.tflite, best-int8.tflite",
    )


def run(options):
    """Carry the command out; returns the exit code, None for 0."""
    kind, precision = options.format, options.precision
    _check(kind, precision)
    saved = find_run(options.model)
    out = _make_room(options.out, saved.run, kind, precision)
    saved.loaded.recipe.data.require()
    load_quietly()
    dataset = read_run_data(saved)
    trained = open_model(saved)
    images = _some_images(dataset.validation, CHECKED)
    with without_notes():
        _write(trained.model, out, kind, precision, dataset)
    print(f"{out}  ({kind}, {precision}, {_size(out) / 1e6:.2f} MB)")
    height, width, channels = dataset.image_shape
    colours = "grey" if channels == 1 else "RGB"
    print(f"takes float32 (batch, {height}, {width}, {channels}), {colours} in 0..255")
    print(f"returns logits of {', '.join(dataset.class_names)}")
    return _compare(trained.model, out, kind, images)


def _write(model, out, kind, precision, dataset):
    from keras_recipes.training import export_formats

    if kind == "saved_model":
        export_formats.write_saved_model(model, out)
    elif kind == "onnx":
        export_formats.write_onnx(model, out)
    else:
        images = _some_images(dataset.train, CALIBRATED) if precision == "int8" else None
        export_formats.write_litert(model, out, precision, images)


def _compare(model, out, kind, images):
    import numpy as np

    from keras_recipes.training import exported_runtimes

    run_file = getattr(exported_runtimes, f"run_{kind}")
    before = np.asarray(model.predict(images, verbose=0), np.float64)
    with without_notes():
        after = np.asarray(run_file(out, images), np.float64)
    changed = int(np.sum(before.argmax(axis=1) != after.argmax(axis=1)))
    difference = float(np.abs(after - before).max())
    print(
        f"run on {len(images)} validation images: logits differ by at most {difference:.3g} "
        f"(they go from {before.min():.3g} to {before.max():.3g}), {changed} of {len(images)} "
        "classes changed"
    )
    if not np.isfinite(difference) or changed > MOST_CHANGED * len(images):
        print(
            f"error: {out} is not the model that was trained. Use a higher --precision, or "
            "another --format.",
            file=sys.stderr,
        )
        return 1
    return 0


def _some_images(examples, at_most):
    """Images spread evenly over the examples, as the network sees them, float32."""
    import numpy as np

    from keras_recipes.data import central_resize

    places = np.linspace(0, len(examples) - 1, min(at_most, len(examples))).astype(int)
    images = np.asarray(examples.images[examples.indices[places]])
    return np.asarray(central_resize(images, examples.image_shape[:2]))


def _check(kind, precision):
    if kind not in PRECISIONS:
        raise RecipeError("--format", f"is {kind!r}, which is none", did_you_mean(kind, PRECISIONS))
    known = sorted({each for some in PRECISIONS.values() for each in some})
    if precision not in known:
        raise RecipeError(
            "--precision", f"is {precision!r}, which is none", did_you_mean(precision, known)
        )
    if precision not in PRECISIONS[kind]:
        raise RecipeError(
            "--precision", f"is {precision}, in which {kind} can't be had",
            "Use float32, or --format litert.",
        )  # fmt: skip
    if kind == "onnx":
        needed = ("tf2onnx", "onnx", "onnxruntime")
        missing = [each for each in needed if importlib.util.find_spec(each) is None]
        if missing:
            raise RecipeError(
                "--format onnx", f"needs {', '.join(missing)}, not installed",
                "Install: pip install 'keras_recipes[export]'.",
            )  # fmt: skip


def _make_room(out, directory, kind, precision) -> Path:
    """Where to write, known to be possible before any work."""
    ending = _ENDINGS[kind]
    if out is None:
        suffix = "" if precision == "float32" else f"-{precision}"
        return directory / (f"best{suffix}{ending}" if ending else "saved_model")
    out = Path(out)
    if ending and out.suffix != ending:
        raise RecipeError(
            "--out", f"must end in {ending}; got {out}", f"Use {out.with_suffix(ending)}."
        )
    if not ending and out.exists() and not (out / "saved_model.pb").is_file():
        raise RecipeError(
            "--out", f"is {str(out)!r}, which is there and no SavedModel", "Name a new folder."
        )
    try:
        out.parent.mkdir(parents=True, exist_ok=True)
        if ending and out.is_dir():
            raise IsADirectoryError(f"{out} is a folder")
        try_writing(out)
    except OSError as error:
        raise RecipeError("--out", f"can't be written: {error}", "Name another file.") from None
    return out


def _size(path) -> int:
    files = path.rglob("*") if path.is_dir() else [path]
    return sum(each.stat().st_size for each in files if each.is_file())
