"""What a folder of images holds, seen from file names and headers: nothing is decoded."""

import re
import statistics
from collections import Counter
from dataclasses import dataclass, replace
from pathlib import Path

from PIL import Image

from keras_recipes.data.file_groups import assign_groups
from keras_recipes.data.folder_layout import find_files
from keras_recipes.data.image_file import FORMATS
from keras_recipes.errors import RecipeError, some_of

_MOST_HEADERS = 2000
_FEWEST = 5
"""Images of a class, below which none would be left in some part of the data."""

_PREFIXES = (r"^([A-Za-z]+)[_-]", r"^([A-Za-z]+\d+)[_-]")
"""Rules for what is before the number in `anna_01.jpg` and `person3-0007.jpg`; numbers alone are
often counted anew in each class."""


@dataclass(frozen=True, kw_only=True)
class Survey:
    """A folder of images as it is."""

    root: Path
    """The folder, absolute."""
    classes: dict[str, int]
    """Images of each class, by its name, all parts of the data together."""
    splits: tuple[str, ...]
    """Parts that the folder itself is divided into: `("train",)` where it is not."""
    train_images: int
    """Images in the part `train`, of which some will be held out."""
    height: int
    """Median of the images, in pixels."""
    width: int
    shortest: int
    """The shortest side of any image that was looked at."""
    grey: bool
    """Whether none of them has colours."""
    unreadable: tuple[str, ...]
    """Files among them that are no images."""
    group: str | None
    """A rule for `Folder(group=)` that fits: a regular expression, or the path of a CSV file."""
    groups: int
    """How many groups it makes; 0 for none."""

    @property
    def images(self) -> int:
        """All of them."""
        return sum(self.classes.values())

    @property
    def imbalance(self) -> float:
        """Images of the largest class for each of the smallest."""
        return max(self.classes.values()) / min(self.classes.values())


def survey(folder) -> Survey:
    """Look at a folder with a folder a class, or the same within `train`, `val` and `test`.

    Of many images, 2,000 evenly spaced ones are looked at.

    Raises:
        RecipeError: if there is no such folder, it holds no classes, only one, or a class without
            images; or if none of the images can be read.
    """
    root = Path(folder).expanduser().absolute()
    if not root.exists():
        raise RecipeError(str(folder), "does not exist", "Name a folder of images.")
    files = find_files(root)
    _require_classes(files, folder)
    sizes, grey, unreadable = _headers(files)
    if not sizes:
        raise RecipeError(
            str(folder), f"has no image that can be read: {some_of(unreadable, 3)}",
            "JPEG, PNG, WebP, BMP and GIF files are read.",
        )  # fmt: skip
    group, groups = _find_groups(root, files)
    return Survey(
        root=root,
        classes=dict(sorted(Counter(each.label for each in files).items())),
        splits=tuple(sorted({each.split for each in files})),
        train_images=sum(each.split == "train" for each in files),
        height=round(statistics.median(height for height, _ in sizes)),
        width=round(statistics.median(width for _, width in sizes)),
        shortest=min(map(min, sizes)),
        grey=grey,
        unreadable=unreadable,
        group=group,
        groups=groups,
    )


def _require_classes(files, folder):
    if not files:
        raise RecipeError(str(folder), "holds no images", "Name a folder with a folder a class.")
    loose = [each.name for each in files if each.label is None]
    if loose:
        raise RecipeError(
            str(folder), f"has images outside of any class: {some_of(loose, 3)}",
            "Make a folder a class, and move them there.",
        )  # fmt: skip
    classes = sorted({each.label for each in files})
    if len(classes) == 1:
        raise RecipeError(
            str(folder), f"has one class, {classes[0]}, and nothing to tell it from",
            "Add a folder of images of something else.",
        )  # fmt: skip
    few, count = Counter(each.label for each in files).most_common()[-1]
    if count < _FEWEST:
        raise RecipeError(
            str(folder), f"has {count} images of {few}; to train, validate and test takes "
            f"{_FEWEST}",
            "Add more, or move that class elsewhere.",
        )  # fmt: skip


def _headers(files):
    """((height, width) of each image looked at, whether all are grey, names that are no images)."""
    step = max(1, len(files) // _MOST_HEADERS)
    sizes, unreadable, grey = [], [], True
    for each in files[::step]:
        try:
            with Image.open(each.path, formats=FORMATS) as image:
                sizes.append((image.height, image.width))
                grey = grey and image.mode in ("1", "L", "LA", "I", "I;16")
        except Exception:  # Pillow's readers raise what they stumble over
            unreadable.append(each.name)
    return sizes, grey, tuple(unreadable)


def _find_groups(root, files):
    """(rule, number of groups) of what seems to belong together, or (None, 0)."""
    listed = root.with_name(root.name + ".groups.csv")
    rules = [str(listed)] if listed.is_file() else []
    for rule in [*rules, *_PREFIXES]:
        try:
            grouped = assign_groups([replace(each, group=None) for each in files], rule)
        except RecipeError:  # some file has no group, or a group lies in several parts
            continue
        groups = {}
        for each in grouped:
            groups.setdefault(each.group, Counter())[each.label] += 1
        across = sum(len(labels) > 1 for labels in groups.values())
        is_list = rule in rules
        # A prefix that is the class, the camera or a number of its own groups nothing.
        if is_list or (3 <= len(groups) <= len(files) / 3 and across >= len(groups) / 2):
            return rule, len(groups)
    return None, 0


def relates_to_sides(classes) -> bool:
    """Whether mirrored images may be of another class: letters and digits, left and right."""
    names = [each.lower() for each in classes]
    return all(len(each) <= 2 for each in names) or any(
        re.search(r"(^|[^a-z])(left|right)([^a-z]|$)", each) for each in names
    )
