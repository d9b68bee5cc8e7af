"""Files and folders that a recipe names: relative to where it is written, absolute once loaded."""

import os
from dataclasses import fields, is_dataclass, replace
from pathlib import Path

from keras_recipes.backbones import is_folder_of_preset


def resolve_paths(value, directory: Path):
    """A recipe, or a part of one, with the relative paths in it made absolute.

    Args:
        value: its fields made by `part.file_path` hold the paths.
        directory: what they are relative to; a leading `~` is the user's home.
    """
    if isinstance(value, tuple):
        resolved = tuple(resolve_paths(each, directory) for each in value)
        return value if resolved == value else resolved
    if not is_dataclass(value):
        return value
    changed = {}
    for each in fields(value):
        old = getattr(value, each.name)
        endings, prefix = (each.metadata.get(name) for name in ("file_path", "prefix"))
        if endings is None:
            new = resolve_paths(old, directory)
        elif prefix and isinstance(old, str) and old.startswith(prefix):
            folder = old.removeprefix(prefix)
            if not is_folder_of_preset(folder):
                continue
            new = prefix + os.path.abspath(directory / Path(folder).expanduser())
        elif isinstance(old, str) and old.lower().endswith(tuple(endings)):
            new = os.path.abspath(directory / Path(old).expanduser())
        else:
            continue
        if new != old:
            changed[each.name] = new
    return replace(value, **changed) if changed else value
