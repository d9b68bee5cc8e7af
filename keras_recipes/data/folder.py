"""Image files of one's own, in folders or listed by a CSV file."""

import hashlib
import os
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from keras_recipes.data.build_dataset import fingerprint_with_classes
from keras_recipes.data.class_choice import keep_classes
from keras_recipes.data.dataset import Dataset, Examples
from keras_recipes.data.division import Division
from keras_recipes.data.exclusion import leave_out
from keras_recipes.data.file_groups import assign_groups
from keras_recipes.data.folder_layout import find_files
from keras_recipes.data.image_file import PixelFormat, why_unreadable
from keras_recipes.data.image_files import UNREADABLE, read_batches
from keras_recipes.data.labelled_files import LabelledFile
from keras_recipes.data.manifest import read_manifest
from keras_recipes.data.parts import divide_parts, fingerprint_with_parts
from keras_recipes.data.store import keep
from keras_recipes.errors import DataUnavailable, RecipeError, did_you_mean, some_of


def load(
    path,
    *,
    image_size: tuple[int, int],
    channels: int = 3,
    resize: str = "crop",
    cache_size: tuple[int, int] | None = None,
    manifest=None,
    group: str | None = None,
    exclude=(),
    unreadable: str = "error",
    test_fraction: float | None = None,
    store: str = "auto",
    division: Division | None = None,
    classes: tuple[str, ...] | None = None,
) -> Dataset:
    """Read every image, and divide them; the arguments are the fields of `keras_recipes.Folder`.

    All are decoded at once, the test set too, so that a file that can't be read is known before
    training and not after it.

    Raises:
        DataUnavailable: if the folder does not exist.
        RecipeError: if it holds no images by class, or files can't be read.

    Example:
        ```python
        dataset = load("photos", image_size=(96, 96), cache_size=(128, 128))
        ```
    """
    contents = read_folder(
        path,
        image_size=image_size,
        channels=channels,
        resize=resize,
        cache_size=cache_size,
        manifest=manifest,
        group=group,
        exclude=exclude,
        unreadable=unreadable,
        store=store,
        classes=classes,
    )
    split = [each.split for each in contents.files]
    groups = None
    if contents.files[0].group is not None:
        groups = np.array([each.group for each in contents.files])
    everything, class_names = keep_classes(contents.examples, contents.class_names, classes)
    rows = everything.indices
    train, validation, test = divide_parts(
        everything.class_labels() if classes else contents.labels,
        np.asarray(split)[rows],
        readable=contents.readable[rows],
        groups=None if groups is None else groups[rows],
        division=division or Division(),
        test_fraction=test_fraction,
        class_names=class_names,
    )
    return Dataset(
        name=contents.root.name,
        train=everything.subset(train),
        validation=everything.subset(validation),
        read_test=lambda: everything.subset(test),
        class_names=class_names,
        fingerprint=fingerprint_with_classes(
            fingerprint_with_parts(contents.fingerprint, split, groups), classes
        ),
        skipped=contents.skipped,
    )


@dataclass(frozen=True, kw_only=True)
class FolderContents:
    """All images of a folder, not divided yet."""

    root: Path
    files: tuple[LabelledFile, ...]
    examples: Examples
    """A row for each file; that of one that can't be read is black, under the label -1."""
    labels: np.ndarray
    """int64 class ids, also of files that can't be read, shape `(files,)`."""
    class_names: tuple[str, ...]
    fingerprint: str
    skipped: tuple[str, ...]
    """Names of the files that can't be read."""

    @property
    def readable(self) -> np.ndarray:
        """Whether each file can be read, bool `(files,)`."""
        return self.examples.labels != UNREADABLE


def read_folder(
    path,
    *,
    image_size: tuple[int, int],
    channels: int = 3,
    resize: str = "crop",
    cache_size: tuple[int, int] | None = None,
    manifest=None,
    group: str | None = None,
    exclude=(),
    unreadable: str = "error",
    store: str = "auto",
    classes: tuple[str, ...] | None = None,
) -> FolderContents:
    """Read every image; the arguments and errors are those of `load`."""
    root = Path(os.path.abspath(Path(path).expanduser()))
    files = assign_groups(listed_files(root, manifest, exclude), group)
    class_names = find_class_names(files, root)
    if manifest is None:
        require_class_folders(files, classes or class_names, root)
    pixels = PixelFormat(tuple(cache_size or image_size), channels, resize)
    ids = {name: index for index, name in enumerate(class_names)}
    wanted = np.array([ids[each.label] for each in files])
    images, labels, fingerprint = keep(
        read_batches([each.path for each in files], wanted, pixels),
        (len(files), *pixels.shape),
        key=_key(files, wanted, pixels),
        store=store,
    )
    return FolderContents(
        root=root,
        files=tuple(files),
        examples=Examples.whole(
            images,
            labels,
            image_size=None if cache_size in (None, image_size) else tuple(image_size),
            files=tuple(each.name for each in files),
        ),
        labels=wanted,
        class_names=class_names,
        fingerprint=fingerprint,
        skipped=_skipped(files, labels != UNREADABLE, unreadable, pixels),
    )


def listed_files(root: Path, manifest=None, exclude=()) -> list[LabelledFile]:
    """The files of a data set, those in the folder or those that a manifest lists.

    Args:
        root: the folder, absolute.
        manifest: as in `keras_recipes.Folder`, and `exclude` too.

    Raises:
        DataUnavailable: if the folder does not exist.
        RecipeError: if it holds no images by class, or a list can't be read.
    """
    if not root.exists():
        raise DataUnavailable(
            "data.path", f"is {str(root)!r}, which does not exist", "Name a folder of images."
        )
    files = (
        find_in_folders(root)
        if manifest is None
        else read_manifest(Path(manifest).expanduser(), root)
    )
    return leave_out(files, exclude)


def find_in_folders(root):
    """As `find_files`.

    Raises:
        RecipeError: also where a folder may not be read.
    """
    try:
        return find_files(root)
    except OSError as error:
        raise RecipeError(
            f"data.path {error.filename or root}", f"can't be read: {error.strerror}",
            "Mend its permissions.",
        ) from None  # fmt: skip


def find_class_names(files, root) -> tuple[str, ...]:
    """Names of the classes, sorted as text; those of all parts of the data.

    Args:
        files: `LabelledFile`s.
        root: the folder, for errors.

    Raises:
        RecipeError: if a file has no class, there are fewer than two, or the training part lacks
            one.
    """
    loose = [each.name for each in files if each.label is None]
    if loose:
        raise RecipeError(
            f"data.path {root}", f"holds images outside of all classes: {some_of(loose)}",
            "Move them into the folder of a class, or leave them out with exclude=.",
        )  # fmt: skip
    names = sorted({each.label for each in files if each.split == "train"})
    if len(names) < 2:
        held = f"holds one class, {names[0]!r}" if names else "holds no classes"
        raise RecipeError(
            f"data.path {root}", f"{held}; at least two are needed",
            "Put the images of each class into a folder of its own, and name the folder around "
            "them.",
        )  # fmt: skip
    strange = sorted({each.label for each in files} - set(names))
    if strange:
        parts = {each.split for each in files if each.label == strange[0]}
        raise RecipeError(
            f"data.path {root}",
            f"has the class {strange[0]!r} in its {' and '.join(sorted(parts))} part alone",
            did_you_mean(strange[0], names),
        )
    return tuple(names)


def require_class_folders(files, class_names, root):
    """Make sure that each part of a data set in folders has every class.

    Raises:
        RecipeError: if one lacks a class, which would be scored as if it did not matter.
    """
    have = {}
    for each in files:
        have.setdefault(each.split, set()).add(each.label)
    for split, labels in have.items():
        missing = [each for each in class_names if each not in labels]
        if missing:
            raise RecipeError(
                f"data.path {root}",
                f"has no images of {some_of(map(repr, missing))} in its {split} part",
                "Add its folder; or list the files by manifest=, where a part may lack a class.",
            )


def _key(files, labels, pixels) -> str:
    """Says what the pixels are: which files, as they are on the disk now, made into what."""
    digest = hashlib.sha256()
    for file, label in zip(files, labels, strict=True):
        try:
            about = os.stat(file.path)
            # The last is kept by no tool that changes a file and puts its time back.
            state = (about.st_size, about.st_mtime_ns, about.st_ctime_ns)
        except OSError:  # it will be found unreadable
            state = None
        digest.update(os.fsencode(f"{file.path}\0{label}\0{state}\0"))
    return f"folder {pixels} {digest.hexdigest()}"


def _skipped(files, readable, unreadable, pixels) -> tuple[str, ...]:
    """Names of the files that can't be read, where the recipe allows for any."""
    bad = [file for file, is_readable in zip(files, readable, strict=True) if not is_readable]
    if bad and unreadable == "error":
        reasons = [f"{each.name} ({why_unreadable(each.path, pixels)})" for each in bad[:10]]
        more = f" and {len(bad) - 10} more" if len(bad) > 10 else ""
        raise RecipeError(
            "data.path",
            f"has {len(bad)} of {len(files)} files that can't be read: {', '.join(reasons)}{more}",
            'Mend or delete them, or leave them out with unreadable="skip", which lists them all.',
        )
    return tuple(each.name for each in bad)
