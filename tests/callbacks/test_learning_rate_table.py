"""The learning-rate callbacks inside real fits."""

import keras
import numpy as np
import pytest

from keras_recipes.callbacks import (
    ConstantRate,
    CosineDecay,
    CosineDecayRestarts,
    ExponentialDecay,
    LearningRateTable,
    LinearDecay,
    MultiStepDecay,
    OneCyclePolicy,
    PolynomialDecay,
    StepDecay,
)
from keras_recipes.errors import RecipeError
from keras_recipes.schedules import (
    TableSchedule,
    constant,
    cosine_decay,
    cosine_restarts,
    exponential_decay,
    linear_decay,
    multi_step_decay,
    one_cycle,
    polynomial_decay,
    step_decay,
)

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
        (MultiStepDecay(0.3), multi_step_decay(0.3, 12)),
        (
            MultiStepDecay(0.3, at=(0.4, 0.9), factor=0.5, warmup_epochs=1),
            multi_step_decay(0.3, 12, at=(0.4, 0.9), factor=0.5, warmup_steps=4),
        ),
        (
            StepDecay(0.3, every_epochs=1, factor=0.5, warmup_epochs=0.5),
            step_decay(0.3, 12, every_steps=4, factor=0.5, warmup_steps=2),
        ),
        (ConstantRate(0.3, warmup_epochs=1.5), constant(0.3, 12, warmup_steps=6)),
        (LinearDecay(0.3, final_fraction=0.1), linear_decay(0.3, 12, final_fraction=0.1)),
        (ExponentialDecay(0.3, warmup_epochs=1), exponential_decay(0.3, 12, warmup_steps=4)),
        (PolynomialDecay(0.3, power=3), polynomial_decay(0.3, 12, power=3)),
        (
            CosineDecayRestarts(0.3, cycles=2, cycle_growth=1, peak_factor=0.5),
            cosine_restarts(0.3, 12, cycles=2, cycle_growth=1, peak_factor=0.5),
        ),
        (OneCyclePolicy(0.3, rise=0.5), one_cycle(0.3, 12, rise=0.5)),
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
    with pytest.raises(RecipeError, match="fit.steps_per_epoch must be known to MultiStepDecay"):
        model.fit(batches(), epochs=2, verbose=0, callbacks=[MultiStepDecay(0.1)])
    seen = RatesSeen()
    callbacks = [MultiStepDecay(0.1), seen]
    model.fit(batches(), epochs=2, steps_per_epoch=2, verbose=0, callbacks=callbacks)
    np.testing.assert_array_equal(np.float32(seen.rates), multi_step_decay(0.1, 4))


def test_several_steps_per_execution_are_refused():
    with pytest.raises(RecipeError, match="steps_per_execution must be 1 .* got 2"):
        fit(make_model(steps_per_execution=2), [CosineDecay(0.1)])


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: CosineDecay(0), "CosineDecay.peak must be"),
        (lambda: CosineDecay(0.1, final_fraction=2), "CosineDecay.final_fraction must be"),
        (lambda: CosineDecay(0.1, warmup_epochs=-1), "CosineDecay.warmup_epochs must be"),
        (lambda: MultiStepDecay(-1), "MultiStepDecay.peak must be"),
        (lambda: MultiStepDecay(0.1, at=(2,)), "MultiStepDecay.at must hold"),
        (lambda: MultiStepDecay(0.1, factor=10), "MultiStepDecay.factor must be"),
        (lambda: MultiStepDecay(0.1, warmup_epochs="1"), "MultiStepDecay.warmup_epochs must be"),
        (lambda: StepDecay(0.1, every_epochs=0), "StepDecay.every_epochs must be a number"),
        (lambda: StepDecay(0.1, every_epochs=1, factor=1), "StepDecay.factor must be"),
        (lambda: ConstantRate("0.1"), "ConstantRate.peak must be"),
        (lambda: LinearDecay(0.1, final_fraction=-1), "LinearDecay.final_fraction must be"),
        (lambda: ExponentialDecay(0.1, final_fraction=0), "ExponentialDecay.final_fraction must"),
        (lambda: PolynomialDecay(0.1, power=0), "PolynomialDecay.power must be"),
        (lambda: CosineDecayRestarts(0.1, cycles=0), "CosineDecayRestarts.cycles must be"),
        (lambda: OneCyclePolicy(0.1, rise=0), "OneCyclePolicy.rise must be"),
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
        (MultiStepDecay(0.1, warmup_epochs=2), "MultiStepDecay.at must lie after the warm-up"),
        (StepDecay(0.1, every_epochs=3), "StepDecay.every_epochs must be shorter than .* 3"),
        (StepDecay(0.1, every_epochs=1, warmup_epochs=2), "StepDecay.every_epochs must not end"),
        (CosineDecayRestarts(0.1, cycles=9), "CosineDecayRestarts.cycles must each have a step"),
    ],
)
def test_what_the_run_is_too_short_for(callback, message):
    with pytest.raises(RecipeError, match=message):
        fit(make_model(), [callback])
