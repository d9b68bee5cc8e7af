"""A data set of images and labels that come with a test part, and no division of the others."""

import hashlib
from dataclasses import replace

from keras_recipes.data.class_choice import keep_classes
from keras_recipes.data.dataset import Dataset, Examples, fingerprint_of
from keras_recipes.data.division import Division, divide, hold_out_test_fold
from keras_recipes.data.row_exclusion import excluded_rows, fingerprint_with_excluded, without_rows


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
    exclude=(),
    splits: dict[str, int] | None = None,
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
        exclude: images to leave out, as `excluded_rows` takes them.
        splits: the split that `images` are and the one that is tested on, with their numbers of
            images; None: `"train"`, and nothing can be excluded from the test set.

    Raises:
        RecipeError: if the division asks for more than there is, or a class or an image to leave
            out is unknown.
    """
    fingerprint = fingerprint or fingerprint_of(images, labels)
    splits = splits or {"train": len(labels)}
    excluded = excluded_rows(exclude, splits)
    of_train, of_test = next(iter(splits)), list(splits)[-1]
    whole = Examples.whole(images, labels, sources=((of_train, 0),))
    whole, names = keep_classes(without_rows(whole, excluded[of_train]), class_names, classes)
    if division.test_fold is not None:
        rest, held_out = hold_out_test_fold(whole.class_labels(), division, class_names=names)
        whole, fold = whole.subset(rest), whole.subset(held_out)
    train, validation = divide(whole.class_labels(), division, class_names=names)

    def read_own_test():
        if division.test_fold is not None:
            return fold
        test = replace(read_test(), sources=((of_test, 0),))
        return keep_classes(without_rows(test, excluded[of_test]), class_names, classes)[0]

    return Dataset(
        name=name,
        train=whole.subset(train),
        validation=whole.subset(validation),
        read_test=read_own_test,
        class_names=names,
        fingerprint=fingerprint_with_excluded(
            fingerprint_with_classes(fingerprint, classes), excluded
        ),
    )


def fingerprint_with_classes(fingerprint: str, classes) -> str:
    """SHA-256 of images and labels, by their own, and of the classes that are kept of them."""
    if classes is None:
        return fingerprint
    return hashlib.sha256("\0".join([fingerprint, *classes]).encode()).hexdigest()
