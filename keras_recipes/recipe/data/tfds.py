"""`TFDS`: a set of TensorFlow Datasets."""

from typing import Literal

from keras_recipes.errors import RecipeError
from keras_recipes.recipe.data.division import check_division, check_exclude, division
from keras_recipes.recipe.part import bounded, file_path, first_argument, part


@part
class TFDS:
    """An image classification set of TensorFlow Datasets.

    Looked for in `TFDS_DATA_DIR` (by default `~/tensorflow_datasets`) and downloaded where it is
    not prepared yet.
    """

    name: str = first_argument()
    """Its name, with configuration and version where wanted: `"cifar10"`, `"cifar10:3.0.2"`."""
    train_split: str = "train"
    """Split to train on; the validation images are held out of it."""
    test_split: str = "test"
    """Split that is read once, at the end."""
    image_size: tuple[int, int] | None = bounded(None, at_least=1)
    """(height, width) that every image is resized to; None where all are of one size."""
    classes: tuple[str, ...] | None = None
    """Train and test on these classes alone, by their names; the first is label 0. None: all."""
    exclude: tuple[str, ...] | str = file_path(())
    """Images to leave out, by split and row: `("train:17", "test:3")`; or the path of a .csv
    (column `file`) or .txt file (one a line) that lists them, as `keras-recipes audit` writes."""
    validation_fraction: float | None = bounded(None, above=0, below=1)
    """Share of the training images held out, stratified; None: a tenth, or the fold's share."""
    fold: tuple[int, int] | None = bounded(None, at_least=0)
    """(index, folds): hold out this fold of a stratified k-fold division instead."""
    test_fold: tuple[int, int] | None = bounded(None, at_least=0)
    """(index, folds): test on this fold of the training images instead of on the test part; the
    rest is divided as usual. `cross-validate` sets it."""
    train_examples: int | None = bounded(None, at_least=1)
    """Train on this many of the training images, stratified; smaller sets lie within larger."""
    train_fraction: float | None = bounded(None, above=0, at_most=1)
    """The same as a share of the training images."""
    split_seed: int = bounded(0, at_least=0)
    """Seed of the division; apart from the run's, so that runs of many seeds share one."""
    store: Literal["auto", "memory", "disk"] = "auto"
    """Where decoded images are kept: in memory, in a memory-mapped cache file, or by their size."""

    def check(self):
        check_division(self)
        check_exclude(self.exclude)
        if not self.name or self.name.startswith("/"):
            raise RecipeError(
                "data.name", f"must be the name of a data set; got {self.name!r}",
                'Write, for example, TFDS("cifar10").',
            )  # fmt: skip

    def require(self):
        """Make sure, within seconds, that the data can be had; raises `DataUnavailable`."""
        from keras_recipes.data import tfds

        tfds.require(self.name)

    def build(self):
        """Read the training part.

        Returns:
            `keras_recipes.data.Dataset`.

        Raises:
            DataUnavailable: if it is neither prepared nor to be had from the network.
        """
        from keras_recipes.data import tfds

        return tfds.load(
            self.name,
            train_split=self.train_split,
            test_split=self.test_split,
            image_size=self.image_size,
            store=self.store,
            division=division(self),
            classes=self.classes,
            exclude=self.exclude,
        )
