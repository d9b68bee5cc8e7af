"""A recipe as text: a Python file that evaluates to it, and a flat table of dotted fields."""

from dataclasses import MISSING, fields, is_dataclass, replace

from keras_recipes.recipe.call import Call

WIDTH = 100


def to_python(recipe) -> str:
    """The recipe as a file that `load` reads back to an equal one, defaults written out."""
    recipe = replace(recipe, stand_in=None)  # the variant it names is not in this file
    names = sorted(_class_names(recipe))
    imports = f"from keras_recipes import {', '.join(names)}"
    if len(imports) > WIDTH:
        imports = "from keras_recipes import (\n    " + ",\n    ".join(names) + ",\n)"
    return f"{imports}\n\nrecipe = {_expression(recipe, indent=0, used=len('recipe = '))}\n"


def to_flat(recipe) -> dict:
    """Dotted field to plain value, as `--set` names them: `{"loss.label_smoothing": 0.1, ...}`.

    A part stands under its own name with its class (`{"loss": "CrossEntropy"}`).
    """
    flat = {}
    for each in fields(recipe):
        _flatten(each.name, getattr(recipe, each.name), flat)
    return flat


def _flatten(path, value, flat):
    if is_dataclass(value):
        flat[path] = type(value).__name__
        for each in fields(value):
            _flatten(f"{path}.{each.name}", getattr(value, each.name), flat)
    elif isinstance(value, Call):
        flat[path] = repr(value)
    elif isinstance(value, tuple) and any(is_dataclass(e) or isinstance(e, Call) for e in value):
        for index, each in enumerate(value):
            _flatten(f"{path}.{index}", each, flat)
    else:
        flat[path] = value


def _class_names(value) -> set:
    if isinstance(value, tuple):
        return set().union(*map(_class_names, value))
    if isinstance(value, Call):
        return {"Call"}.union(*(_class_names(each) for _, each in value.arguments))
    if is_dataclass(value):
        inside = (_class_names(getattr(value, each.name)) for each in fields(value))
        return {type(value).__name__}.union(*inside)
    return set()


def _expression(value, indent, used=0):
    """Python source of `value`; on one line where it fits behind `used` characters."""
    line = one_line(value)
    if indent + used + len(line) < WIDTH and not (indent == 0 and is_dataclass(value)):
        return line
    inner = " " * (indent + 4)
    if isinstance(value, tuple):
        items = [_expression(each, indent + 4) for each in value]
        opening, closing = "(", ")"
    elif is_dataclass(value):
        items = [
            name + _expression(each, indent + 4, len(name)) for name, each in _arguments(value)
        ]
        opening, closing = f"{type(value).__name__}(", ")"
    else:
        return line
    body = "".join(f"{inner}{item},\n" for item in items)
    return f"{opening}\n{body}{' ' * indent}{closing}"


def one_line(value) -> str:
    """A value, part or tuple as Python writes it, and as `--set` reads it."""
    if isinstance(value, tuple):
        return f"({', '.join(map(one_line, value))}{',' if len(value) == 1 else ''})"
    if is_dataclass(value):
        inside = ", ".join(name + one_line(each) for name, each in _arguments(value))
        return f"{type(value).__name__}({inside})"
    return f'"{value}"' if isinstance(value, str) and _is_simple(value) else repr(value)


def _is_simple(text) -> bool:
    return repr(text) == f"'{text}'" and '"' not in text


def _arguments(value):
    """(`"name="`, value) of each field; by position where it may be, and has no default.

    A field that is None and is None unless told says nothing, and is left out.
    """
    for each in fields(value):
        if getattr(value, each.name) is None and each.default is None:
            continue
        positional = not each.kw_only and each.default is MISSING
        yield ("" if positional else f"{each.name}="), getattr(value, each.name)
