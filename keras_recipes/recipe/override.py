"""`--set path=value`: a recipe with one choice changed.

Values are Python literals and constructors of parts, read from their syntax and never evaluated
as code. Where a field takes text, a bare word is text.
"""

import ast
from dataclasses import fields, is_dataclass, replace

import keras_recipes
from keras_recipes.errors import RecipeError, did_you_mean
from keras_recipes.recipe.call import Call
from keras_recipes.recipe.part import check_all, deferred_checks, is_part


def override(recipe, assignments):
    """Return `recipe` with assignments such as `"loss.label_smoothing=0.1"` carried out in order.

    Rules that join several fields are applied to the outcome, not on the way to it.

    Args:
        recipe: a `Recipe`; it is not changed.
        assignments: texts `path=value`; the path is dotted, an item of a tuple by its number
            (`augment.0.padding=2`).

    Raises:
        RecipeError: if the path leads nowhere, or the value is not of the field's type.
    """
    with deferred_checks():
        for assignment in assignments:
            recipe = _override_one(recipe, assignment)
    check_all(recipe)
    return recipe


def _override_one(recipe, assignment):
    path, equals, text = assignment.partition("=")
    path = path.strip()
    if not equals or not all(path.split(".")) or not text.strip():
        raise RecipeError(
            f"--set {assignment}", "must be of the form path=value",
            "Write, for example, --set loss.label_smoothing=0.1.",
        )  # fmt: skip
    try:
        return _replace(recipe, path.split("."), text.strip(), walked=())
    except RecipeError as error:
        raise RecipeError(f"--set {assignment}: {error.where}", error.problem, error.fix) from None


def _replace(value, path, text, walked):
    name, rest = path[0], path[1:]
    here = ".".join((*walked, name))
    if isinstance(value, tuple):
        return _replace_item(value, name, rest, text, walked)
    if isinstance(value, Call):
        if rest:
            raise RecipeError(here, "can't be reached inside a Call", "Set the whole argument.")
        new = _parse(text, here)
        return Call(value.target, **{**dict(value.arguments), name: new})
    if not is_dataclass(value):
        parent = ".".join(walked)
        raise RecipeError(
            here, f"does not exist: {parent} is {value!r}",
            f"Set {parent} itself, to a part where it takes one.",
        )  # fmt: skip
    names = [each.name for each in fields(value)]
    if name not in names:
        raise RecipeError(
            here, f"is not a field of {type(value).__name__}", did_you_mean(name, names)
        )
    old = getattr(value, name)
    new = _replace(old, rest, text, (*walked, name)) if rest else _parse(text, here)
    return replace(value, **{name: new})


def _replace_item(value, name, rest, text, walked):
    parent = ".".join(walked)
    if not (name.isdecimal() and int(name) < len(value)):
        counted = f"0 to {len(value) - 1}" if value else "none, it is empty"
        raise RecipeError(
            f"{parent}.{name}", f"is not an item of {parent}: it has {counted}",
            f"Name an item by its number, or set the whole of {parent}.",
        )  # fmt: skip
    index = int(name)
    here = (*walked, name)
    new = _replace(value[index], rest, text, here) if rest else _parse(text, ".".join(here))
    return (*value[:index], new, *value[index + 1 :])


def read_value(text, place):
    """The value that `text` writes, as on the right of an assignment.

    Args:
        place: what an error names.

    Raises:
        RecipeError: if it writes none.
    """
    return _parse(text.strip(), place)


def _parse(text, place):
    """The value that `text` writes; a bare word or a path is text."""
    try:
        node = ast.parse(text, mode="eval").body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        if text[0] in "([{'\"" or "(" in text:
            raise RecipeError(
                place, f"can't be read as a Python value: {text}",
                "Check brackets and quotes; the shell may have taken some: quote the whole option.",
            ) from None  # fmt: skip
        return text  # a path, say
    return _evaluate(node, text, place)


def _evaluate(node, text, place):
    if isinstance(node, ast.Constant) and isinstance(node.value, int | float | str | None):
        return node.value
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub | ast.UAdd):
        number = _evaluate(node.operand, text, place)
        if isinstance(number, int | float) and not isinstance(number, bool):
            return -number if isinstance(node.op, ast.USub) else number
    if isinstance(node, ast.Tuple):
        return tuple(_evaluate(each, text, place) for each in node.elts)
    if isinstance(node, ast.List):
        return [_evaluate(each, text, place) for each in node.elts]  # refused, with its own fix
    if isinstance(node, ast.Name):
        vocabulary = _vocabulary()
        return vocabulary.get(node.id, node.id)  # a class is refused later: "call it"
    if isinstance(node, ast.Call):
        return _construct(node, text, place)
    if isinstance(node, ast.BinOp | ast.Attribute | ast.Subscript) and "(" not in text:
        return text  # 2024-01/images or data.npz, a path; train[:500], a split
    raise RecipeError(
        place, f"can't take {ast.unparse(node)}",
        "Give a number, text, True, False, None, a tuple, or a part such as MixUp(alpha=0.2).",
    )  # fmt: skip


def _construct(node, text, place):
    vocabulary = _vocabulary()
    name = ast.unparse(node.func)
    if name not in vocabulary:
        raise RecipeError(place, f"can't take {name}(...)", did_you_mean(name, vocabulary))
    if any(keyword.arg is None for keyword in node.keywords):
        raise RecipeError(place, "can't take **arguments", "Write each argument by its name.")
    arguments = [_evaluate(each, text, place) for each in node.args]
    keywords = {each.arg: _evaluate(each.value, text, place) for each in node.keywords}
    if len(keywords) < len(node.keywords):
        raise RecipeError(place, f"gives {name}(...) an argument twice", "Give each once.")
    try:
        return vocabulary[name](*arguments, **keywords)
    except TypeError:
        raise RecipeError(
            place,
            f"gives {name}(...) other arguments than it takes",
            'Write, for example, Call("keras.layers:GaussianNoise", stddev=0.1).',
        ) from None


def _vocabulary() -> dict:
    everything = {name: getattr(keras_recipes, name) for name in keras_recipes.__all__}
    return {name: value for name, value in everything.items() if is_part(value)}
