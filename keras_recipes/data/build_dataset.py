"""A data set of images and labels that come with a test part, and no division of the others."""

import hashlib

from keras_recipes.data.class_choice import keep_classes
from keras_recipes.data.dataset import Dataset, Examples, fingerprint_of
from keras_recipes.data.division import Division, divide, hold_out_test_fold


def build_dataset(
    name,
    images,
    labels,
    *,
    class_names,
    division: Division,
    read_test,
    fingerprint=None,
    classes=None,
) -> Dataset:
    """Divide images with known labels into training and validation examples.

    Args:
        name: of the data set.
        images: uint8 `(n, height, width, channels)`.
        labels: integers `(n,)`.
        class_names: by label.
        division: what is held out.
        read_test: function to the test `Examples`, of all classes.
        fingerprint: of images and labels where it is known.
        classes: those to keep, as in `keep_classes`.

    Raises:
        RecipeError: if the division asks for more than there is, or a class is unknown.
    """
    fingerprint = fingerprint or fingerprint_of(images, labels)
    whole, names = keep_classes(Examples.whole(images, labels), class_names, classes)
    if division.test_fold is not None:
        rest, held_out = hold_out_test_fold(whole.class_labels(), division, class_names=names)
        whole, fold = whole.subset(rest), whole.subset(held_out)
    train, validation = divide(whole.class_labels(), division, class_names=names)

    def read_own_test():
        if division.test_fold is not None:
            return fold
        return keep_classes(read_test(), class_names, classes)[0]

    return Dataset(
        name=name,
        train=whole.subset(train),
        validation=whole.subset(validation),
        read_test=read_own_test,
        class_names=names,
        fingerprint=fingerprint_with_classes(fingerprint, classes),
    )


def fingerprint_with_classes(fingerprint: str, classes) -> str:
    """SHA-256 of images and labels, by their own, and of the classes that are kept of them."""
    if classes is None:
        return fingerprint
    return hashlib.sha256("\0".join([fingerprint, *classes]).encode()).hexdigest()
