"""`Digits`: the handwritten digits that are always at hand."""

from keras_recipes.recipe.data.division import check_division, check_exclude, division
from keras_recipes.recipe.part import bounded, file_path, part


@part
class Digits:
    """The 1,797 handwritten digits of 8 by 8 pixels that come with scikit-learn; no network.

    A fifth of them, the same for every seed, is the test set. Source: Alpaydin & Kaynak 1998,
    UCI Optical Recognition of Handwritten Digits (its test part).
    """

    classes: tuple[str, ...] | None = None
    """As in `TFDS`: `"0"` to `"9"`."""
    exclude: tuple[str, ...] | str = file_path(())
    """As in `TFDS`; the splits are `train` and `test`."""
    validation_fraction: float | None = bounded(None, above=0, below=1)
    """As in `TFDS`."""
    fold: tuple[int, int] | None = bounded(None, at_least=0)
    """As in `TFDS`."""
    test_fold: tuple[int, int] | None = bounded(None, at_least=0)
    """As in `TFDS`."""
    train_examples: int | None = bounded(None, at_least=1)
    """As in `TFDS`."""
    train_fraction: float | None = bounded(None, above=0, at_most=1)
    """As in `TFDS`."""
    split_seed: int = bounded(0, at_least=0)
    """As in `TFDS`."""

    def check(self):
        check_division(self)
        check_exclude(self.exclude)

    def require(self):
        """Always at hand."""

    def build(self):
        """Read the training part; returns `keras_recipes.data.Dataset`."""
        from keras_recipes.data import digits

        return digits.load(division=division(self), classes=self.classes, exclude=self.exclude)
