"""What a folder of images holds, and whether it can be divided: files are found as a run does."""

import re
import statistics
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from keras_recipes.data.division import Division
from keras_recipes.data.file_groups import assign_groups
from keras_recipes.data.folder import find_class_names, find_in_folders, require_class_folders
from keras_recipes.data.image_file import PixelFormat, read_image, upright_size, why_unreadable
from keras_recipes.data.parts import divide_parts
from keras_recipes.errors import RecipeError, some_of

MOST_LOOKED_AT = 5000
"""Of more images, as many evenly spaced ones are decoded."""

_LOOK = PixelFormat((32, 32))
COLOURLESS = 3
"""Most that a pixel's red, green and blue differ by where a grey image was saved as RGB: by none
in a JPEG, by 1 in a WebP."""
_FEW_GROUPS, _FEW_IMAGES = 30, 30
_LARGER_VALIDATION = (0.2, 0.3)
"""Of little data more than the usual tenth is held out to validate on; three groups take 0.3."""
_THREADS = 4

_PREFIXES = (r"^([A-Za-z]+)[_-]", r"^([A-Za-z]+\d+)[_-]")
"""Rules for what is before the number in `anna_01.jpg` and `person3-0007.jpg`; numbers alone are
often counted anew in each class."""


@dataclass(frozen=True, kw_only=True)
class Survey:
    """A folder of images as it is."""

    root: Path
    """The folder, absolute."""
    classes: dict[str, int]
    """Images of each class, by its name, all parts of the data together; without those that were
    found unreadable."""
    splits: tuple[str, ...]
    """Parts that the folder itself is divided into: `("train",)` where it is not."""
    train_images: int
    """Images in the part `train`, of which some will be held out."""
    looked_at: int
    """Images that were decoded."""
    height: int
    """Median of the images, turned upright, in pixels."""
    width: int
    shortest: int
    """The shortest side of any image that was looked at."""
    grey: bool
    """Whether none of them has colours, also where they were saved as RGB."""
    unreadable: dict[str, str]
    """Why each of the files among them that can't be read can't."""
    group: str | None
    """A rule for `Folder(group=)` that fits: a regular expression, or the path of a CSV file."""
    groups: int
    """How many groups it makes; 0 for none."""
    validation_fraction: float | None
    """Share to validate on; None for the usual one, or where a part of the data is for that."""

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

    Raises:
        RecipeError: if there is no such folder, a class or a part of it has no images, it holds one
            class, none of its images can be read, the list of groups beside it does not fit, or a
            class is too small to be divided.
    """
    root = Path(folder).expanduser().absolute()
    if not root.exists():
        raise RecipeError(str(folder), "does not exist", "Name a folder of images.")
    try:
        return _survey(root)
    except RecipeError as error:  # there is no recipe yet whose field could be wrong
        where = error.where.removeprefix("data.path").strip()
        where = str(folder) if not where or where.startswith("data.") else where
        raise RecipeError(where, error.problem, error.fix) from None


def _survey(root):
    files = find_in_folders(root)
    class_names = find_class_names(files, root)
    require_class_folders(files, class_names, root)
    sizes, grey, unreadable = _look_at(files)
    if not sizes:
        raise RecipeError(
            str(root), f"has no image that can be read: {some_of(unreadable, 3)}",
            "JPEG, PNG, WebP, BMP and GIF files are read.",
        )  # fmt: skip
    readable = [each for each in files if each.name not in unreadable]
    group, groups = find_groups(root, files)
    try:
        fraction = _divide(files, readable, class_names, group, groups)
    except RecipeError:
        if group not in _PREFIXES:
            raise
        group, groups = None, 0  # it was a guess
        fraction = _divide(files, readable, class_names, None, 0)
    return Survey(
        root=root,
        classes={name: sum(each.label == name for each in readable) for name in class_names},
        splits=tuple(sorted({each.split for each in files})),
        train_images=sum(each.split == "train" for each in readable),
        looked_at=len(sizes) + len(unreadable),
        height=round(statistics.median(height for height, _ in sizes)),
        width=round(statistics.median(width for _, width in sizes)),
        shortest=min(map(min, sizes)),
        grey=grey,
        unreadable=unreadable,
        group=group,
        groups=groups,
        validation_fraction=fraction,
    )


def _look_at(files):
    """((height, width) of each image looked at, whether all are grey, why some can't be read)."""
    places = np.linspace(0, len(files) - 1, min(len(files), MOST_LOOKED_AT)).astype(int)
    some = [files[each] for each in places]
    with ThreadPoolExecutor(_THREADS) as pool:
        looks = list(pool.map(_look, some))
    unreadable = {
        file.name: why_unreadable(file.path, _LOOK)
        for file, look in zip(some, looks, strict=True)
        if look is None
    }
    seen = [each for each in looks if each is not None]
    return [size for size, _ in seen], all(grey for _, grey in seen), unreadable


def _look(file):
    try:
        pixels = read_image(file.path, _LOOK).astype(int)
        size = upright_size(file.path)
    except Exception:  # Pillow's readers raise what they stumble over
        return None
    return size, bool(np.ptp(pixels, axis=2).max() <= COLOURLESS)


def _divide(files, readable, class_names, group, groups):
    """The share to validate on with which a run can divide the files; None for the usual one.

    Raises:
        RecipeError: if none will do.
    """
    labels = np.array([class_names.index(each.label) for each in files])
    names = {each.name for each in readable}
    of_groups = None
    if group is not None:
        of_groups = np.array([each.group for each in assign_groups(files, group)])

    def divide(fraction):
        divide_parts(
            labels,
            [each.split for each in files],
            class_names=class_names,
            division=Division(validation_fraction=fraction),
            readable=np.array([each.name in names for each in files]),
            groups=of_groups,
        )
        return fraction

    shares = [None]
    if all(each.split != "validation" for each in files):
        images = sum(each.split == "train" for each in readable)
        few = 0 < groups < _FEW_GROUPS or images < _FEW_IMAGES * len(class_names)
        shares = [*_LARGER_VALIDATION, None] if few else [None, *_LARGER_VALIDATION]
    for share in shares:
        try:
            return divide(share)
        except RecipeError as error:
            last = error
    raise RecipeError(
        "", f"can't be divided into parts to train, validate and test on: {last.where} "
        f"{last.problem}",
        "Add images, or move what there is too little of elsewhere.",
    )  # fmt: skip


def find_groups(root, files):
    """(rule, number of groups) of what seems to belong together, or (None, 0).

    Args:
        root: the folder; a list called like it, with `.groups.csv` behind, is taken.
        files: its `LabelledFile`s.

    Raises:
        RecipeError: if that list does not fit.
    """
    listed = root.with_name(root.name + ".groups.csv")
    if listed.is_file():
        try:
            return str(listed), len(_count(files, str(listed)))
        except RecipeError as error:
            raise RecipeError(
                str(listed), f"lies beside the folder and does not fit it: {error.where} "
                f"{error.problem}",
                f"{error.fix} Or move it elsewhere.",
            ) from None  # fmt: skip
    for rule in _PREFIXES:
        try:
            groups = _count(files, rule)
        except RecipeError:  # some file has no group, or a group lies in several parts
            continue
        across = sum(len(labels) > 1 for labels in groups.values())
        # A prefix that is the class, the camera or a number of its own groups nothing.
        if 3 <= len(groups) <= len(files) / 3 and across >= len(groups) / 2:
            return rule, len(groups)
    return None, 0


def _count(files, rule):
    """How many images of each class a group holds, by its name."""
    groups = {}
    for each in assign_groups([replace(each, group=None) for each in files], rule):
        groups.setdefault(each.group, Counter())[each.label] += 1
    return groups


def relates_to_sides(classes) -> bool:
    """Whether mirrored images may be of another class: letters and digits, left and right."""
    names = [each.lower() for each in classes]
    return all(len(each) <= 2 for each in names) or any(
        re.search(r"(^|[^a-z])(left|right)([^a-z]|$)", each) for each in names
    )
