"""`Call`: any Keras object or function of one's own by its name, where no part of ours exists."""

import importlib
import importlib.util
import inspect
import math
import sys
import traceback
from pathlib import Path

from keras_recipes.errors import RecipeError, did_you_mean


class Call:
    """Call a function or class by name when the recipe is built.

    `Call("keras_cv.layers:GridMask", ratio_factor=0.5)` or, for a file beside the recipe,
    `Call("my_parts.py:my_model", width=3)`. Nothing is imported until then. What the place knows
    (for a model `input_shape`, `num_classes`, `mean`, `variance`; for an optimizer
    `learning_rate`) is passed under those names to a function that takes them.

    Args:
        target: `"module:name"`, or `"file.py:name"` with the path relative to the recipe.
        **arguments: keyword arguments: numbers, text, None, tuples of them, or further `Call`s.

    Raises:
        RecipeError: if `target` is not of that form or an argument is not a plain value.
    """

    __slots__ = ("arguments", "target")
    is_part = True

    def __init__(self, target: str, /, **arguments):
        module, colon, name = target.rpartition(":") if isinstance(target, str) else ("", "", "")
        is_file = module.endswith(".py") and "\n" not in module
        is_module = all(each.isidentifier() for each in module.split("."))
        if not (colon and name.isidentifier() and (is_file or is_module)):
            raise RecipeError(
                "Call", f'takes "module:name" or "file.py:name"; got {target!r}',
                'Write, for example, Call("keras.layers:GaussianNoise", stddev=0.1).',
            )  # fmt: skip
        for key, value in arguments.items():
            if not key.isidentifier():
                raise RecipeError(
                    f"Call({target!r})", f"can't take an argument named {key!r}",
                    "Name it as Python names arguments.",
                )  # fmt: skip
            _require_plain(f"Call({target!r}).{key}", value)
        object.__setattr__(self, "target", target)
        object.__setattr__(self, "arguments", tuple(arguments.items()))

    def __setattr__(self, name, value):
        raise AttributeError(f"a Call is frozen; make a new one to change {name}")

    def __eq__(self, other):
        return isinstance(other, Call) and (self.target, self.arguments) == (
            other.target,
            other.arguments,
        )

    def __hash__(self):
        return hash((self.target, self.arguments))

    def __repr__(self):
        given = "".join(f", {key}={value!r}" for key, value in self.arguments)
        return f"Call({self.target!r}{given})"

    def without(self, name: str) -> "Call":
        """The same call with one argument left to what the place offers."""
        return Call(self.target, **{key: value for key, value in self.arguments if key != name})

    @property
    def file(self) -> str | None:
        """The file it names, as written, or None for an importable module."""
        module = self.target.rpartition(":")[0]
        return module if module.endswith(".py") else None

    def build(self, directory: Path, **context):
        """Import the target and call it.

        Args:
            directory: the folder that a file name is relative to.
            **context: what the place offers; passed where the target names it.

        Raises:
            RecipeError: if the target can't be imported, or refuses its arguments.
        """
        target = self._find(directory)
        place = f"Call({self.target!r})"
        named = _named_parameters(target)
        arguments = {
            key: value.build(directory) if isinstance(value, Call) else value
            for key, value in self.arguments
        }
        offered = {
            key: value for key, value in context.items() if key in named and key not in arguments
        }
        try:
            _signature(target).bind(**offered, **arguments)
        except TypeError as error:
            raise RecipeError(
                place,
                f"refused its arguments: {error}",
                f"It takes {', '.join(named) or 'none by name'}.",
            ) from None
        try:
            return target(**offered, **arguments)
        except RecipeError:
            raise
        except Exception as error:
            raise RecipeError(
                place, f"failed{_place_in(error, self.file)}: {_first_line(error)}",
                "Mend it, or the arguments that it is given.",
            ) from error  # fmt: skip

    def _find(self, directory: Path):
        module_name, _, name = self.target.rpartition(":")
        place = f"Call({self.target!r})"
        try:
            module = (
                load_file(Path(directory) / self.file)
                if self.file
                else importlib.import_module(module_name)
            )
        except (Exception, SystemExit) as error:
            raise RecipeError(
                place,
                f"can't be imported{_place_in(error, self.file)}: "
                f"{type(error).__name__}: {_first_line(error)}",
                "Mend the file." if self.file else "Check the spelling, or install its package.",
            ) from error
        if not callable(getattr(module, name, None)):
            raise RecipeError(
                place,
                f"names {name!r}, which {module_name} does not define as something to call",
                did_you_mean(name, [each for each in dir(module) if not each.startswith("_")]),
            )
        return getattr(module, name)


def build(part, directory: Path, **context):
    """Build a part or a `Call`, with what it names of the context and of `directory`."""
    if isinstance(part, Call):
        return part.build(directory, **context)
    return offer(part.build, directory=directory, **context)


def offer(function, **context):
    """Call `function` with what it names of the context."""
    named = _named_parameters(function)
    return function(**{key: value for key, value in context.items() if key in named})


def load_file(path: Path):
    """Import a Python file by its path, afresh each time."""
    name = f"keras_recipes_file_{path.stem}"
    spec = importlib.util.spec_from_file_location(name, path)
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module  # Keras serialises classes by their module
    sys.path.insert(0, str(path.resolve().parent))  # so that files can build on each other
    try:
        spec.loader.exec_module(module)
    finally:
        sys.path.pop(0)
    return module


def _signature(target) -> inspect.Signature:
    """What `target` takes; anything by name, where it does not tell."""
    try:
        return inspect.signature(target)
    except (TypeError, ValueError):
        anything = inspect.Parameter("arguments", inspect.Parameter.VAR_KEYWORD)
        return inspect.Signature([anything])


def _named_parameters(target) -> list[str]:
    return [
        each.name
        for each in _signature(target).parameters.values()
        if each.kind in (each.POSITIONAL_OR_KEYWORD, each.KEYWORD_ONLY)
    ]


def _place_in(error, file) -> str:
    """` in line 3 of my_parts.py`, where the error came from that file."""
    lines = [
        each.lineno
        for each in traceback.extract_tb(error.__traceback__)
        if file and Path(each.filename).name == Path(file).name
    ]
    return f" in line {lines[-1]} of {file}" if lines else ""


def _first_line(error) -> str:
    return (str(error).strip().splitlines() or [type(error).__name__])[0].rstrip(".")


_PLAIN = (bool, int, float, str, type(None), Call)


def _require_plain(place, value):
    if isinstance(value, tuple):
        for each in value:
            _require_plain(place, each)
    elif type(value) not in _PLAIN or (isinstance(value, float) and not math.isfinite(value)):
        raise RecipeError(
            place, f"must be a finite number, text, None, a tuple or a Call; got {value!r}",
            "Name what you need with a Call, or write a function in a file beside the recipe.",
        )  # fmt: skip
