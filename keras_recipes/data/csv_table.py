"""CSV files with a header, as spreadsheets write them."""

import csv
import io
from pathlib import Path

from keras_recipes.errors import RecipeError, did_you_mean


def read_table(path: Path, place: str, columns, optional=()) -> list[dict[str, str]]:
    """Rows of a CSV file, by the name of the column; without blanks around the values.

    Takes commas, semicolons or tabs, whichever the header has more of, and UTF-8 with or without
    a byte order mark. Other columns are left out.

    Args:
        path: the file.
        place: the field that names it, for errors.
        columns: that must be there, with a value in each row.
        optional: that may be there; rows hold those that are.

    Raises:
        RecipeError: if the file can't be read, or a column or a value is missing.
    """
    where = f"{place} {path}"
    try:
        text = Path(path).read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        raise RecipeError(where, "does not exist", f"Check {place}.") from None
    except UnicodeDecodeError:
        raise RecipeError(where, "is not UTF-8", "Save it as CSV UTF-8.") from None
    except OSError as error:
        raise RecipeError(where, f"can't be read: {error.strerror}", f"Check {place}.") from None
    header = text.partition("\n")[0]
    delimiter = max(",;\t", key=header.count)
    rows = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    try:
        names = [each.strip() for each in next(rows, [])]
        found = _check_header(where, names, columns, optional)
        return [
            _row(f"{where}, line {rows.line_num},", row, names, found, columns)
            for row in rows
            if any(map(str.strip, row))
        ]
    except csv.Error as error:
        raise RecipeError(
            f"{where}, line {rows.line_num},", f"is not CSV: {error}", "Mend the line."
        ) from None


def _check_header(where, names, columns, optional):
    for each in columns:
        if each not in names:
            raise RecipeError(
                where, f"has no column {each!r} in its first line",
                f"It names the columns: {','.join(columns)}. {did_you_mean(each, names)}",
            )  # fmt: skip
    found = [each for each in (*columns, *optional) if each in names]
    for each in found:
        if names.count(each) > 1:
            raise RecipeError(where, f"has two columns {each!r}", "Rename one of them.")
    return {each: names.index(each) for each in found}


def _row(where, row, names, found, columns):
    if len(row) != len(names):
        raise RecipeError(
            where,
            f"has {len(row)} values for {len(names)} columns",
            "Put quotes around a value that holds the delimiter.",
        )
    values = {name: row[index].strip() for name, index in found.items()}
    for name in columns:
        if not values[name]:
            raise RecipeError(where, f"has no {name}", "Fill it in, or delete the line.")
    return values
