"""Settings of layers, optimizer, schedule and callbacks that defeat what they are for."""

import keras
import numpy as np

from keras_recipes.diagnosis.finding import Finding
from keras_recipes.diagnosis.passage import Passage, activation_of, has_kernel
from keras_recipes.diagnosis.subject import Subject
from keras_recipes.tuning.optimizer_rate import innermost

DROPOUTS = (
    keras.layers.Dropout, keras.layers.SpatialDropout1D, keras.layers.SpatialDropout2D,
    keras.layers.SpatialDropout3D, keras.layers.GaussianDropout, keras.layers.AlphaDropout,
)  # fmt: skip
_PASSED_THROUGH = (*DROPOUTS, keras.layers.Flatten, keras.layers.Identity)
_ENDLESS = (
    keras.optimizers.schedules.ExponentialDecay, keras.optimizers.schedules.InverseTimeDecay,
    keras.optimizers.schedules.CosineDecayRestarts,
)  # fmt: skip
"""Schedules whose decay_steps are no length."""
_SMALLEST_BATCH = 4
_MOST_SHRUNK = 0.02
"""Share of a weight that decay may take in a step."""


def check_layers(subject: Subject, passage: Passage | None):
    """Findings about dropout, batch normalisation and layers that do nothing together."""
    called = [] if passage is None else [each.layer for each in passage.layers]
    behind = called[1 + max((n for n, each in enumerate(called) if has_kernel(each)), default=-1) :]
    for layer in subject.model._flatten_layers(include_self=False):
        if layer._layers:
            continue
        rate = getattr(layer, "rate", 0) if isinstance(layer, DROPOUTS) else 0
        if rate > 0.8:
            yield Finding(
                check="dropout-too-strong", where=f"layer {layer.name}",
                problem=f"drops {rate:.0%} of its input", fix="Use 0.2 to 0.5.",
            )  # fmt: skip
        if rate and len(behind) < len(called) and any(each is layer for each in behind):
            yield Finding(
                check="dropout-on-outputs", where=f"layer {layer.name}",
                problem="drops outputs of the network, not features", fix="Put it before the last "
                "layer with weights.",
            )  # fmt: skip
        if isinstance(layer, keras.layers.BatchNormalization):
            yield from _batch_normalization(layer, subject)
    yield from _linear_pairs(subject.model)


def _batch_normalization(layer, subject):
    trains = layer.trainable
    if not 0.5 <= layer.momentum < 1:
        yield Finding(
            check="batch-normalisation-momentum", where=f"layer {layer.name}",
            problem=f"has momentum {layer.momentum:g}: its statistics "
            + ("never change" if layer.momentum >= 1 else "are those of the last batch or two"),
            fix=f"Use 0.9 to 0.99; Keras's momentum is what is kept, PyTorch's {layer.momentum:g} "
            f"is {1 - layer.momentum:g} here.",
        )  # fmt: skip
    elif trains and subject.plan.steps and layer.momentum**subject.plan.steps > 0.2:
        yield Finding(
            check="batch-normalisation-too-slow", where=f"layer {layer.name}",
            problem=f"has momentum {layer.momentum:g}: after the {subject.plan.steps} steps "
            f"planned, {layer.momentum ** subject.plan.steps:.0%} of its statistics is still what "
            "they began as, and inference uses them",
            fix="Use 0.9, or train longer.",
        )  # fmt: skip
    if trains and subject.batch_size < _SMALLEST_BATCH:
        yield Finding(
            check="batch-normalisation-of-few", where=f"layer {layer.name}",
            problem=f"normalises by the statistics of {subject.batch_size} examples",
            fix="Use larger batches, or GroupNormalization.",
        )  # fmt: skip


def _linear_pairs(model):
    """Dense on dense, or convolution on convolution, with nothing bent in between."""
    for layer in getattr(model, "layers", ()):
        if isinstance(layer, keras.Model):
            yield from _linear_pairs(layer)
            continue
        if type(layer) not in (keras.layers.Dense, keras.layers.Conv2D):
            continue
        before = _source(layer)
        while before is not None and (
            isinstance(before, _PASSED_THROUGH)
            or (isinstance(before, keras.layers.Activation) and activation_of(before) == "linear")
        ):
            before = _source(before)
        if (
            type(before) is type(layer)
            and activation_of(before) == "linear"
            and not _is_narrow(before, layer)
        ):
            yield Finding(
                check="no-activation", where=f"layer {before.name}",
                problem=f"has no activation before layer {layer.name}: the two together are one "
                "linear layer",
                fix='Give it activation="relu".',
            )  # fmt: skip


def _is_narrow(before, layer):
    """Whether two layers factorise a larger one on purpose: fewer units than on either side."""
    units = before.kernel.shape[-1]
    return units < before.kernel.shape[-2] and units < layer.kernel.shape[-1]


def _source(layer):
    """The operation whose output is a layer's only input; None if there are several."""
    nodes = getattr(layer, "_inbound_nodes", ())
    if len(nodes) != 1 or len(nodes[0].input_tensors) != 1:
        return None
    return nodes[0].input_tensors[0]._keras_history.operation


def check_optimizer(subject: Subject, passage: Passage | None):
    """Findings about rate, decay and clipping, and the schedule against what is planned."""
    optimizer, model = innermost(subject.model.optimizer), subject.model
    rates = planned_rates(subject)
    peak = None if rates is None else float(np.max(rates))
    if peak is not None and peak <= 0:
        yield Finding(
            check="rate-zero", where="optimizer.learning_rate", problem=f"is {peak:g}",
            fix="Find one with the learning-rate range test (keras_recipes.tuning.find_lr).",
        )  # fmt: skip
        return
    if rates is not None:
        yield from _schedule(optimizer, rates, peak)
    decay = getattr(optimizer, "weight_decay", None)
    if decay and peak and decay * peak > _MOST_SHRUNK:
        yield Finding(
            check="decay-too-strong", where="optimizer.weight_decay",
            problem=f"is {decay:g}: with a rate of {peak:g} every step takes "
            f"{decay * peak:.1%} off each weight",
            fix="Use 1e-4 to 0.1 with AdamW, up to 5e-3 with SGD.",
        )  # fmt: skip
    if decay and hasattr(optimizer, "_use_weight_decay"):
        scales = [each for each in model.trainable_variables
                  if len(each.shape) == 1 and optimizer._use_weight_decay(each)]  # fmt: skip
        if scales:
            yield Finding(
                check="decay-of-scales", where="optimizer.weight_decay",
                problem=f"also shrinks {len(scales)} biases and scales of normalisation, such as "
                f"{scales[0].path}",
                fix='Call optimizer.exclude_from_weight_decay(var_names=["bias", "gamma", "beta"]) '
                "as soon as it is made.",
            )  # fmt: skip
    if passage is not None:
        yield from _clipping(optimizer, passage)


def planned_rates(subject: Subject):
    """The optimizer's rate over the steps planned, at up to 200 of them; None if unknown."""
    optimizer = innermost(subject.model.optimizer)
    rate = getattr(optimizer, "_learning_rate", None)
    if isinstance(rate, keras.optimizers.schedules.LearningRateSchedule):
        steps = subject.plan.steps or _length(rate)
        if steps is None:
            return None
        asked = np.unique(np.linspace(0, steps - 1, min(steps, 200)).astype(int))
        return np.array([float(rate(int(each))) for each in asked])
    if rate is None:
        return None
    return np.array([float(keras.ops.convert_to_numpy(rate))])


def _length(schedule):
    """Steps after which a schedule ends; None where it never does."""
    if isinstance(schedule, _ENDLESS):
        return None
    known = getattr(schedule, "decay_steps", None)
    return int(known) + int(getattr(schedule, "warmup_steps", 0) or 0) if known else None


def _schedule(optimizer, rates, peak):
    if len(rates) < 10:
        return
    over = int(np.argmax(rates[::-1] > 0.01 * peak))  # of the asked ones, at the end
    if over > len(rates) // 2:
        yield Finding(
            check="schedule-too-short", where="optimizer.learning_rate",
            problem=f"has fallen to next to nothing after {1 - over / len(rates):.0%} of the steps "
            "planned",
            fix="Count its decay_steps in steps, epochs times steps an epoch.",
        )  # fmt: skip
    elif np.argmax(rates) > len(rates) // 2:
        yield Finding(
            check="warm-up-too-long", where="optimizer.learning_rate",
            problem=f"reaches its highest value only after {np.argmax(rates) / len(rates):.0%} of "
            "the steps planned",
            fix="Shorten the warm-up, or train longer.",
        )  # fmt: skip
    elif rates[-1] > 0.5 * peak and _length(getattr(optimizer, "_learning_rate", None)):
        yield Finding(
            check="schedule-too-long", where="optimizer.learning_rate",
            problem=f"is still at {rates[-1] / peak:.0%} of its highest value when training ends",
            fix="Make its decay_steps the steps planned.",
        )  # fmt: skip


def _clipping(optimizer, passage):
    norms = [norm for _, norm in passage.gradients if norm is not None]
    whole = float(np.sqrt(np.square(norms).sum()))
    for name, largest in (("clipnorm", max(norms, default=0.0)), ("global_clipnorm", whole)):
        limit = getattr(optimizer, name, None)
        if limit and np.isfinite(largest) and largest > 1000 * limit:
            yield Finding(
                check="clipped-away", where=f"optimizer.{name}",
                problem=f"is {limit:g}, and the first gradient's norm is {largest:.3g}: every "
                "step is cut to its direction",
                fix="Use 1, or ten times the norm that is usual.",
            )  # fmt: skip
