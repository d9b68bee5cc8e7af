"""`Arrays`: images in a NumPy file."""

from pathlib import Path
from typing import Literal

from keras_recipes.errors import DataUnavailable, RecipeError
from keras_recipes.recipe.data.division import check_division, check_exclude, division
from keras_recipes.recipe.part import bounded, file_path, part


@part
class Arrays:
    """A `.npz` file of `images`, uint8 `(n, height, width)` or `(n, height, width, channels)` in
    0..255, and `labels`, integers `(n,)` from 0.

    It may hold as well: `test_images` and `test_labels`; `validation_images` and
    `validation_labels`; `class_names`, text; `groups`, `(n,)`, what must stay on one side of each
    division. It is read piece by piece and without pickle.
    """

    path: str = file_path(positional=True)
    """The file; relative to the recipe."""
    image_size: tuple[int, int] | None = bounded(None, at_least=1)
    """(height, width) that the network sees; images are augmented at the size they have in the
    file and then resized. None: that size."""
    classes: tuple[str, ...] | None = None
    """As in `TFDS`."""
    exclude: tuple[str, ...] | str = file_path(())
    """As in `TFDS`; the splits are `train`, and `validation` and `test` where it has them."""
    test_fraction: float | None = bounded(None, above=0, below=1)
    """As in `Folder`."""
    validation_fraction: float | None = bounded(None, above=0, below=1)
    """As in `Folder`."""
    fold: tuple[int, int] | None = bounded(None, at_least=0)
    """As in `Folder`."""
    test_fold: tuple[int, int] | None = bounded(None, at_least=0)
    """As in `TFDS`."""
    train_examples: int | None = bounded(None, at_least=1)
    """As in `TFDS`."""
    train_fraction: float | None = bounded(None, above=0, at_most=1)
    """As in `TFDS`."""
    split_seed: int = bounded(0, at_least=0)
    """As in `TFDS`."""
    store: Literal["auto", "memory", "disk"] = "auto"
    """As in `TFDS`."""

    def check(self):
        check_division(self)
        check_exclude(self.exclude)
        if not self.path.lower().endswith(".npz"):
            raise RecipeError(
                "data.path", f"must end in .npz; got {self.path!r}",
                "Write one with numpy.savez(path, images=images, labels=labels).",
            )  # fmt: skip

    def require(self):
        """Make sure that there is such a file.

        Raises:
            DataUnavailable: if there is none.
        """
        if not Path(self.path).expanduser().is_file():
            raise DataUnavailable(
                "data.path", f"is {self.path!r}, which does not exist",
                "Name a .npz file, relative to the recipe.",
            )  # fmt: skip

    def build(self):
        """Read the arrays.

        Returns:
            `keras_recipes.data.Dataset`.

        Raises:
            DataUnavailable: if the file does not exist.
            RecipeError: if it lacks an array, or an array is of another type or shape.
        """
        from keras_recipes.data import arrays

        return arrays.load(
            self.path,
            image_size=self.image_size,
            test_fraction=self.test_fraction,
            store=self.store,
            division=division(self),
            classes=self.classes,
            exclude=self.exclude,
        )
