"""Whether labels, loss and outputs are of one kind."""

import numpy as np

from keras_recipes.diagnosis.finding import Finding
from keras_recipes.diagnosis.outputs import (
    OF_EITHER,
    OF_IDS,
    OF_ROWS,
    OF_SIGMOID,
    OF_SOFTMAX,
    loss_name,
    loss_title,
    takes_logits,
)
from keras_recipes.diagnosis.subject import Subject

_OF_NUMBERS = {
    "meansquarederror", "meanabsoluteerror", "huber", "logcosh", "meansquaredlogarithmicerror",
    "meanabsolutepercentageerror",
}  # fmt: skip


def check_agreement(subject: Subject):
    """Findings about labels, loss and outputs together."""
    model, name, kind = subject.model, loss_name(subject.model), subject.output_kind
    outputs = subject.outputs.shape[-1]
    logits = takes_logits(model)
    yield from _forms(subject, name, outputs)
    if kind == "softmax" and outputs == 1:
        yield Finding(
            check="softmax-of-one", where="the last layer",
            problem="is a softmax over one output, which is always 1",
            fix="Use a sigmoid, or two outputs.",
        )  # fmt: skip
    elif logits and kind in ("softmax", "sigmoid"):
        yield Finding(
            check="activation-twice", where="loss",
            problem=f"takes logits (from_logits=True), and the model ends in a {kind}: it is "
            "applied twice, and training is slow and ends early",
            fix=f"Leave the {kind} out of the model, or from_logits=True out of the loss.",
        )  # fmt: skip
    elif not logits and kind == "logits" and name in OF_SOFTMAX | OF_SIGMOID:
        yield Finding(
            check="logits-as-shares", where="loss",
            problem="takes probabilities (from_logits=False), and the model returns logits, from "
            f"{subject.outputs.min():.3g} to {subject.outputs.max():.3g}",
            fix="Give the loss from_logits=True.",
        )  # fmt: skip
    elif kind in ("relu", "tanh") and name in OF_SOFTMAX | OF_SIGMOID:
        yield Finding(
            check="activation-on-logits", where="the last layer",
            problem=f"ends in {kind}, so that outputs can't take the values that tell classes "
            "apart",
            fix='Use no activation with from_logits=True, or "softmax" without.',
        )  # fmt: skip
    elif kind == "sigmoid" and name in OF_SOFTMAX and outputs > 1:
        yield Finding(
            check="sigmoid-for-softmax", where="loss",
            problem=f"is {loss_title(model)}, which compares shares that sum to 1, and the model "
            "ends in a sigmoid of each class",
            fix="End the model in a softmax; or use BinaryCrossentropy where an example may be of "
            "several classes.",
        )  # fmt: skip
    yield from _of_the_batch(subject)
    if getattr(model.loss, "reduction", None) == "sum":
        yield Finding(
            check="loss-summed", where="loss",
            problem=f"is summed over the batch, so that gradients are {subject.batch_size} times "
            "as large and grow with the batch size",
            fix='Use reduction="sum_over_batch_size".',
        )  # fmt: skip
    dtype = subject.output_dtype
    if dtype in ("float16", "bfloat16"):
        yield Finding(
            check="half-precision-outputs", where="the last layer",
            problem=f"returns {dtype}, in which losses and small gradients are lost",
            fix='Give it dtype="float32".',
        )  # fmt: skip


def _forms(subject, name, outputs):
    rows = not subject.has_ids
    if name in OF_ROWS and not rows and outputs > 1:
        yield Finding(
            check="ids-for-rows", where="loss",
            problem="takes one-hot labels, and gets class ids",
            fix="Use SparseCategoricalCrossentropy, or keras.utils.to_categorical.",
        )  # fmt: skip
    elif name in OF_IDS and rows:
        yield Finding(
            check="rows-for-ids", where="loss",
            problem=f"takes class ids, and gets rows of {subject.y.shape[-1]}",
            fix="Use CategoricalCrossentropy, or labels.argmax(-1).",
        )  # fmt: skip
    elif rows and subject.y.shape[-1] != outputs:
        yield Finding(
            check="outputs-not-classes", where="the last layer",
            problem=f"has {outputs} outputs, and labels are rows of {subject.y.shape[-1]}",
            fix="Give it as many units as there are classes.",
        )  # fmt: skip
    elif name in _OF_NUMBERS | OF_SIGMOID - OF_EITHER and not rows and outputs > 1:
        yield Finding(
            check="ids-broadcast", where="loss",
            problem=f"compares each of the {outputs} outputs with the number of the class",
            fix="Use SparseCategoricalCrossentropy, or one-hot labels.",
        )  # fmt: skip
    elif name in _OF_NUMBERS and rows:
        yield Finding(
            check="loss-of-numbers", where="loss",
            problem=f"is {loss_title(subject.model)}, whose gradient vanishes where a class is "
            "confidently wrong",
            fix="Use CategoricalCrossentropy.",
        )  # fmt: skip


def _of_the_batch(subject):
    """Whether an example's output depends on those beside it, as softmax(axis=0) makes it."""
    together = subject.outputs[:8]
    ones = [subject.x[n : n + 1] for n in range(len(together))]
    alone = [np.asarray(subject.model(each, training=False)) for each in ones]
    alone = np.concatenate(alone).astype(np.float32)
    scale = np.abs(together).max() + 1e-6
    if not np.isfinite(alone).all() or not np.isfinite(together).all():
        return
    if np.abs(together - alone).max() > 0.1 * scale:
        yield Finding(
            check="outputs-of-the-batch", where="the model",
            problem="says other things of an example alone than of the same one in a batch",
            fix="Look for a softmax or mean over axis 0, a reshape that mixes examples, or a layer "
            "called with training=True.",
        )  # fmt: skip
