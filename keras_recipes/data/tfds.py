"""Image classification sets of TensorFlow Datasets, from the disk or the network."""

import difflib
import os
import re
from pathlib import Path

import numpy as np

from keras_recipes.data.build_dataset import build_dataset
from keras_recipes.data.dataset import Dataset, Examples
from keras_recipes.data.division import Division
from keras_recipes.data.store import keep
from keras_recipes.errors import DataUnavailable, RecipeError, did_you_mean
from keras_recipes.network import is_reachable

_READ_BYTES = 16 << 20


def load(
    name: str,
    *,
    train_split: str = "train",
    test_split: str = "test",
    image_size: tuple[int, int] | None = None,
    store: str = "auto",
    division: Division | None = None,
    classes: tuple[str, ...] | None = None,
    exclude=(),
) -> Dataset:
    """Read a data set; the test split is left alone until it is asked for.

    Args:
        name: as for `tfds.load`: `"cifar10"`, `"cifar10:3.0.2"`, `"name/config"`.
        train_split: split to divide into training and validation examples.
        test_split: split to test on.
        image_size: (height, width) to resize to; None where all images are of one size.
        store: see `keras_recipes.data.store.keep`.
        division: how the training split is divided.
        classes: see `keras_recipes.data.keep_classes`.
        exclude: see `keras_recipes.data.row_exclusion.excluded_rows`.

    Raises:
        DataUnavailable: if it is not prepared and the network can't be reached.
        RecipeError: if there is no such data set or split, or it is not one of labelled images.
    """
    builder = _builder(name)
    _check_features(builder, name)
    for field, split in (("data.train_split", train_split), ("data.test_split", test_split)):
        _check_split(builder, field, split)
    images, labels, fingerprint = _read(builder, train_split, image_size, store)

    def read_test():
        return Examples.whole(*_read(builder, test_split, image_size, store)[:2])

    return build_dataset(
        name,
        images,
        labels,
        class_names=builder.info.features["label"].names,
        division=division or Division(),
        read_test=read_test,
        fingerprint=fingerprint,
        classes=classes,
        exclude=exclude,
        splits={each: builder.info.splits[each].num_examples for each in (train_split, test_split)},
    )


def data_directory() -> Path:
    """`TFDS_DATA_DIR`, or the library's own `~/tensorflow_datasets`."""
    return Path(os.environ.get("TFDS_DATA_DIR") or "~/tensorflow_datasets").expanduser()


def prepared_directory(name: str) -> Path | None:
    """The newest prepared version of a data set, or None.

    They lie as `<name>/[<configuration>/]<version>/dataset_info.json` below the data directory.

    Raises:
        RecipeError: if several configurations are prepared and none is named.
    """
    name, _, version = name.partition(":")
    folder = data_directory() / name
    found = _versions(folder, version)
    if not found and folder.is_dir():
        configurations = [each for each in sorted(folder.iterdir()) if _versions(each, version)]
        if len(configurations) > 1:
            names = [f"{name}/{each.name}" for each in configurations]
            raise RecipeError(
                "data.name",
                f"is {name!r}, of which several configurations are prepared",
                f"Name one of {', '.join(names)}.",
            )
        found = _versions(configurations[0], version) if configurations else []
    return max(found, key=lambda each: [int(n) for n in each.name.split(".")], default=None)


def _versions(folder, version):
    return [
        each.parent
        for each in folder.glob("*/dataset_info.json")
        if re.fullmatch(r"\d+\.\d+\.\d+", each.parent.name) and version in ("", each.parent.name)
    ]


def require(name: str):
    """Make sure, within seconds, that a data set is prepared or can be downloaded.

    Raises:
        DataUnavailable: if it is not prepared and the network can't be reached.
        RecipeError: if TensorFlow Datasets has no such data set.
    """
    if prepared_directory(name) is not None:
        return
    import tensorflow_datasets as tfds

    known = tfds.list_builders(with_community_datasets=False)
    plain = re.split("[/:]", name)[0]
    if plain not in known:
        close = difflib.get_close_matches(plain, known, n=1)
        raise RecipeError(
            "data.name",
            f"is {name!r}, which TensorFlow Datasets does not have",
            did_you_mean(plain, close) if close else "See tensorflow.org/datasets for its names.",
        )
    if not is_reachable():
        raise DataUnavailable(
            "data.name",
            f"is {name!r}, which is not in {data_directory()}, and there is no network",
            "Set TFDS_DATA_DIR to where it is prepared, or connect to the network.",
        )


def _builder(name):
    import tensorflow_datasets as tfds

    require(name)
    prepared = prepared_directory(name)
    if prepared is not None:
        return tfds.builder_from_directory(prepared)
    try:
        builder = tfds.builder(name)
        builder.download_and_prepare()
    except Exception as error:  # each data set fails in its own ways
        raise DataUnavailable(
            "data.name",
            f"is {name!r}, which could not be downloaded: {error}".rstrip("."),
            "Try again, or prepare it elsewhere and set TFDS_DATA_DIR.",
        ) from error
    return builder


def _check_features(builder, name):
    import tensorflow_datasets as tfds

    features = builder.info.features
    wanted = {"image": tfds.features.Image, "label": tfds.features.ClassLabel}
    if not all(key in features and isinstance(features[key], kind) for key, kind in wanted.items()):
        raise RecipeError(
            "data.name",
            f"is {name!r}, whose features are {', '.join(features)}, not an image and its label",
            'Use a set for image classification, such as "cifar10" or "imagenette".',
        )


def _check_split(builder, field, split):
    try:
        count = builder.info.splits[split].num_examples
    except (KeyError, ValueError):  # no such split, or not written as one
        count = 0
    if not count:
        raise RecipeError(
            field, f"is {split!r}, which {builder.name} lacks",
            did_you_mean(split, list(builder.info.splits)),
        )  # fmt: skip


def _read(builder, split, image_size, store):
    """(images, labels, fingerprint) of one split, in the order of its files."""
    feature_shape = builder.info.features["image"].shape
    size = image_size or feature_shape[:2]
    if None in size or feature_shape[2] is None:
        raise RecipeError(
            "data.image_size", f"is missing: the images of {builder.name} differ in size",
            "Say what to resize them to, for example image_size=(160, 160).",
        )  # fmt: skip
    shape = (builder.info.splits[split].num_examples, *size, feature_shape[2])
    # The folder too: what is prepared elsewhere under the same name may hold other pixels.
    key = f"{Path(builder.data_dir).resolve()} {split} {image_size}"
    at_once = max(1, min(1024, _READ_BYTES // int(np.prod(shape[1:]))))
    return keep(_batches(builder, split, image_size, at_once), shape, key=key, store=store)


def _batches(builder, split, image_size, at_once):
    import tensorflow as tf

    data = builder.as_dataset(split=split, shuffle_files=False)
    data = data.map(lambda each: (each["image"], each["label"]))
    if image_size:

        def resize(image, label):
            resized = tf.image.resize(image, image_size, antialias=True)
            return tf.cast(tf.clip_by_value(tf.round(resized), 0, 255), tf.uint8), label

        data = data.map(resize, num_parallel_calls=tf.data.AUTOTUNE)
    yield from data.batch(at_once).prefetch(2).as_numpy_iterator()
