"""An audit of what a data part of a recipe names."""

import os
from dataclasses import replace
from pathlib import Path

import numpy as np

from keras_recipes.audit.audit import Audit, audit
from keras_recipes.audit.images import AuditedImages
from keras_recipes.data.folder import listed_files, read_folder
from keras_recipes.recipe import Folder


def audit_data(
    data,
    *,
    divided: bool = True,
    correlation: float | None = None,
    progress=lambda what, done, of: None,
) -> Audit:
    """Build the data set and audit it; files that can't be read are a finding, no error.

    Args:
        data: `TFDS`, `Digits`, `Folder` or `Arrays`.
        divided: whether to divide it as a run does; else it is taken in the parts that it has, of a
            `Folder` alone.
        correlation: see `find_duplicates`.
        progress: called with what is done, of how many images, and how many there are.

    Raises:
        DataUnavailable: if the data can't be had.
        RecipeError: if it can't be read or divided.
    """
    root = None
    if isinstance(data, Folder):
        data = replace(data, unreadable="skip")
        root = Path(os.path.abspath(Path(data.path).expanduser()))
    if divided:
        files = () if root is None else listed_files(root, data.manifest, data.exclude)
        images = AuditedImages.of(data.build(), files)
    else:
        images, files = _undivided(data)
    return audit(
        images,
        files=files,
        root=root,
        divided=divided,
        grouped=getattr(data, "group", None) is not None,
        correlation=correlation,
        progress=lambda what, done: progress(what, done, len(images)),
    )


def _undivided(data):
    """(`AuditedImages` in the parts that the folder itself has, its files)."""
    contents = read_folder(
        data.path,
        image_size=data.image_size,
        cache_size=data.cache_size,
        channels=data.channels,
        resize=data.resize,
        manifest=data.manifest,
        exclude=data.exclude,
        unreadable=data.unreadable,
        store=data.store,
    )
    split = np.array([each.split for each in contents.files])
    parts = {
        name: contents.examples.subset(np.flatnonzero(contents.readable & (split == name)))
        for name in ("train", "validation", "test")
    }
    images = AuditedImages(contents.root.name, contents.class_names, parts, contents.skipped)
    return images, contents.files
