"""Amounts of memory as people write them: `2GiB`, `512MiB`."""

import re

from keras_recipes.errors import RecipeError

_UNITS = {"KiB": 2**10, "MiB": 2**20, "GiB": 2**30, "TiB": 2**40,
          "KB": 10**3, "MB": 10**6, "GB": 10**9, "TB": 10**12}  # fmt: skip


def parse_memory(place: str, text: str) -> int:
    """The bytes that `text` says.

    Raises:
        RecipeError: if it is no number above 0 with a unit; `place` is the option that it is of.
    """
    found = re.fullmatch(r"([0-9]*\.?[0-9]+)\s*([A-Za-z]+)", text.strip())
    units = {name.lower(): count for name, count in _UNITS.items()}
    count = int(float(found[1]) * units.get(found[2].lower(), 0)) if found else 0
    if count < 1:
        raise RecipeError(
            place, f"must be a number with a unit ({', '.join(_UNITS)}); got {text!r}",
            "Write, for example, 2GiB.",
        )  # fmt: skip
    return count


def format_memory(count: int) -> str:
    """`12 KiB`, `734 MiB` or `2.31 GiB`."""
    if count < 2**20:
        return f"{count / 2**10:.0f} KiB"
    return f"{count / 2**20:.0f} MiB" if count < 2**30 else f"{count / 2**30:.2f} GiB"
