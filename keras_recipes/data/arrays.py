"""Images and labels of one's own in a NumPy file."""

import os
from pathlib import Path

import numpy as np

from keras_recipes.data.build_dataset import fingerprint_with_classes
from keras_recipes.data.class_choice import keep_classes
from keras_recipes.data.dataset import Dataset, Examples
from keras_recipes.data.division import Division
from keras_recipes.data.npz_file import NpzFile
from keras_recipes.data.parts import divide_parts, fingerprint_with_parts
from keras_recipes.data.row_exclusion import excluded_rows, fingerprint_with_excluded, without_rows
from keras_recipes.data.store import keep
from keras_recipes.errors import DataUnavailable, RecipeError

NAMES = {
    "train": ("images", "labels"),
    "validation": ("validation_images", "validation_labels"),
    "test": ("test_images", "test_labels"),
}
"""Part to the names of its arrays."""


def load(
    path,
    *,
    image_size: tuple[int, int] | None = None,
    test_fraction: float | None = None,
    store: str = "auto",
    division: Division | None = None,
    classes: tuple[str, ...] | None = None,
    exclude=(),
) -> Dataset:
    """Read a `.npz` file; the arguments are the fields of `keras_recipes.Arrays`.

    Raises:
        DataUnavailable: if the file does not exist.
        RecipeError: if an array is missing, or is of another type or shape than it must be.

    Example:
        ```python
        np.savez("digits.npz", images=images, labels=labels)
        dataset = load("digits.npz")
        ```
    """
    path = Path(os.path.abspath(Path(path).expanduser()))
    if not path.is_file():
        raise DataUnavailable(
            "data.path", f"is {str(path)!r}, which does not exist", "Name a .npz file."
        )
    file = NpzFile(path)
    present = {part: names for part, names in NAMES.items() if part == "train" or names[0] in file}
    shape = _images_shape(file, [images for images, _ in present.values()])
    counts, labels = {}, {}
    for part, (images_name, labels_name) in present.items():
        counts[part] = file.about(images_name)[0][0]
        labels[part] = _labels(file, labels_name, counts[part])
    wanted = np.concatenate(list(labels.values()))
    class_names = _class_names(file, wanted)
    excluded = excluded_rows(exclude, counts)
    firsts = dict(zip(counts, np.cumsum([0, *counts.values()]).tolist(), strict=False))
    images, _, fingerprint = keep(
        _batches(file, present, labels),
        (len(wanted), *shape),
        key=f"arrays {file.state()}",
        store=store,
    )
    everything = Examples.whole(
        images,
        wanted,
        image_size=None if image_size in (None, shape[:2]) else tuple(image_size),
        sources=tuple(firsts.items()),
    )
    for part, rows in excluded.items():
        everything = without_rows(everything, firsts[part] + rows)
    split = np.repeat(list(counts), list(counts.values()))
    groups = _groups(file, counts["train"])
    everything, class_names = keep_classes(everything, class_names, classes)
    rows = everything.indices
    train, validation, test = divide_parts(
        everything.class_labels(),
        np.asarray(split)[rows],
        groups=None if groups is None else groups[rows[rows < len(groups)]],  # training rows first
        division=division or Division(),
        test_fraction=test_fraction,
        class_names=class_names,
    )
    return Dataset(
        name=path.stem,
        train=everything.subset(train),
        validation=everything.subset(validation),
        read_test=lambda: everything.subset(test),
        class_names=class_names,
        fingerprint=fingerprint_with_excluded(
            fingerprint_with_classes(fingerprint_with_parts(fingerprint, split, groups), classes),
            excluded,
        ),
    )


def _images_shape(file, names):
    """(height, width, channels) of the images of all parts."""
    shapes = {}
    for name in names:
        shape, kind = file.about(name)
        if kind != np.uint8:
            fix = (
                "Convert them: (images * 255).round().astype('uint8') where they are in 0..1, "
                "images.round().astype('uint8') where they are in 0..255."
            )
            raise RecipeError(
                f"data.path {file.path}", f"must hold {name!r} as uint8 in 0..255; got {kind}", fix
            )
        if len(shape) not in (3, 4) or 0 in shape:
            raise RecipeError(
                f"data.path {file.path}",
                f"must hold {name!r} of shape (n, height, width) or (n, height, width, channels); "
                f"got {shape}",
                "Reshape them.",
            )
        shapes[name] = (*shape[1:], 1)[:3]
    if len(set(shapes.values())) > 1:
        raise RecipeError(
            f"data.path {file.path}", f"holds images of several shapes: {shapes}",
            "Resize them to one.",
        )  # fmt: skip
    return next(iter(shapes.values()))


def _labels(file, name, count):
    shape, kind = file.about(name)
    if kind.kind not in "iu" or shape != (count,):
        raise RecipeError(
            f"data.path {file.path}",
            f"must hold {name!r} as integers of shape ({count},), one an image; got {kind} of "
            f"shape {shape}",
            "Give class ids from 0: labels.ravel() of a column, labels.argmax(axis=1) of one-hot "
            "labels, numpy.unique(names, return_inverse=True)[1] of text.",
        )
    return file.read(name).astype(np.int64)


def _class_names(file, labels):
    if "class_names" in file:
        names = tuple(str(each) for each in file.read("class_names").tolist())
    else:
        names = tuple(str(each) for each in range(int(labels.max()) + 1))
    if labels.min() < 0 or labels.max() >= len(names) or len(names) < 2:
        raise RecipeError(
            f"data.path {file.path}",
            f"must hold labels from 0 to below the number of classes, {len(names)}, which is at "
            f"least 2; got {labels.min()} to {labels.max()}",
            "Number the classes from 0, and name each in class_names.",
        )
    return names


def _groups(file, count):
    if "groups" not in file:
        return None
    groups = file.read("groups")
    if groups.shape != (count,):
        raise RecipeError(
            f"data.path {file.path}", f"must hold 'groups' of shape ({count},), one for each of "
            f"'images'; got {groups.shape}",
            "Give every training image a group.",
        )  # fmt: skip
    return groups


def _batches(file, present, labels):
    for part, (name, _) in present.items():
        done = 0
        for piece in file.pieces(name):
            images = piece if piece.ndim == 4 else piece[..., np.newaxis]
            yield images, labels[part][done : done + len(images)]
            done += len(images)
