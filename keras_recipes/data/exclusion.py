"""Leaving files out by name."""

import fnmatch
from pathlib import Path

from keras_recipes.data.csv_table import read_table
from keras_recipes.data.labelled_files import FileIndex, LabelledFile
from keras_recipes.errors import RecipeError, some_of


def leave_out(files: list[LabelledFile], exclude) -> list[LabelledFile]:
    """The files that `exclude` does not name.

    Args:
        files: those there are.
        exclude: names or patterns (`*`, `?`, `[ab]`) as `matching` takes them; or the path of a
            file that lists them: a CSV with a column `file`, or a text file, one a line.

    Raises:
        RecipeError: if a name or a pattern matches nothing.
    """
    base = None
    names = exclude
    if isinstance(exclude, str | Path):
        base = Path(exclude).absolute().parent
        names = read_list(Path(exclude))
    index = FileIndex(files)
    left_out, unknown = set(), []
    for name in names:
        found = index.find(name, base) or matching(files, name)
        left_out.update(each.name for each in found)
        if not found:
            unknown.append(name)
    if unknown:
        raise RecipeError(
            "data.exclude", f"matches no file with {some_of(map(repr, unknown))}",
            index.suggest(unknown[0]),
        )  # fmt: skip
    return [each for each in files if each.name not in left_out]


def matching(files, pattern: str) -> list[LabelledFile]:
    """The files that a pattern matches: by their path where it holds a `/`, else by their name.

    `*` stands for folders too: `cat/*` is all of that class.
    """
    if "/" in pattern:
        return [each for each in files if fnmatch.fnmatchcase(each.name, pattern)]
    return [each for each in files if fnmatch.fnmatchcase(each.base_name, pattern)]


def read_list(path) -> list[str]:
    """The names that a .csv (column `file`) or a text file (one a line, # before remarks) lists.

    Raises:
        RecipeError: if it can't be read.
    """
    if path.suffix.lower() == ".csv":
        return [row["file"] for row in read_table(path, "data.exclude", ("file",))]
    try:
        lines = path.read_text(encoding="utf-8-sig").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or "it is not UTF-8"
        raise RecipeError(
            f"data.exclude {path}", f"can't be read: {reason}",
            'Name a .txt or .csv file; a single pattern is written as a tuple: ("*_copy.jpg",).',
        ) from None  # fmt: skip
    return [each.strip() for each in lines if each.strip() and not each.startswith("#")]
