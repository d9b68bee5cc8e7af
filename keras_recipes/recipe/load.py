"""A recipe file and the variants in it: `recipes/cifar_resnet.py:smoke`."""

import ast
import contextlib
import sys
import traceback
from dataclasses import dataclass
from pathlib import Path

from keras_recipes.errors import RecipeError, did_you_mean
from keras_recipes.recipe.call import Call
from keras_recipes.recipe.override import override
from keras_recipes.recipe.recipe import Recipe

DEFAULT_VARIANT = "recipe"


@dataclass(frozen=True, kw_only=True)
class RecipeFile:
    """What a recipe file says."""

    path: Path
    """The file."""
    description: str
    """First line of its docstring."""
    variants: dict[str, Recipe]
    """Every `Recipe` in it by its name, in the order of the file."""


@dataclass(frozen=True, kw_only=True)
class Loaded:
    """One variant of a recipe file, with `--set` carried out."""

    recipe: Recipe
    path: Path
    """The file; what a `Call` names lies beside it."""
    variant: str
    stand_in: Recipe | None
    """The variant that the recipe names for when its data can't be had, likewise changed."""

    @property
    def directory(self) -> Path:
        """The folder that file names in the recipe are relative to."""
        return self.path.parent

    @property
    def name(self) -> str:
        """`cifar_resnet`, or `cifar_resnet-smoke` for a variant."""
        suffix = "" if self.variant == DEFAULT_VARIANT else f"-{self.variant}"
        return self.path.stem + suffix


def load(target: str, assignments=()) -> Loaded:
    """Read `file.py` or `file.py:variant` and apply each `path=value` of `assignments` in order.

    Raises:
        RecipeError: for a file that is missing or fails, a variant that does not exist, a recipe
            that contradicts itself.
    """
    path, variant = _split_target(target)
    variants = read_file(path).variants
    if variant not in variants:
        raise RecipeError(
            f"{path}:{variant}", "is not a Recipe in that file", did_you_mean(variant, variants)
        )
    recipe = variants[variant]
    stand_in = None
    if recipe.stand_in is not None:
        if recipe.stand_in not in variants:
            raise RecipeError(
                f"{path}: stand_in", f"names {recipe.stand_in!r}, no Recipe in that file",
                did_you_mean(recipe.stand_in, variants),
            )  # fmt: skip
        stand_in = variants[recipe.stand_in]
    recipe = override(recipe, assignments)
    _check_files(recipe, path)
    return Loaded(
        recipe=recipe,
        path=path,
        variant=variant,
        stand_in=_override_stand_in(stand_in, assignments),
    )


def read_file(path: Path) -> RecipeFile:
    """Run a recipe file and collect its recipes. It should import nothing but the vocabulary."""
    source = _read_source(path)
    try:
        tree = ast.parse(source, filename=str(path))
    except (SyntaxError, ValueError) as error:
        line = getattr(error, "lineno", None)
        raise RecipeError(
            f"{path}, line {line}:", f"is not Python: {getattr(error, 'msg', error)}",
            "Mend the line, or the one before it.",
        ) from None  # fmt: skip
    namespace = {"__name__": f"recipe_{path.stem}", "__file__": str(path)}
    sys.path.insert(0, str(path.resolve().parent))  # so that recipes can build on each other
    try:
        exec(compile(tree, str(path), "exec"), namespace)
    except RecipeError as error:
        place = f"{path}, line {_line_in(path, error)}: {error.where}"
        raise RecipeError(place, error.problem, error.fix) from None
    except Exception as error:
        fix = "Mend the line."
        if isinstance(error, NameError) and error.name:
            import keras_recipes

            fix = f"{did_you_mean(error.name, keras_recipes.__all__)} Is it imported?"
        raise RecipeError(
            f"{path}, line {_line_in(path, error)}:",
            f"raised {type(error).__name__}: {error}".rstrip("."), fix,
        ) from error  # fmt: skip
    finally:
        sys.path.pop(0)
    variants = {
        name: value
        for name, value in namespace.items()
        if isinstance(value, Recipe) and not name.startswith("_")
    }
    if not variants:
        raise RecipeError(
            str(path), "holds no Recipe", "Write `recipe = Recipe(...)` at its top level."
        )
    description = (ast.get_docstring(tree) or "").partition("\n")[0]
    return RecipeFile(path=path, description=description, variants=variants)


def _override_stand_in(recipe, assignments):
    """The stand-in with the same changes, but for those that mean nothing there."""
    for assignment in assignments if recipe is not None else ():
        with contextlib.suppress(RecipeError):
            recipe = override(recipe, [assignment])
    return recipe


def _split_target(target: str) -> tuple[Path, str]:
    file, colon, variant = target.rpartition(":")
    if not colon or variant.endswith(".py") or "/" in variant or "\\" in variant:
        file, variant = target, DEFAULT_VARIANT
    return Path(file), variant or DEFAULT_VARIANT


def _read_source(path: Path) -> str:
    if path.is_dir() and (path / "recipe.py").is_file():
        raise RecipeError(str(path), "is a folder", f"Did you mean {path / 'recipe.py'}?")
    if path.suffix != ".py":
        raise RecipeError(str(path), "is not a Python file", "A recipe's name ends in .py.")
    if not path.is_file():
        folder = path.parent if path.parent.is_dir() else Path("recipes")
        known = sorted(str(each) for each in folder.glob("*.py"))
        raise RecipeError(str(path), "does not exist", did_you_mean(str(path), known))
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise RecipeError(str(path), f"can't be read: {error}", "Save it as UTF-8 text.") from None


def _line_in(path: Path, error) -> int | str:
    """The last line of the recipe file that was running when `error` was raised."""
    lines = [
        each.lineno
        for each in traceback.extract_tb(error.__traceback__)
        if each.filename == str(path)
    ]
    return lines[-1] if lines else "?"


def _check_files(recipe, path: Path):
    for file in named_files(recipe):
        if Path(file).is_absolute() or ".." in Path(file).parts:
            raise RecipeError(
                f"{path}: Call({file!r})", "must lie beside the recipe or below it",
                "Copy it there: it is kept with each run.",
            )  # fmt: skip
        if not (path.parent / file).is_file():
            known = [str(each.relative_to(path.parent)) for each in path.parent.glob("*.py")]
            raise RecipeError(
                f"{path}: Call", f"names a file that does not exist: {file}",
                did_you_mean(file, known),
            )  # fmt: skip


def named_files(value) -> list[str]:
    """The files that the recipe's `Call`s name, each once, relative to the recipe."""
    found = {}
    stack = [value]
    while stack:
        each = stack.pop()
        if isinstance(each, Call):
            if each.file:
                found[each.file] = True
            stack += [argument for _, argument in each.arguments]
        elif isinstance(each, tuple):
            stack += each
        elif hasattr(each, "__dataclass_fields__"):
            stack += [getattr(each, name) for name in each.__dataclass_fields__]
    return sorted(found)
