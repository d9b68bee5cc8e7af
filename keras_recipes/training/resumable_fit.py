"""`model.fit` that goes on where it was killed, for anybody's script."""

import signal
import sys
from pathlib import Path

import keras
import numpy as np

from keras_recipes.bounds import require_number, require_whole
from keras_recipes.errors import RecipeError
from keras_recipes.training.callback_states import without_state
from keras_recipes.training.checkpoint import Checkpoints
from keras_recipes.training.checkpoint_times import DEFAULT_MINUTES
from keras_recipes.training.hardware import decides_bits, differences
from keras_recipes.training.interrupt import InterruptCallback, Interrupted
from keras_recipes.training.one_training import OneTraining
from keras_recipes.training.only_process import only_process
from keras_recipes.training.progress import Progress, StateKeeper
from keras_recipes.training.replayed import Replayed


def resumable_fit(
    model,
    stream,
    *,
    directory,
    epochs,
    steps_per_epoch=None,
    validation_data=None,
    validation_steps=None,
    class_weight=None,
    callbacks=(),
    checkpoint_minutes=DEFAULT_MINUTES,
    replay=True,
    resume_anyway=False,
    verbose=1,
):
    """Fit a compiled model; called again after the process was killed, it goes on.

    A training that was killed, however often and whenever, ends with the weights and metrics of one
    that was not, to the bit. Saved are the model, optimizer, metrics of the epoch so far, seed
    generators, and what callbacks have counted: Keras's EarlyStopping, ModelCheckpoint,
    ReduceLROnPlateau and History, those of `keras_recipes`, and any that has `get_state()`, to
    something that JSON can hold, and `set_state(state)`. When it is finished, another call trains
    nothing and gives the model its last weights.

    After Ctrl-C and SIGTERM it saves the step that they come in and raises `KeyboardInterrupt`, or
    `SystemExit` with code 143. A second one ends at once.

    Args:
        model: compiled, with weights.
        stream: function of a first and a last step, counted from 0 over all epochs, to the batches
            of the one to before the other, such as a `keras_recipes.data.KeyedBatches`: what a step
            trains on must be a function of its number alone. Or a `tf.data.Dataset` of an epoch's
            batches, of which as much is had as can be: see `replay`.
        directory: for the checkpoints; of this training alone, made where it is missing.
        epochs: in all.
        steps_per_epoch: batches in an epoch; None where the stream or data set tells it.
        validation_data: as for `fit`, or None.
        validation_steps: as for `fit`.
        class_weight: as for `fit`.
        callbacks: Keras callbacks, without `BackupAndRestore`.
        checkpoint_minutes: between checkpoints within an epoch. At its end there is one as well, at
            most every 30 s.
        replay: of a `tf.data.Dataset`, when it goes on: True reads, and drops, every batch that was
            trained on, so that a shuffle with a seed goes on with the batches that come next; False
            begins a pass of its own and drops what was done of the epoch alone, which takes less
            time and gives other batches. One whose first batch is not the same again, as a shuffle
            without a seed gives, is told on stderr: then other batches come either way.
        resume_anyway: go on with other versions, device or number of cores, which changes the last
            digits.
        verbose: as for `fit`, 0, 1 or 2.

    Returns:
        `keras.callbacks.History` of the whole training.

    Raises:
        RecipeError: if an argument is no such; if another process trains in the directory; if it
            holds a training of another model, other epochs' length or other versions; if a
            checkpoint can't be written.

    Example:

    ```python
    stream = KeyedBatches(x, y, batch_size=128, seed=0)
    resumable_fit(model, stream, directory="training", epochs=30,
                  validation_data=(x_val, y_val), callbacks=[BestCheckpoint("best.keras")])
    ```
    """
    directory, callbacks = Path(directory), list(callbacks)
    try:
        require_whole("epochs", epochs, at_least=1)
        require_number("checkpoint_minutes", checkpoint_minutes, above=0)
        _require_model(model)
        _require_callbacks(callbacks)
        steps = _steps(stream, steps_per_epoch)
        if not callable(stream):
            stream = Replayed(stream, steps, epochs, replay=replay)
    except RecipeError as error:
        raise error.within("resumable_fit") from None
    history = keras.callbacks.History()
    with only_process(directory, directory / "checkpoints" / "lock"):
        checkpoints = Checkpoints(directory / "checkpoints")
        found = checkpoints.load()
        progress = Progress(**found.about) if found else Progress()
        setting = _setting(stream, steps)
        if found:
            _require_same(directory, progress.setting, setting, resume_anyway)
            _tell(callbacks, progress.setting, setting)
        progress.setting = setting
        finished = progress.stopped or progress.epochs >= epochs
        interrupt = InterruptCallback()
        others = [*callbacks, history]
        keeper = StateKeeper(
            checkpoints, progress, best=None, following=(), others=others, fitted=model,
            batch=lambda: _batch_of_zeros(model, _spec_of(stream, steps)), steps=steps,
            last_epoch=epochs, seconds=60 * checkpoint_minutes, every_epoch=False,
            at_begin=False, asked=interrupt.is_asked,
        )  # fmt: skip
        training = OneTraining(
            [*others, keeper, interrupt], model=model, epochs=epochs, steps=steps, verbose=verbose
        )
        if finished:
            training.on_train_begin()
            training.end(model)
            return history
        try:
            with interrupt.listening():
                training.train(
                    model,
                    lambda done, first, last: stream(first * steps + done, last * steps),
                    initial_epoch=progress.epochs,
                    epochs=epochs,
                    done=progress.step,
                    validation_data=validation_data,
                    validation_steps=validation_steps,
                    class_weight=class_weight,
                )
        except Interrupted as error:
            if error.signal_number == signal.SIGINT:
                raise KeyboardInterrupt from None
            raise SystemExit(128 + error.signal_number) from None
    return history


def _spec_of(stream, steps):
    known = getattr(stream, "element_spec", None)  # asking it for batches would count as a pass
    return known or stream(0, steps).element_spec


def _batch_of_zeros(model, spec):
    """Arguments of `compute_metrics` for a batch of the kind that the stream has."""
    zeros = keras.tree.map_structure(
        lambda each: np.zeros([size or 1 for size in each.shape], each.dtype.as_numpy_dtype), spec
    )
    x, y, weights = keras.utils.unpack_x_y_sample_weight(zeros)
    return x, y, model(x, training=False), weights


def _steps(stream, steps_per_epoch):
    """Batches in an epoch."""
    if steps_per_epoch is not None:
        return require_whole("steps_per_epoch", steps_per_epoch, at_least=1)
    known = getattr(stream, "steps_per_epoch", None)
    if known is None and hasattr(stream, "cardinality"):
        known = int(stream.cardinality())
    if known is None or known < 1:
        raise RecipeError(
            "steps_per_epoch", "must be given: the stream doesn't tell it",
            "State how many batches make up an epoch.",
        )  # fmt: skip
    return known


def _require_model(model):
    if keras.backend.backend() != "tensorflow":
        raise RecipeError(
            "model", f"must be of the TensorFlow backend; got {keras.backend.backend()}",
            "Set KERAS_BACKEND=tensorflow.",
        )  # fmt: skip
    if not getattr(model, "compiled", False) or not model.built:
        raise RecipeError(
            "model", "must be compiled and have its weights",
            "Call model.compile(...), and begin it with a keras.Input or call it on a batch.",
        )  # fmt: skip


def _require_callbacks(callbacks):
    for index, each in enumerate(callbacks):
        if not isinstance(each, keras.callbacks.Callback):
            raise RecipeError(
                f"callbacks.{index}", f"must be a Keras callback; got {each!r}", "Take it out."
            )
        if isinstance(each, keras.callbacks.BackupAndRestore | keras.callbacks.History):
            raise RecipeError(
                f"callbacks.{index}", f"is {type(each).__name__}, whose work is done here",
                "Take it out; the history is returned.",
            )  # fmt: skip


def _setting(stream, steps):
    """What must be the same when the training goes on."""
    first = getattr(stream, "first_batch", None)
    return {"steps": steps, "here": decides_bits(), "first_batch": first}


def _require_same(directory, before, now, anyway):
    if before["steps"] != now["steps"]:
        raise RecipeError(
            str(directory),
            f"holds a training with {before['steps']} steps an epoch; got {now['steps']}",
            "Name another directory, or train on the same batches.",
        )
    differing = differences(now["here"], before["here"])
    if differing and not anyway:
        raise RecipeError(
            str(directory), f"would not go on to the same bits: {', '.join(differing)}",
            "Go on where it began, or set resume_anyway=True.",
        )  # fmt: skip


def _tell(callbacks, before, now):
    """Say on stderr what can't be had."""
    forgetful = without_state(callbacks)
    if forgetful:
        print(f"what {', '.join(forgetful)} may have counted is lost: give it get_state() and "
              "set_state(state)", file=sys.stderr)  # fmt: skip
    if before["first_batch"] != now["first_batch"]:
        print("the data set doesn't give the same batches again, so the training goes on with "
              "others than it would have: give every shuffle and random operation a seed, or take "
              "keras_recipes.data.KeyedBatches", file=sys.stderr)  # fmt: skip
