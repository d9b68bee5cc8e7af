"""The examples that are looked at: drawn from arrays, or the first of a dataset."""

import re

import keras
import numpy as np

from keras_recipes.diagnosis.outputs import loss_title
from keras_recipes.diagnosis.subject import EXAMPLES, Plan, Subject
from keras_recipes.errors import RecipeError
from keras_recipes.model_state import ModelState, build_optimizer_variables


def make_subject(model, data, *, batch_size: int = 32, plan: Plan | None = None) -> Subject:
    """Look at up to `EXAMPLES` examples of `data`.

    Args:
        model: compiled; built here if it is not.
        data: `(x, y)` arrays, of which some are drawn, or a `tf.data.Dataset` or
            `keras.utils.PyDataset` of batches, whose first are taken, of one shape.
        batch_size: of arrays.
        plan: what training is planned to be.

    Raises:
        RecipeError: if the model is not compiled with one loss, has several inputs or outputs or
            does not take the data, if there are no labelled examples, or labels are no numbers.
    """
    _require_loss(model)
    if isinstance(data, tuple):
        x, y, all_labels = _draw(data, batch_size)
        in_order = False
    else:
        x, y, batch_size, in_order = _first_batches(data)
        all_labels = None
    x, y = _as_numbers(model, x, y)
    if all_labels is not None:
        _, all_labels = _as_numbers(model, None, all_labels)
    _require_one_output(model, x[:1])
    return Subject(
        model=model, x=x, y=y, batch_size=batch_size, in_order=in_order, all_labels=all_labels,
        plan=plan or Plan(),
    )  # fmt: skip


def _require_loss(model):
    if not isinstance(model, keras.Model) or getattr(model, "optimizer", None) is None:
        raise RecipeError(
            "diagnose: model", "must be a compiled keras.Model; it has no loss and no optimizer",
            "Call model.compile(optimizer=..., loss=...) first.",
        )  # fmt: skip
    loss, takes_its_own = model.loss, type(model).compute_loss is not keras.Model.compute_loss
    if isinstance(loss, dict | list | tuple):
        raise RecipeError(
            "diagnose: model", "must have one loss; it was compiled with a "
            + ("dict" if isinstance(loss, dict) else "list"),
            "Use model.compile(loss=...) with one loss, of one output.",
        )  # fmt: skip
    if loss is None and not takes_its_own:
        raise RecipeError(
            "diagnose: model", "was compiled without a loss",
            "Give model.compile the loss that its train_step takes.",
        )  # fmt: skip
    if "hinge" in loss_title(model).lower():
        raise RecipeError(
            "diagnose: model", f"has {loss_title(model)}, whose outputs say no shares of classes",
            "Diagnose it with a cross-entropy: the network is the same.",
        )  # fmt: skip


def _require_one_output(model, x):
    state = ModelState(model) if model.built else None  # even in inference some layers draw
    try:
        said = model(x, training=False)
    except Exception as error:  # whatever the model raises
        raise RecipeError(
            "diagnose: model", f"does not take inputs of shape {x.shape}, {x.dtype}: "
            f"{first_line(error)}",
            "Give it data of the shape that fit would get, and let its batch size be free.",
        ) from error  # fmt: skip
    finally:
        if state is not None:
            state.restore()
    if not hasattr(said, "shape") or len(said.shape) != 2:
        raise RecipeError(
            "diagnose: model",
            "must return one output of shape (batch, classes); it returns "
            + (str(tuple(said.shape)) if hasattr(said, "shape") else f"a {type(said).__name__}"),
            "Diagnose a model of one of its outputs.",
        )
    build_optimizer_variables(model)


def first_line(error) -> str:
    """Of an error's text: without the place in TensorFlow's graph, or in Keras's layers, that it
    begins with."""
    text = re.sub(r"\x1b\[[0-9;]*m", "", str(error)).strip()
    text = re.sub(r"\[\[.*\]\]", "[...]", text, flags=re.DOTALL)  # a batch, written out
    lines = [each.strip() for each in text.splitlines() if each.strip()]
    if len(lines) > 1 and lines[0].startswith("Exception encountered when calling"):
        lines = lines[1:]
    if lines and lines[0] == "in user code:":  # the error stands below the way to it
        lines = [re.sub(r"^\w+: ", "", lines[-1])]
    return re.sub(r"^{{.*?}} ", "", lines[0] if lines else "it says no more").rstrip(".")


def _as_numbers(model, x, y):
    """Labels as numbers; without the examples that the loss leaves out (`ignore_class`)."""
    if y.dtype == bool:
        y = y.astype(np.float32)
    if not np.issubdtype(y.dtype, np.number):
        raise RecipeError(
            "diagnose: labels", f"must be numbers; got {str(y.reshape(-1)[0])!r} ({y.dtype})",
            "Number the classes from 0: np.unique(labels, return_inverse=True)[1].",
        )  # fmt: skip
    ignored = getattr(model.loss, "_fn_kwargs", {}).get("ignore_class")
    if ignored is not None and (y.ndim == 1 or y.shape[1] == 1):
        counts = y.reshape(-1) != ignored
        x, y = (None if x is None else x[counts]), y[counts]
        if not len(y):
            raise RecipeError(
                "diagnose: labels", f"are all {ignored}, the class that the loss ignores",
                "Give it examples that it learns from.",
            )  # fmt: skip
    return x, y


def _array(values, what):
    """Inputs or labels as one array."""
    array = None if isinstance(values, dict | list | tuple) else np.asarray(values)
    if array is None or array.ndim == 0:
        raise RecipeError(
            "diagnose: data", f"must be one array of inputs and one of labels; {what} are "
            f"a {type(values).__name__}",
            "Use (x, y), or a dataset of such batches; ragged ones padded to one length.",
        )  # fmt: skip
    return array.astype(str) if array.dtype == object and what == "inputs" else array


def _draw(data, batch_size):
    if len(data) < 2:
        raise RecipeError(
            "diagnose: data", "must be one array of inputs and one of labels",
            "Use (x, y), or a dataset of batches.",
        )  # fmt: skip
    x, y = _array(data[0], "inputs"), _array(data[1], "labels")
    if len(x) != len(y) or not len(y):
        raise RecipeError(
            "diagnose: data", f"has {len(x)} inputs and {len(y)} labels", "Give as many of both."
        )
    chosen = np.random.default_rng(0).permutation(len(y))[: max(EXAMPLES, batch_size)]
    return x[chosen], y[chosen], y


def _first_batches(data):
    import tensorflow as tf

    if not isinstance(data, tf.data.Dataset | keras.utils.PyDataset):
        raise RecipeError(
            "diagnose: data",
            f"must be arrays, a tf.data.Dataset or a PyDataset; got {type(data).__name__}",
            "Use (x, y), or a dataset of batches.",
        )
    parts, count, other = [], 0, False
    batches = data if isinstance(data, tf.data.Dataset) else (data[n] for n in range(len(data)))
    for batch in batches:
        if not isinstance(batch, tuple) or len(batch) < 2:
            raise RecipeError(
                "diagnose: data", "must give batches of one array of inputs and one of labels",
                "Have each be a tuple (x, y).",
            )  # fmt: skip
        if not np.ndim(batch[1]):
            raise _no_batch(batch)
        x, y = _array(batch[0], "inputs"), _array(batch[1], "labels")
        if len(x) != len(y):
            raise _no_batch(batch)
        count += len(x)
        if parts and (x.shape[1:], y.shape[1:]) != (parts[0][0].shape[1:], parts[0][1].shape[1:]):
            other = True  # padded to a length of its own
        else:
            parts.append((x, y))
        if count >= EXAMPLES:
            break
    if not parts:
        raise RecipeError("diagnose: data", "holds no batch", "Give it at least one.")
    x, y = (np.concatenate(each) for each in zip(*parts, strict=True))
    return x, y, len(parts[0][0]), not other


def _no_batch(batch):
    shapes = [tuple(getattr(each, "shape", np.shape(each))) for each in batch[:2]]
    return RecipeError(
        "diagnose: data", f"gives {shapes[0]} inputs with {shapes[1]} labels, which is no batch",
        "Add .batch(32) to the dataset.",
    )  # fmt: skip
