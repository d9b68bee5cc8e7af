"""A training that begins in the middle of an epoch, by stock `fit` called twice."""

import contextlib

import keras

from keras_recipes.model_state import build_optimizer_variables


class OneTraining(keras.callbacks.CallbackList):
    """Callbacks that don't notice: they begin and end once, and count an epoch's steps as they are.

    `fit` takes a whole number of steps an epoch, the same in each. So what is left of an epoch is a
    `fit` of its own, and the epochs after it another; and where nothing is left but the validation,
    that is done as `fit` does it.

    Args:
        callbacks: of the training.
        model: that they see.
        epochs: in all.
        steps: an epoch.
        verbose: as for `fit`.
    """

    def __init__(self, callbacks, *, model, epochs: int, steps: int, verbose: int = 0):
        super().__init__(
            callbacks, add_history=True, add_progbar=bool(verbose), model=model, epochs=epochs,
            steps=steps, verbose=verbose,
        )  # fmt: skip
        self._steps, self._before, self._begun, self._logs = steps, 0, False, None

    def train(self, model, batches, *, initial_epoch: int, epochs: int, done: int, validation_data,
              validation_steps=None, **settings):  # fmt: skip
        """Fit `model` from step `done` of epoch `initial_epoch`.

        Args:
            model: compiled; not always the one that callbacks see.
            batches: function of (steps of `initial_epoch` that are done, first epoch, epoch after
                the last) to the batches of these.
            validation_data: of `fit`, or None.
            validation_steps: of `fit`.
            **settings: of `fit`.
        """
        self._logs = None
        validation = {"validation_data": validation_data, "validation_steps": validation_steps}
        settings = {**settings, **validation}
        if done:
            if done < self._steps:
                self._before = done
                self._fit(model, batches(done, initial_epoch, initial_epoch + 1), initial_epoch,
                          initial_epoch + 1, self._steps - done, settings)  # fmt: skip
                self._before = 0
            else:
                self._validate(model, initial_epoch, validation_data, validation_steps)
            initial_epoch += 1
        if initial_epoch < epochs and not (done and model.stop_training):
            self._fit(model, batches(0, initial_epoch, epochs), initial_epoch, epochs,
                      self._steps, settings)  # fmt: skip
        self.end(model)

    def end(self, model):
        """Tell that the training has ended, once it has begun."""
        model.optimizer.finalize_variable_values(model.trainable_weights)  # of use_ema
        super().on_train_end(self._logs)

    def _fit(self, model, batches, initial_epoch, epochs, steps, settings):
        build_optimizer_variables(model)
        with _not_finalized(model.optimizer):
            model.fit(
                batches, initial_epoch=initial_epoch, epochs=epochs, steps_per_epoch=steps,
                callbacks=self, shuffle=False, verbose=0, **settings,
            )  # fmt: skip

    def _validate(self, model, epoch, validation_data, steps):
        model.stop_training = False
        self.on_train_begin()
        self.on_epoch_begin(epoch)
        logs = model.get_metrics_result()
        x, y, weights = keras.utils.unpack_x_y_sample_weight(validation_data)
        found = model.evaluate(
            x, y, sample_weight=weights, steps=steps, callbacks=self, verbose=0, return_dict=True
        )
        self._logs = {**logs, **{f"val_{name}": value for name, value in found.items()}}
        self.on_epoch_end(epoch, self._logs)

    def on_train_begin(self, logs=None):
        if not self._begun:
            self._begun = True
            super().on_train_begin(logs)

    def on_train_end(self, logs=None):
        self._logs = logs  # told when there is no more to fit

    def on_train_batch_begin(self, batch, logs=None):
        super().on_train_batch_begin(batch + self._before, logs)

    def on_train_batch_end(self, batch, logs=None):
        super().on_train_batch_end(batch + self._before, logs)


@contextlib.contextmanager
def _not_finalized(optimizer):
    """Within it `fit` leaves the weights of an optimizer with `use_ema` as they are at its end."""
    optimizer.finalize_variable_values = lambda variables: None
    try:
        yield
    finally:
        del optimizer.finalize_variable_values
