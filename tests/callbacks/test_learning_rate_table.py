"""The learning-rate callbacks inside real fits."""

import keras
import numpy as np
import pytest

from keras_recipes.callbacks import CosineDecay, LearningRateTable, StepDecay
from keras_recipes.errors import RecipeError
from keras_recipes.schedules import TableSchedule, cosine_decay, step_decay

STEPS, EPOCHS = 4, 3


def make_model(learning_rate=9.0, **compile_arguments):
    keras.utils.set_random_seed(1)
    model = keras.Sequential(
        [keras.Input((3,)), keras.layers.Dense(4, "tanh"), keras.layers.Dense(1)]
    )
    # Momentum, so that the rate enters the weights by more than one way.
    optimizer = keras.optimizers.SGD(learning_rate, momentum=0.9, nesterov=True)
    model.compile(optimizer, loss="mse", **compile_arguments)
    return model


def fit(model, callbacks=(), **arguments):
    random = np.random.default_rng(0)
    x, y = random.random((8, 3), "float32"), random.random((8, 1), "float32")
    arguments = {"epochs": EPOCHS, "batch_size": 2, "shuffle": False, "verbose": 0, **arguments}
    return model.fit(x, y, callbacks=list(callbacks), **arguments).history


class RatesSeen(keras.callbacks.Callback):
    """Listed after the callback under test: what the optimiser uses in each step."""

    def on_train_begin(self, logs=None):
        self.rates = []

    def on_train_batch_end(self, batch, logs=None):
        rate = keras.ops.convert_to_numpy(self.model.optimizer.learning_rate)
        self.rates.append(float(rate))


def assert_same_weights(first, second):
    for mine, other in zip(first.get_weights(), second.get_weights(), strict=True):
        np.testing.assert_array_equal(mine, other)


def test_trains_the_same_weights_as_the_schedule_to_the_bit():
    table = cosine_decay(0.3, STEPS * EPOCHS, warmup_steps=3)
    with_schedule = make_model(TableSchedule(table))
    with_callback, with_decay = make_model(), make_model()
    fit(with_schedule)
    fit(with_callback, [LearningRateTable(table)])
    fit(with_decay, [CosineDecay(0.3, warmup_epochs=0.75)])
    assert_same_weights(with_schedule, with_callback)
    assert_same_weights(with_schedule, with_decay)
    other = make_model(TableSchedule(np.nextafter(table, np.float32(1))))
    fit(other)  # a last bit in the table shows in the weights, so the above could have failed
    pairs = zip(other.get_weights(), with_schedule.get_weights(), strict=True)
    assert any((mine != theirs).any() for mine, theirs in pairs)


@pytest.mark.parametrize(
    ("callback", "table"),
    [
        (CosineDecay(0.3), cosine_decay(0.3, 12)),
        (
            CosineDecay(0.3, warmup_epochs=1.5, final_fraction=0.1),
            cosine_decay(0.3, 12, warmup_steps=6, final_fraction=0.1),
        ),
        (StepDecay(0.3), step_decay(0.3, 12)),
        (
            StepDecay(0.3, at=(0.4, 0.9), factor=0.5, warmup_epochs=1),
            step_decay(0.3, 12, at=(0.4, 0.9), factor=0.5, warmup_steps=4),
        ),
        (LearningRateTable([0.3, 0.2, 0.1]), np.float32([0.3, 0.2] + [0.1] * 10)),
    ],
)
def test_every_step_uses_its_entry_and_history_the_last_of_each_epoch(callback, table):
    seen = RatesSeen()
    history = fit(make_model(), [callback, seen])
    np.testing.assert_array_equal(np.float32(seen.rates), table)
    np.testing.assert_array_equal(np.float32(history["learning_rate"]), table[3::4])


def test_continues_from_initial_epoch_and_can_be_used_again():
    callback, seen = CosineDecay(0.3), RatesSeen()
    model = make_model()
    fit(model, [callback, seen], epochs=1)
    np.testing.assert_array_equal(np.float32(seen.rates), cosine_decay(0.3, 4))
    fit(model, [callback, seen], initial_epoch=2)
    np.testing.assert_array_equal(np.float32(seen.rates), cosine_decay(0.3, 12)[8:])


def test_reaches_the_optimizer_inside_a_loss_scale_optimizer():
    model = make_model()
    inner = keras.optimizers.SGD(9.0)
    model.compile(keras.optimizers.LossScaleOptimizer(inner), loss="mse")
    seen = RatesSeen()
    fit(model, [LearningRateTable([0.25, 0.125]), seen], epochs=1)
    assert seen.rates == [0.25, 0.125, 0.125, 0.125]
    assert float(keras.ops.convert_to_numpy(inner.learning_rate)) == 0.125


def test_an_optimizer_with_a_schedule_is_refused_before_the_first_step():
    model = make_model(TableSchedule([0.1]))
    before = model.get_weights()
    with pytest.raises(RecipeError, match="optimizer.learning_rate must be a number when Cosine"):
        fit(model, [CosineDecay(0.1)])
    np.testing.assert_array_equal(before[0], model.get_weights()[0])


def batches():
    while True:
        yield np.ones((2, 3), "float32"), np.ones((2, 1), "float32")


def test_unknown_steps_are_refused_and_steps_per_epoch_mends_it():
    model = make_model()
    with pytest.raises(RecipeError, match="fit.steps_per_epoch must be known to StepDecay"):
        model.fit(batches(), epochs=2, verbose=0, callbacks=[StepDecay(0.1)])
    seen = RatesSeen()
    callbacks = [StepDecay(0.1), seen]
    model.fit(batches(), epochs=2, steps_per_epoch=2, verbose=0, callbacks=callbacks)
    np.testing.assert_array_equal(np.float32(seen.rates), step_decay(0.1, 4))


def test_several_steps_per_execution_are_refused():
    with pytest.raises(RecipeError, match="steps_per_execution must be 1 .* got 2"):
        fit(make_model(steps_per_execution=2), [CosineDecay(0.1)])


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: CosineDecay(0), "CosineDecay.peak must be"),
        (lambda: CosineDecay(0.1, final_fraction=2), "CosineDecay.final_fraction must be"),
        (lambda: CosineDecay(0.1, warmup_epochs=-1), "CosineDecay.warmup_epochs must be"),
        (lambda: StepDecay(-1), "StepDecay.peak must be"),
        (lambda: StepDecay(0.1, at=(2,)), "StepDecay.at must hold"),
        (lambda: StepDecay(0.1, factor=10), "StepDecay.factor must be"),
        (lambda: StepDecay(0.1, warmup_epochs="1"), "StepDecay.warmup_epochs must be"),
        (lambda: LearningRateTable([]), "LearningRateTable.table must be"),
    ],
)
def test_mistakes_are_told_at_once(make, message):
    with pytest.raises(RecipeError, match=message):
        make()


@pytest.mark.parametrize(
    ("callback", "message"),
    [
        (CosineDecay(0.1, warmup_epochs=3), "CosineDecay.warmup_epochs must be shorter than .* 3"),
        (StepDecay(0.1, warmup_epochs=2), "StepDecay.at must lie after the warm-up"),
    ],
)
def test_a_warmup_as_long_as_the_run(callback, message):
    with pytest.raises(RecipeError, match=message):
        fit(make_model(), [callback])
