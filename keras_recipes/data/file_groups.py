"""What files belong together, by a rule on their names or by a list."""

import re
from dataclasses import replace
from pathlib import Path

from keras_recipes.data.csv_table import read_table
from keras_recipes.data.labelled_files import FileIndex, LabelledFile
from keras_recipes.errors import RecipeError, some_of


def assign_groups(files: list[LabelledFile], group: str | None) -> list[LabelledFile]:
    """The files, each with its group; as they are for None.

    Args:
        files: those to group.
        group: a regular expression whose first group is found in the name of the file alone, or
            in its path within the data set where the expression holds a `/`; or a CSV file (its
            name ends in .csv) with the columns `file` and `group`.

    Raises:
        RecipeError: if a file has no group, or one group lies in several parts of the data.
    """
    if group is not None:
        if any(each.group for each in files):
            raise RecipeError(
                "data.group", "and the column group of data.manifest both group the files",
                "Set one of them.",
            )  # fmt: skip
        is_list = group.lower().endswith(".csv")
        found = _listed(files, Path(group)) if is_list else _matched(files, group)
        without = [each.name for each in files if not found.get(each.name)]
        if without:
            raise RecipeError(
                "data.group", f"is {group!r}, which gives {len(without)} files no group: "
                f"{some_of(without)}",
                "List them too, or leave them out with exclude=." if is_list else
                "Mend the expression, or leave them out with exclude=.",
            )  # fmt: skip
        files = [replace(each, group=found[each.name]) for each in files]
    _check_parts(files)
    return files


def _matched(files, expression):
    on_path = "/" in expression
    rule = re.compile(expression)
    matches = {each.name: rule.search(each.name if on_path else each.base_name) for each in files}
    return {name: match.group(1) for name, match in matches.items() if match}


def _listed(files, path):
    index = FileIndex(files)
    base = path.absolute().parent
    groups = {}
    rows = read_table(path, "data.group", ("file", "group"))
    for row in rows:
        found = index.find(row["file"], base)
        if len(found) > 1:
            raise RecipeError(
                f"data.group {path}",
                f"names {row['file']}, of which there are {len(found)}: "
                f"{some_of([each.name for each in found], 3)}",
                "Write the folder too.",
            )
        for each in found:
            if groups.setdefault(each.name, row["group"]) != row["group"]:
                raise RecipeError(
                    f"data.group {path}",
                    f"puts {each.name} into the groups {groups[each.name]} and {row['group']}",
                    "Give each file one group.",
                )
    if rows and not groups:
        first = rows[0]["file"]
        raise RecipeError(
            f"data.group {path}", f"names none of the files; its first is {first!r}",
            f"{index.suggest(first)} Names are relative to data.path or to the list.",
        )  # fmt: skip
    return groups


def _check_parts(files):
    """A group in several parts is what grouping is there to prevent."""
    parts = {}
    for each in files:
        if each.group is not None:
            parts.setdefault(each.group, set()).add(each.split)
    astride = sorted(group for group, splits in parts.items() if len(splits) > 1)
    if astride:
        raise RecipeError(
            "data.group", f"has groups in several parts of the data: {some_of(astride)}",
            "Move each into one part, or leave files out with exclude=.",
        )  # fmt: skip
