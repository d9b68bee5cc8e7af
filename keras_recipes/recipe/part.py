"""What every value of a recipe has in common: frozen, keyword-only, checked when it is made.

A part is declared with the decorator `part`. Its annotations are its types and `bounded` gives
numbers their range, so a wrong name, type or value is a `RecipeError` before Keras is loaded.
"""

import contextlib
import contextvars
import functools
import inspect
import math
import types
import typing
from dataclasses import MISSING, dataclass, field, fields, is_dataclass

from keras_recipes.errors import RecipeError, did_you_mean


def part(cls):
    """Make `cls` a frozen keyword-only dataclass whose fields are checked against their types.

    A method `check(self)`, where there is one, holds the rules that join several fields; it
    raises `RecipeError`.
    """
    cls = dataclass(frozen=True, kw_only=True)(cls)
    dataclass_init = cls.__init__

    @functools.wraps(dataclass_init)
    def checked_init(self, *args, **kwargs):
        _check_names(cls, args, kwargs)
        dataclass_init(self, *args, **kwargs)
        hints = field_types(cls)
        for each in fields(cls):
            value = conform(where(cls, each.name), getattr(self, each.name), hints[each.name])
            _check_bounds(cls, each, value)
            object.__setattr__(self, each.name, value)
        if not _deferred.get():
            _check(self)

    checked_init.__signature__ = inspect.signature(dataclass_init)
    cls.__init__ = checked_init
    cls.is_part = True
    return cls


_deferred = contextvars.ContextVar("deferred", default=False)


@contextlib.contextmanager
def deferred_checks():
    """Within it the rules that join several fields wait, so that fields can be set one by one."""
    token = _deferred.set(True)
    try:
        yield
    finally:
        _deferred.reset(token)


def check_all(value):
    """Apply the rules of a part and of every part in it; raises `RecipeError`."""
    if isinstance(value, tuple):
        for each in value:
            check_all(each)
    elif is_dataclass(value):
        for each in fields(value):
            check_all(getattr(value, each.name))
        _check(value)


def _check(value):
    if hasattr(value, "check"):
        value.check()


def bounded(
    default=MISSING, *, at_least=None, above=None, at_most=None, below=None, positional=False
):
    """A dataclass field that holds a number, or a tuple of numbers, within a range."""
    bounds = {"at_least": at_least, "above": above, "at_most": at_most, "below": below}
    return field(default=default, metadata=bounds, kw_only=not positional)


def first_argument(default=MISSING):
    """A dataclass field that may also be given by position: `TFDS("cifar10")`."""
    return field(default=default, kw_only=False)


def file_path(default=MISSING, *, endings=None, prefix=None, positional=False):
    """A dataclass field whose text names a file or folder.

    Where a recipe file names it, a relative path is relative to that file's folder
    (`keras_recipes.recipe.file_paths`).

    Args:
        endings: what the text must end in, in any case, to be a path; None for any text.
        prefix: what the path of a preset's folder follows, where the text begins with it.
    """
    metadata = {"file_path": endings or ("",), "prefix": prefix}
    return field(default=default, metadata=metadata, kw_only=not positional)


def is_part(value) -> bool:
    """Whether `value` is a part or a part's class."""
    return getattr(value, "is_part", False)


@functools.cache
def field_types(cls) -> dict:
    """Field name to resolved annotation."""
    return typing.get_type_hints(cls)


def where(cls, name: str) -> str:
    """The place of a field as a user writes it: `loss.label_smoothing`, `augment.MixUp.alpha`.

    The section is the name of the file, or of the folder, that defines the part.
    """
    section = cls.__module__.removeprefix("keras_recipes.recipe.").partition(".")[0]
    if section == "recipe":
        return name
    if section in ("augment", "phase"):
        section = f"{section}.{cls.__name__}"
    return f"{section}.{name}"


def _check_names(cls, args, kwargs):
    names = [each.name for each in fields(cls)]
    positional = [each.name for each in fields(cls) if not each.kw_only]
    if len(args) > len(positional):
        takes = f"by position only {', '.join(positional)}" if positional else "keywords only"
        raise RecipeError(
            where(cls, cls.__name__),
            f"takes {takes}; got {len(args)} values without a name",
            f"Name them: {cls.__name__}({', '.join(f'{name}=...' for name in names[:3])}).",
        )
    for name in kwargs:
        if name not in names:
            raise RecipeError(
                where(cls, name), f"is not a field of {cls.__name__}", did_you_mean(name, names)
            )
    given = set(positional[: len(args)]) | set(kwargs)
    for each in fields(cls):
        if each.name not in given and each.default is MISSING and each.default_factory is MISSING:
            raise RecipeError(
                where(cls, each.name),
                "is missing",
                f"Give it: {cls.__name__}({each.name}=...).",
            )


def conform(place: str, value, annotation):
    """Return `value` as `annotation` wants it, or raise a `RecipeError` that says what it wants.

    An int where a float is wanted becomes that float; nothing else is converted.
    """
    options = typing.get_args(annotation) if _is_union(annotation) else (annotation,)
    for option in options:
        matched, result = _match(value, option)
        if matched:
            return result
    _refuse(place, value, options)


def _is_union(annotation) -> bool:
    return typing.get_origin(annotation) in (typing.Union, types.UnionType)


def _match(value, option):
    """(whether `value` is an `option`, the value in its canonical form)."""
    origin = typing.get_origin(option)
    if option is typing.Any:
        return True, value
    if option is None or option is type(None):
        return value is None, value
    if origin is typing.Literal:
        return any(
            value == each and type(value) is type(each) for each in typing.get_args(option)
        ), value
    if origin is tuple:
        return _match_tuple(value, typing.get_args(option))
    if _is_union(option):
        for each in typing.get_args(option):
            matched, result = _match(value, each)
            if matched:
                return True, result
        return False, value
    if option is float:
        is_number = type(value) in (int, float)
        with contextlib.suppress(OverflowError):  # it is out of any range, which is said later
            return is_number, float(value) if is_number else value
        return True, math.inf if value > 0 else -math.inf
    # Exactly this class: what a subclass adds could not be printed as a recipe.
    return type(value) is option, value


def _match_tuple(value, items):
    if not isinstance(value, tuple):
        return False, value
    if len(items) == 2 and items[1] is Ellipsis:
        items = items[:1] * len(value)
    if len(value) != len(items):
        return False, value
    results = [_match(each, item) for each, item in zip(value, items, strict=True)]
    return all(matched for matched, _ in results), tuple(result for _, result in results)


def _refuse(place, value, options):
    literals = [
        each
        for option in options
        if typing.get_origin(option) is typing.Literal
        for each in typing.get_args(option)
    ]
    wanted = " or ".join(describe_type(option) for option in options)
    problem = f"must be {wanted}; got {show_value(value)}"
    if isinstance(value, list):
        fix = f"Write a tuple, with round brackets: {tuple(value)!r}."
    elif literals and isinstance(value, str):
        fix = did_you_mean(value, literals)
    elif uncalled := [each for each in _items(value) if inspect.isclass(each) and is_part(each)]:
        fix = f"Call it: {uncalled[0].__name__}(...)."
    elif is_part(value) and _takes_tuple(options):
        fix = f"Write a tuple of one, with a comma: ({type(value).__name__}(...),)."
    elif isinstance(value, str) and value.lower() in ("true", "false", "none"):
        fix = f"Write {value.capitalize()} without quotes."
    else:
        fix = f"Give {wanted}."
    raise RecipeError(place, problem, fix)


def _items(value) -> tuple:
    return value if isinstance(value, tuple) else (value,)


def _takes_tuple(options) -> bool:
    return any(typing.get_origin(option) is tuple for option in options)


def describe_type(annotation) -> str:
    """An annotation in words, as an error says it."""
    origin, arguments = typing.get_origin(annotation), typing.get_args(annotation)
    names = {int: "a whole number", float: "a number", str: "text", bool: "True or False"}
    if annotation is None or annotation is type(None):
        return "None"
    if annotation in names:
        return names[annotation]
    if origin is typing.Literal:
        return "one of " + ", ".join(repr(each) for each in arguments)
    if _is_union(annotation):
        return " or ".join(describe_type(each) for each in arguments)
    if origin is tuple:
        if len(arguments) == 2 and arguments[1] is Ellipsis:
            return f"a tuple of ({describe_type(arguments[0])})"
        return f"a tuple ({', '.join(describe_type(each) for each in arguments)})"
    return f"{annotation.__name__}(...)"


def show_value(value) -> str:
    """A value as an error shows it: short, and a class by its name."""
    text = value.__name__ if inspect.isclass(value) else repr(value)
    return text if len(text) <= 80 else text[:77] + "..."


def _check_bounds(cls, each, value):
    bounds = {name: limit for name, limit in each.metadata.items() if limit is not None}
    for number in _items(value):
        if not isinstance(number, int | float) or isinstance(number, bool):
            continue
        if isinstance(number, float) and not math.isfinite(number) or not _within(number, bounds):
            words = _range_in_words(bounds) or "finite"
            raise RecipeError(
                where(cls, each.name),
                f"must be {words}; got {show_value(number)}",
                _example(each, words),
            )


def _within(number, bounds) -> bool:
    return (
        number >= bounds.get("at_least", -math.inf)
        and number > bounds.get("above", -math.inf)
        and number <= bounds.get("at_most", math.inf)
        and number < bounds.get("below", math.inf)
    )


def _range_in_words(bounds) -> str:
    low = bounds.get("at_least", bounds.get("above"))
    high = bounds.get("at_most", bounds.get("below"))
    if low is not None and high is not None:
        opening = "[" if "at_least" in bounds else "("
        closing = "]" if "at_most" in bounds else ")"
        return f"in {opening}{low}, {high}{closing}"
    return " and ".join(f"{name.replace('_', ' ')} {limit}" for name, limit in bounds.items())


def _example(each, words) -> str:
    if isinstance(each.default, int | float | tuple) and not isinstance(each.default, bool):
        return f"The default is {each.default!r}."
    return f"Give a value {words}."
