"""A recipe file and the variants in it: `recipes/cifar_resnet.py:smoke`."""

import ast
import os
import re
import sys
import traceback
import types
from dataclasses import dataclass
from pathlib import Path

from keras_recipes.errors import RecipeError, did_you_mean
from keras_recipes.recipe.call import Call
from keras_recipes.recipe.file_paths import resolve_paths
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
    variants: dict[str, Recipe]
    """Every recipe in the file, the paths in it made absolute."""
    assignments: tuple[str, ...] = ()
    """What `--set` changed."""

    @property
    def directory(self) -> Path:
        """The folder that file names in the recipe are relative to."""
        return self.path.parent

    @property
    def name(self) -> str:
        """`cifar_resnet`, or `cifar_resnet-smoke` for a variant."""
        suffix = "" if self.variant == DEFAULT_VARIANT else f"-{self.variant}"
        return self.path.stem + suffix

    def _names_files(self):
        return any(each.partition("=")[0].strip() == "data.path" for each in self.assignments)

    def stand_in(self) -> Recipe | None:
        """The variant that the recipe names for when its data can't be had.

        It is changed by the same `--set`, but for its data and augmentation, which are its own:
        what suits photographs may not suit it. Nothing stands in for files that `--set` names: they
        are mistyped, more likely than missing.

        Raises:
            RecipeError: if a change is wrong for it.
        """
        if self.recipe.stand_in is None or self._names_files():
            return None
        kept = [
            each
            for each in self.assignments
            if re.split("[.=]", each.strip())[0].strip() not in ("data", "augment", "stand_in")
        ]
        try:
            stand_in = _override(self.variants[self.recipe.stand_in], kept)
            _check_files(stand_in, self.path)
        except RecipeError as error:
            where = f"stand-in {self.recipe.stand_in}: {error.where}"
            raise RecipeError(where, error.problem, error.fix) from None
        return stand_in


def load(target: str, assignments=()) -> Loaded:
    """Read `file.py` or `file.py:variant` and apply each `path=value` of `assignments` in order.

    Relative paths of data are relative to the file's folder; those in `assignments` to the folder
    that the process works in, as on any command line.

    Raises:
        RecipeError: for a file that is missing or fails, a variant that does not exist, a recipe
            that contradicts itself.
    """
    path, variant = _split_target(target)
    variants = {
        name: resolve_paths(recipe, path.resolve().parent)
        for name, recipe in read_file(path).variants.items()
    }
    if variant not in variants:
        raise RecipeError(
            f"{path}:{variant}", "is not a Recipe in that file", did_you_mean(variant, variants)
        )
    recipe = _override(variants[variant], assignments)
    if recipe.stand_in is not None and recipe.stand_in not in variants:
        raise RecipeError(
            f"{path}: stand_in",
            f"names {recipe.stand_in!r}, no Recipe in that file",
            did_you_mean(recipe.stand_in, variants),
        )
    _check_files(recipe, path)
    return Loaded(
        recipe=recipe,
        path=path,
        variant=variant,
        variants=variants,
        assignments=tuple(assignments),
    )


def _override(recipe, assignments):
    return resolve_paths(override(recipe, assignments), Path.cwd())


def read_file(path: Path) -> RecipeFile:
    """Run a recipe file and collect its recipes. It should import nothing but the vocabulary."""
    source = _read_source(path)
    try:
        tree = ast.parse(source, filename=str(path))
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        line = getattr(error, "lineno", None)
        raise RecipeError(
            f"{path}, line {line}:" if line else f"{path}:",
            f"is not Python: {getattr(error, 'msg', None) or error or 'it nests too deeply'}",
            "Mend the line, or the one before it.",
        ) from None
    # A module of its own, since dataclasses and the like look themselves up in sys.modules.
    module = types.ModuleType(f"recipe_{path.stem}")
    module.__file__ = str(path)
    sys.modules[module.__name__] = module
    sys.path.insert(0, str(path.resolve().parent))  # so that recipes can build on each other
    try:
        exec(compile(tree, str(path), "exec"), module.__dict__)
    except RecipeError as error:
        place = f"{path}, line {_line_in(path, error)}: {error.where}"
        raise RecipeError(place, error.problem, error.fix) from None
    except (Exception, SystemExit) as error:
        fix = "Mend the line."
        if isinstance(error, NameError) and error.name:
            import keras_recipes

            fix = f"{did_you_mean(error.name, keras_recipes.__all__)} Is it imported?"
        raise RecipeError(
            f"{path}, line {_line_in(path, error)}:",
            f"raised {type(error).__name__}: {error}".rstrip("."),
            fix,
        ) from error
    finally:
        sys.path.pop(0)
        del sys.modules[module.__name__]
    namespace = dict(vars(module))
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


def _split_target(target: str) -> tuple[Path, str]:
    file, colon, variant = target.rpartition(":")
    if not colon or variant.endswith(".py") or "/" in variant or "\\" in variant:
        file, variant = target, DEFAULT_VARIANT
    return Path(file), variant or DEFAULT_VARIANT


def _read_source(path: Path) -> bytes:
    if os.path.isdir(path):
        inside = sorted(path.glob("*.py"))
        fix = f"Name a file in it, such as {inside[0]}." if inside else "Name a recipe file."
        raise RecipeError(str(path), "is a folder", fix)
    if path.suffix != ".py":
        raise RecipeError(str(path), "is not a Python file", "A recipe's name ends in .py.")
    if not os.path.isfile(path):  # which takes a name too long for a file as none
        folder = path.parent if os.path.isdir(path.parent) else Path("recipes")
        known = sorted(str(each) for each in folder.glob("*.py"))
        raise RecipeError(str(path), "does not exist", did_you_mean(str(path), known))
    try:
        return path.read_bytes()  # the parser heeds a byte order mark and the coding it names
    except OSError as error:
        raise RecipeError(str(path), f"can't be read: {error}", "Mend its permissions.") from None


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
        if Path(file) == Path("recipe.py"):
            raise RecipeError(
                f"{path}: Call",
                "names recipe.py, which is what the run directory calls the recipe",
                "Give the file with your own parts another name.",
            )
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
