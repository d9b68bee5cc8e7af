"""A training that begins in the middle of an epoch, by stock `fit` called twice."""

import keras


class OneTraining(keras.callbacks.CallbackList):
    """Callbacks that don't notice: they begin and end once, and count an epoch's steps as they are.

    `fit` takes a whole number of steps an epoch, the same in each. So what is left of an epoch is a
    `fit` of its own, and the epochs after it another.

    Args:
        callbacks: of the training.
        model: that they see.
        epochs: in all.
        steps: an epoch.
    """

    def __init__(self, callbacks, *, model, epochs: int, steps: int):
        super().__init__(
            callbacks, add_history=True, model=model, epochs=epochs, steps=steps, verbose=0
        )
        self._steps, self._before, self._begun, self._logs = steps, 0, False, None

    def train(self, model, batches, *, initial_epoch: int, epochs: int, done: int, **settings):
        """Fit `model` from step `done` of epoch `initial_epoch`.

        Args:
            model: compiled; not always the one that callbacks see.
            batches: function of (steps of `initial_epoch` that are done, first epoch, epoch after
                the last) to the batches of these.
            **settings: of `fit`.
        """
        self._logs = None
        if done:
            self._before = done
            self._fit(model, batches(done, initial_epoch, initial_epoch + 1), initial_epoch,
                      initial_epoch + 1, self._steps - done, settings)  # fmt: skip
            self._before = 0
            initial_epoch += 1
        if initial_epoch < epochs and not (done and model.stop_training):
            self._fit(model, batches(0, initial_epoch, epochs), initial_epoch, epochs,
                      self._steps, settings)  # fmt: skip
        super().on_train_end(self._logs)

    def _fit(self, model, batches, initial_epoch, epochs, steps, settings):
        model.fit(
            batches, initial_epoch=initial_epoch, epochs=epochs, steps_per_epoch=steps,
            callbacks=self, shuffle=False, verbose=0, **settings,
        )  # fmt: skip

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
