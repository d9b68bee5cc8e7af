"""The option `--out` of commands that draw: a PNG that can be written, known before any work."""

from pathlib import Path

from keras_recipes.atomic_file import try_writing
from keras_recipes.errors import RecipeError


def add_picture_argument(parser, default: str):
    """Add `--out`; `default` names the file in the help, such as `"augment-NAME.png"`."""
    parser.add_argument("--out", metavar="FILE", help=f"the picture; {default}")


def require_png(out: str | None):
    """Raise `RecipeError` if `--out` names another kind of file than a PNG."""
    if out is not None and Path(out).suffix != ".png":
        raise RecipeError("--out", f"must end in .png; got {out}", f"Use {Path(out).stem}.png.")


def make_room(out) -> Path:
    """The picture's path, in a folder that is there now.

    Raises:
        RecipeError: if no file can be written there.
    """
    out = Path(out)
    try:
        out.parent.mkdir(parents=True, exist_ok=True)
        try_writing(out)
    except OSError as error:
        raise RecipeError("--out", f"can't be written: {error}", "Name another file.") from None
    return out
