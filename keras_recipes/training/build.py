"""From a recipe's values to Keras objects: the one place that calls `build()`."""

from pathlib import Path

import keras
import numpy as np

from keras_recipes.augment import build_pipeline, float32_policy
from keras_recipes.data import Dataset, channel_statistics
from keras_recipes.errors import RecipeError
from keras_recipes.losses.from_logits import from_logits
from keras_recipes.recipe import Call, Phase, Recipe
from keras_recipes.recipe.call import build
from keras_recipes.recipe.conflicts import check_callback_class
from keras_recipes.schedules import TableSchedule
from keras_recipes.training.devices import require_shareable
from keras_recipes.training.fused_batch_normalization import fuse_batch_normalization
from keras_recipes.training.learning_rates import rate_table
from keras_recipes.training.precision import Speed


def build_model(recipe: Recipe, dataset: Dataset, directory: Path, speed: Speed):
    """The network, under the global dtype policy; it takes raw images and returns logits.

    Raises:
        RecipeError: if it does not return one logit a class.
    """
    mean, variance = channel_statistics(dataset.train)
    model = build(
        recipe.model,
        directory,
        input_shape=dataset.image_shape,
        num_classes=dataset.num_classes,
        mean=mean,
        variance=variance,
    )
    shape = getattr(model, "output_shape", None)
    if shape != (None, dataset.num_classes):
        raise RecipeError(
            "model", f"must return (batch, {dataset.num_classes}) logits; it returns {shape}",
            "End it with a Dense layer of as many units as there are classes.",
        )  # fmt: skip
    (output,) = model.outputs  # a Sequential model has no `output` until it is called
    if keras.backend.standardize_dtype(output.dtype) != "float32":
        raise RecipeError(
            "model",
            f"must return float32 logits; it returns {output.dtype}",
            'End it with a Dense layer of dtype="float32": half precision loses small gradients.',
        )
    if speed.fused_batch_normalization:
        fuse_batch_normalization(model)
    return model


def build_augmentation(
    augment: tuple,
    dataset: Dataset,
    directory: Path,
    *,
    seed,
    batch_size,
    mixing_until_epoch: int | None = None,
    must_rest: bool = True,
):
    """The augmentation of a phase, as a function of (images, labels, epoch, step).

    It takes images of `dataset.stored_shape`; each part is built for the shape that reaches it, and
    the stream brings what comes out to `dataset.image_shape`.

    Args:
        mixing_until_epoch: the first epoch of the run in which MixUp and CutMix rest; None mixes
            in all.
        must_rest: whether it is an error if nothing mixes that could rest.

    Raises:
        RecipeError: if a layer can't be built, or its randomness can't be keyed; if nothing rests
            that must.
    """
    pipeline = build_pipeline(
        [],
        seed=seed,
        image_shape=dataset.stored_shape,
        num_classes=dataset.num_classes,
        batch_size=batch_size,
        mixing_until_epoch=mixing_until_epoch,
    )
    for each in augment:
        with float32_policy():
            layer = build(
                each,
                directory,
                image_shape=pipeline.image_shape,
                output_size=dataset.image_shape[:2],
                num_classes=dataset.num_classes,
            )
        pipeline = pipeline.then(layer)
    if must_rest and mixing_until_epoch is not None and not pipeline.rests:
        raise RecipeError(
            "mixup_off_epochs",
            "takes no effect: no part of augment is known to mix labels",
            "Leave it out; or let the layer say so, by an attribute mixes_labels = True.",
        )
    return pipeline


def compile_phase(
    model,
    recipe: Recipe,
    phase: Phase,
    rates: np.ndarray,
    dataset: Dataset,
    directory: Path,
    speed: Speed,
):
    """Compile the model with the phase's loss, a fresh optimizer and the layers that it trains."""
    from keras_recipes.models import set_trainable

    if phase.trainable is not None:  # before the optimizer is told what it trains
        statistics = getattr(recipe.model, "batch_normalization", "training")
        set_trainable(model, phase.trainable, batch_normalization=statistics)
    optimizer = build_optimizer(model, phase, rates, directory)
    class_counts = np.bincount(dataset.train.class_labels(), minlength=dataset.num_classes)
    loss = build(phase.loss, directory, class_counts=class_counts)
    _require_logits_loss(loss)
    compile_for_logits(model, optimizer, loss, speed)


def build_optimizer(model, phase: Phase, rates: np.ndarray, directory: Path):
    """The optimizer of a phase, fresh, for what trains in `model`."""
    from keras_recipes.optimizers import decay_weights_alone

    table = rate_table(phase, rates)
    rate = float(rates[-1]) if table is None else TableSchedule(table)
    if isinstance(phase.optimizer, Call):
        optimizer = phase.optimizer.without("learning_rate").build(
            directory, learning_rate=rate, model=model
        )
        _require_optimizer(optimizer, phase.optimizer)
        decay_weights_alone(optimizer, model)
    else:
        optimizer = phase.optimizer.build(learning_rate=rate, model=model)
    require_shareable(optimizer)
    return optimizer


def compile_for_logits(model, optimizer, loss, speed: Speed):
    """Compile with a run's metrics, `accuracy` and `nll`, which know nothing of smoothing."""
    from keras_recipes.metrics import Accuracy, NegativeLogLikelihood

    model.compile(
        optimizer=optimizer,
        loss=loss,
        metrics=[Accuracy(name="accuracy"), NegativeLogLikelihood(name="nll")],
        jit_compile=speed.jit_compile,
    )


def _require_optimizer(optimizer, call):
    if not isinstance(optimizer, keras.optimizers.Optimizer):
        raise RecipeError(
            "optimizer",
            f"must build a Keras optimizer; {call!r} built a {type(optimizer).__name__}",
            'Write, for example, Call("keras.optimizers:AdamW", learning_rate=1e-3).',
        )
    if optimizer.use_ema:
        raise RecipeError(
            "optimizer",
            f"can't average by itself, which the best epoch would not hold; {call!r} has use_ema",
            "Call a function of learning_rate and model that returns "
            "keras_recipes.optimizers.average_weights(...), or take AdamW(ema_momentum=0.999).",
        )


def _require_logits_loss(loss):
    """The models return logits, and labels are one-hot: other losses would train on nonsense."""
    if any(each.__name__.startswith("Sparse") for each in type(loss).__mro__):
        raise RecipeError(
            "loss",
            f"must take one-hot labels; {type(loss).__name__} takes integers",
            'Use Call("keras.losses:CategoricalCrossentropy", from_logits=True), for example.',
        )
    if not callable(loss) or from_logits(loss) is False:
        raise RecipeError(
            "loss",
            f"must take logits; {type(loss).__name__} takes probabilities",
            "Add from_logits=True.",
        )


def build_callbacks(phase: Phase, directory: Path) -> list:
    """The user's own callbacks of a phase.

    Raises:
        RecipeError: if one is not a Keras callback, or does what the run does.
    """
    built = [each.build(directory) for each in phase.callbacks]
    for index, callback in enumerate(built):
        place = f"callbacks.{index}"
        if not isinstance(callback, keras.callbacks.Callback):
            raise RecipeError(
                place,
                f"must build a Keras callback; {phase.callbacks[index]!r} built a "
                f"{type(callback).__name__}",
                'Write, for example, Call("keras.callbacks:CSVLogger", filename="log.csv").',
            )
        # A file's own class may inherit from one that the recipe couldn't know by its name.
        names = [each.__name__ for each in type(callback).__mro__]
        check_callback_class(names, place, phase.schedule)
    return built
