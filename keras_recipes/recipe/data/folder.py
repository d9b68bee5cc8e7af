"""`Folder`: image files of one's own."""

import re
from pathlib import Path
from typing import Literal

from keras_recipes.errors import DataUnavailable, RecipeError
from keras_recipes.recipe.data.division import check_division, check_exclude, division
from keras_recipes.recipe.part import bounded, file_path, part


@part
class Folder:
    """Images in a folder a class, the same within `train`, `val` and `test`, or in a CSV manifest.

    JPEG, PNG, WebP, BMP and GIF files of any size and colour; docs/recipes.md tells how to lay
    them out. What is in the folders `test` and `val` is the test and the validation set; where
    they are missing, shares are held out.
    """

    path: str = file_path(positional=True)
    """The folder; relative to the recipe."""
    image_size: tuple[int, int] = bounded((96, 96), at_least=1)
    """(height, width) that the network sees."""
    cache_size: tuple[int, int] | None = bounded(None, at_least=1)
    """(height, width) to keep and augment images at, so that a random crop has more pixels to crop
    from; what is left larger is then resized to `image_size`. None: `image_size`."""
    channels: Literal[1, 3] = 3
    """3: RGB, grey images too; 1: grey, coloured images too."""
    resize: Literal["crop", "pad", "squash"] = "crop"
    """How an image of other proportions fits: cut to its middle, between black bars, distorted."""
    manifest: str | None = file_path(None)
    """CSV of the images: `file` (relative to `path`), `label`, and maybe `split` and `group`."""
    group: str | None = file_path(None, endings=(".csv",))
    """What must stay on one side of each division, such as one person's photographs: a regular
    expression whose first group is found in the file's name (`r"^([a-z]+)_"`; in its path below
    `path`, if the expression holds a `/`), or a CSV with the columns `file` and `group`."""
    exclude: tuple[str, ...] | str = file_path(())
    """Files to leave out: names and patterns (`*_copy.jpg`, `cat/*`), or the path of a .csv (column
    `file`) or .txt file (one a line) that lists them."""
    unreadable: Literal["error", "skip"] = "error"
    """Whether files that can't be read are an error that names them, or are left out and listed."""
    classes: tuple[str, ...] | None = None
    """As in `TFDS`."""
    test_fraction: float | None = bounded(None, above=0, below=1)
    """Share to test on where the data has no test part: the same for every seed; None: a fifth."""
    validation_fraction: float | None = bounded(None, above=0, below=1)
    """As in `TFDS`, where the data has no validation part."""
    fold: tuple[int, int] | None = bounded(None, at_least=0)
    """As in `TFDS`, where the data has no validation part."""
    test_fold: tuple[int, int] | None = bounded(None, at_least=0)
    """As in `TFDS`, of the images that are not held out to test on."""
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
        if not self.path:
            raise RecipeError("data.path", "is empty", 'Write, for example, Folder("photos").')
        if self.cache_size is not None and not all(
            kept >= seen for kept, seen in zip(self.cache_size, self.image_size, strict=True)
        ):
            raise RecipeError(
                "data.cache_size",
                f"must be at least data.image_size, {self.image_size}; got {self.cache_size}",
                "A fourth more on each side leaves room to crop.",
            )
        if self.group is not None and not self.group.lower().endswith(".csv"):
            _check_expression(self.group)
        check_exclude(self.exclude)

    def require(self):
        """Make sure that there is such a folder.

        Raises:
            DataUnavailable: if there is none.
        """
        if not Path(self.path).expanduser().exists():
            raise DataUnavailable(
                "data.path", f"is {self.path!r}, which does not exist",
                "Name a folder of images, relative to the recipe.",
            )  # fmt: skip

    def build(self):
        """Read all images.

        Returns:
            `keras_recipes.data.Dataset`.

        Raises:
            DataUnavailable: if the folder does not exist.
            RecipeError: if its images have no classes, or can't be read or divided.
        """
        from keras_recipes.data import folder

        return folder.load(
            self.path,
            image_size=self.image_size,
            cache_size=self.cache_size,
            channels=self.channels,
            resize=self.resize,
            manifest=self.manifest,
            group=self.group,
            exclude=self.exclude,
            unreadable=self.unreadable,
            test_fraction=self.test_fraction,
            store=self.store,
            division=division(self),
            classes=self.classes,
        )


def _check_expression(text):
    try:
        groups = re.compile(text).groups
    except (re.error, RecursionError, OverflowError) as error:
        raise RecipeError(
            "data.group", f"is {text!r}, no regular expression: {error}",
            r'Write, for example, group=r"^([a-z]+)_", or the name of a CSV file.',
        ) from None  # fmt: skip
    if groups != 1:
        raise RecipeError(
            "data.group",
            f"must mark one group by round brackets, what is the same for all files that belong "
            f"together; {text!r} marks {groups}",
            r'For anna_01.jpg write group=r"^([a-z]+)_"; mark what is not the group by (?:...).',
        )
