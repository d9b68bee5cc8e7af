"""Looks, during training, for the learning rate that suits the present state."""

import math
from dataclasses import asdict

import keras

from keras_recipes.bounds import require_number, require_whole
from keras_recipes.callbacks.callback_state import require_state
from keras_recipes.callbacks.monitored_value import missing_value
from keras_recipes.callbacks.settable_rate import current_rate, require_settable_rate
from keras_recipes.callbacks.stall import Stall
from keras_recipes.errors import RecipeError
from keras_recipes.model_state import ModelState
from keras_recipes.optimizers import find_average
from keras_recipes.tuning.drawn_batches import require_data
from keras_recipes.tuning.optimizer_rate import accumulated_batches
from keras_recipes.tuning.rate_choice import RateSearched, checked_multiples, choose_multiple
from keras_recipes.tuning.trial_batches import keep_batches


class LRSearch(keras.callbacks.Callback):
    """Every few epochs, or when progress stalls, try multiples of the rate and go on with the best.

    At the end of an epoch each multiple of the present rate is tried: `trial_steps` batches of
    training, from the same state and on the same batches, judged on all of `validation`. Then the
    model is put back, to the bit, and only the rate is another: where a search keeps the rate,
    training goes on to the same bits as without it. Trials that diverge lose; where none is better
    than the present rate it stays; where all diverge the rate becomes lower than any tried. There
    is no search after the last epoch.

    The trials' cost is real: `len(multiples) * trial_steps` batches and as many evaluations a
    search, noted in `searches`. A few batches also favour low rates, which calm the noise at once
    and pay for it later (Wu et al. 2018, arXiv:1803.02021): as measured in docs/following_rates.md,
    trials of 20 batches chose the lowest each time, and a cosine was better. Values of what was
    used to choose the rate flatter the model a little: keep a test set apart.

    Keras's batch size, `class_weight` and shuffling are those of `fit` alone: what trials train on
    is `train`, as it is given. It needs the TensorFlow backend.

    Args:
        train: what the trials train on: `(x, y)` or `(x, y, sample_weight)` of arrays, or of dicts
            and lists of them, or a `keras.utils.PyDataset`, of which each search draws other
            batches; or a `tf.data.Dataset` of batches, of which it takes the first; or a function
            that is given the number of finished epochs and returns one of these, for data that
            knows what comes next. A dataset that shuffles goes on in its shuffling when it is read:
            give `fit` another. The batches are in memory while a search lasts.
        validation: what they are judged on, the same but no function.
        every_epochs: search after this many epochs and again after as many; None to search at a
            stall alone.
        patience: search after this many epochs in a row in which what `fit` logs as `monitor` did
            not improve, at least 1; None for no search but every so many epochs.
        multiples: of the present rate, above 0; 1 is tried as well whether it is there or not.
        trial_steps: batches of a trial, at least 1.
        monitor: what decides, as `fit` would log it: `"val_loss"` or a metric of `compile`.
        mode: `"min"`, `"max"`, or None to go by the name where it leaves no doubt.
        min_delta: to be chosen, a rate must be better than the present one by more than this, in
            units of the value; also what counts as an improvement for `patience`; 0 or more.
        start_from_epoch: epochs before this one, counted from 0, are not counted: those of a
            warm-up, for example.
        batch_size: of arrays: the one that `fit` trains with, since the rate goes with it.
        seed: of the batches drawn, 0 or more.
        after_batch: function without arguments, called after each batch of a trial and of its
            validation, of which other callbacks aren't told: what it raises ends the search, with
            the model as it was. None calls nothing.

    Attributes:
        searches: a `RateSearched` for each search of this training, in order.
        best: best value that `fit` has logged so far, or None; with a `patience` alone.

    Raises:
        RecipeError: if an argument is outside its range; as training begins, if the optimizer has a
            schedule of its own, fit's epochs are too few for a search or trials too short for an
            update; at the end of the first epoch, if nothing reports the monitored value.

    Example:

    ```python
    search = LRSearch((x, y), (x_val, y_val), every_epochs=5, trial_steps=50, batch_size=128)
    model.fit(x, y, batch_size=128, epochs=40, callbacks=[search])
    for each in search.searches:
        print(each.epoch, each.rate, "->", each.chosen)
    ```
    """

    def __init__(
        self,
        train,
        validation,
        *,
        every_epochs=5,
        patience=None,
        multiples=(1 / 3, 1.0, 3.0),
        trial_steps=30,
        monitor="val_loss",
        mode=None,
        min_delta=0.0,
        start_from_epoch=0,
        batch_size=32,
        seed=0,
        after_batch=None,
    ):
        super().__init__()
        try:
            if not callable(train):
                require_data("train", train)
            require_data("validation", validation)
            if every_epochs is not None:
                require_whole("every_epochs", every_epochs, at_least=1)
            self._stall = Stall(
                monitor,
                mode=mode,
                patience=patience,
                min_delta=min_delta,
                start_from_epoch=start_from_epoch,
            )
            if not monitor.startswith("val_"):
                raise RecipeError(
                    "monitor", f"must be a value of validation; got {monitor!r}",
                    f'Use "val_{monitor}".',
                )  # fmt: skip
            if every_epochs is None and patience is None:
                raise RecipeError(
                    "every_epochs", "and patience are both None, so there would be no search",
                    "Give one of them.",
                )  # fmt: skip
            self.multiples = checked_multiples(multiples)
            require_whole("trial_steps", trial_steps, at_least=1)
            require_whole("batch_size", batch_size, at_least=1)
            require_whole("seed", seed, at_least=0)
            if not (after_batch is None or callable(after_batch)):
                raise RecipeError(
                    "after_batch", f"must be a function or None; got {after_batch!r}",
                    "Give a function without arguments.",
                )  # fmt: skip
        except RecipeError as error:
            raise error.within("LRSearch") from None
        self.train, self.validation = train, validation
        self.every_epochs, self.patience = every_epochs, patience
        self.trial_steps, self.batch_size, self.seed = trial_steps, batch_size, seed
        self.monitor, self.mode = monitor, self._stall.mode
        self.min_delta, self.start_from_epoch = min_delta, start_from_epoch
        self._after_batch = after_batch
        self.searches = []

    @property
    def best(self):
        return self._stall.best

    def on_train_begin(self, logs=None):
        self._stall.reset()
        self.searches = []
        self._known = False
        if keras.backend.backend() != "tensorflow":
            raise RecipeError(
                "LRSearch", f"needs the TensorFlow backend; got {keras.backend.backend()}",
                "Leave it out, or set KERAS_BACKEND=tensorflow.",
            )  # fmt: skip
        require_settable_rate(self.model.optimizer, "LRSearch")
        require_number("optimizer.learning_rate", current_rate(self.model.optimizer), above=0)
        accumulated = accumulated_batches(self.model.optimizer)
        if self.trial_steps < accumulated:
            raise RecipeError(
                "LRSearch.trial_steps",
                f"must be at least the {accumulated} batches that make an update; "
                f"got {self.trial_steps}",
                "Use several times as many.",
            )
        epochs = (self.params or {}).get("epochs")
        # Before a stall there is the epoch that it is measured by.
        waits = (self.every_epochs, 0, "every_epochs"), (self.patience, 1, "patience")
        first, more, name = min(
            (count + more, more, name) for count, more, name in waits if count is not None
        )
        if epochs is not None and self.start_from_epoch + first >= epochs:
            raise RecipeError(
                f"LRSearch.{name}",
                f"and start_from_epoch must add up to less than {epochs - more}, of {epochs} "
                f"epochs; got {first - more} and {self.start_from_epoch}",
                "There would be no search: search earlier, or train for longer.",
            )

    def on_epoch_end(self, epoch, logs=None):
        logs = {} if logs is None else logs
        self._require_known(logs)
        stalled = False
        if self.patience is not None:
            try:
                stalled = self._stall.has_stalled(epoch, logs)
            except RecipeError as error:
                raise error.within("LRSearch") from None
        logs["learning_rate"] = current_rate(self.model.optimizer)
        counted = epoch + 1 - self.start_from_epoch
        due = self.every_epochs is not None and counted > 0 and counted % self.every_epochs == 0
        is_last = epoch + 1 == (self.params or {}).get("epochs") or self.model.stop_training
        if (due or stalled) and not is_last:
            self._stall.wait = 0
            self._search(epoch + 1)

    def _require_known(self, logs):
        """A name that no metric has is told now, not at the first search."""
        if self._known:
            return
        if self.monitor.removeprefix("val_") not in logs and self.monitor not in logs:
            known = [name if name.startswith("val_") else f"val_{name}" for name in logs]
            raise missing_value(self.monitor, known).within("LRSearch")
        self._known = True

    def _search(self, finished):
        self.model.make_test_function()  # before the state is kept, so that it is traced once
        state = ModelState(self.model)  # before data is read, which may draw random numbers
        present = current_rate(self.model.optimizer)
        rates = [present * each for each in self.multiples]
        try:
            batches = self._batches(finished)
            values = [self._try(rate, batches, state) for rate in rates]
        finally:
            state.restore()
        multiple = choose_multiple(self.multiples, values, mode=self.mode, min_delta=self.min_delta)
        if multiple != 1:
            self.model.optimizer.learning_rate = present * multiple
        self.searches.append(
            RateSearched(
                epoch=finished,
                rate=present,
                rates=tuple(rates),
                values=tuple(values),
                chosen=current_rate(self.model.optimizer),
                steps=len(rates) * self.trial_steps,
            )
        )

    def _batches(self, finished):
        """What all trials of a search train on."""
        data = self.train(finished) if callable(self.train) else self.train
        order = {"batch_size": self.batch_size, "seed": (self.seed, finished)}
        try:
            require_data("train", data)
            return keep_batches(data, self.trial_steps, **order)
        except RecipeError as error:
            raise error.within("LRSearch") from None

    def _try(self, rate, batches, state):
        """The monitored value after training at `rate` from `state`; None if it diverged."""
        model = self.model
        state.restore()
        model.optimizer.learning_rate = rate
        average = find_average(model.optimizer)
        averaged = average is not None and average.in_use
        if averaged:
            average.put_back()
        model.reset_metrics()
        iterator = iter(model.distribute_strategy.experimental_distribute_dataset(batches))
        for _ in range(0, self.trial_steps, model.steps_per_execution):
            logs = model.train_function(iterator)
            if self._after_batch is not None:
                self._after_batch()
        if not math.isfinite(float(logs.get("loss", 0.0))):
            return None
        if averaged:  # validation of the fit sees the averages, so does this
            average.put_average()
        value = self._evaluate()[self.monitor.removeprefix("val_")]
        return float(value) if math.isfinite(value) else None

    def _evaluate(self):
        after, about = self._after_batch, {"verbose": 0, "return_dict": True}
        if after is not None:
            about["callbacks"] = [
                keras.callbacks.LambdaCallback(on_test_batch_end=lambda *_, **__: after())
            ]
        if not isinstance(self.validation, tuple):
            return self.model.evaluate(self.validation, **about)
        x, y, *weights = self.validation
        about["sample_weight"] = weights[0] if weights else None
        return self.model.evaluate(x, y, batch_size=self.batch_size, **about)

    def get_state(self) -> dict:
        """What a resumed run needs beside the optimizer, as JSON can hold it."""
        return {**self._stall.get_state(), "searches": [asdict(each) for each in self.searches]}

    def set_state(self, state):
        """Continue from `get_state()`; call it after `on_train_begin`, which forgets all.

        Raises:
            RecipeError: if `state` has other keys.
        """
        require_state("LRSearch", state, (*self._stall.get_state(), "searches"))
        self._stall.set_state(state)
        self.searches = [
            RateSearched(**{**each, "rates": tuple(each["rates"]), "values": tuple(each["values"])})
            for each in state["searches"]
        ]
