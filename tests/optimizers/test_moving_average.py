"""The average is the one of its formula, whatever wraps or is wrapped."""

import keras
import numpy as np
import pytest

from keras_recipes import RecipeError
from keras_recipes.optimizers import MovingAverage, average_weights, find_average, sgd


def normalized_model():
    inputs = keras.Input((2,))
    x = keras.layers.BatchNormalization(momentum=0.5)(keras.layers.Dense(3)(inputs))
    return keras.Model(inputs, keras.layers.Dense(1)(x))


class Record(keras.callbacks.Callback):
    """The model's weights after every batch."""

    def __init__(self):
        super().__init__()
        self.weights = []

    def on_train_batch_end(self, batch, logs=None):
        self.weights.append([np.float64(each) for each in self.model.get_weights()])


def average_by_hand(start, updates, momentum):
    average = start
    for step, weights in enumerate(updates):
        keep = min(momentum, step / (9 + step))
        average = [keep * a + (1 - keep) * w for a, w in zip(average, weights, strict=True)]
    return average


def fit(model, *callbacks, epochs=2, batch_size=4):
    random = np.random.default_rng(0)
    x, y = random.normal(size=(40, 2)), random.normal(size=(40, 1))
    model.fit(x, y, batch_size=batch_size, epochs=epochs, shuffle=False, verbose=0,
              callbacks=list(callbacks))  # fmt: skip


@pytest.mark.parametrize("accumulate", [1, 3])
@pytest.mark.parametrize("momentum", [0.3, 0.999])
def test_the_average_of_weights_and_statistics(accumulate, momentum):
    model, record = normalized_model(), Record()
    start = [np.float64(each) for each in model.get_weights()]
    model.compile(sgd(0.1, model, ema_momentum=momentum, accumulate=accumulate), "mse")
    fit(model, record)
    raw = model.get_weights()
    # Statistics are of every batch; the average takes those of the batch that updates.
    expected = average_by_hand(start, record.weights[accumulate - 1 :: accumulate], momentum)
    model.optimizer.put_average()
    assert any("moving_variance" in each.path for each in model.weights)
    for held, wanted in zip(model.get_weights(), expected, strict=True):
        np.testing.assert_allclose(held, wanted, rtol=1e-5, atol=1e-6)
    model.optimizer.put_average()  # which it does already
    model.optimizer.put_back()
    for held, wanted in zip(model.get_weights(), raw, strict=True):
        np.testing.assert_array_equal(held, wanted)


def test_training_goes_as_it_would_without():
    ends = []
    for momentum in (None, 0.9):
        keras.utils.set_random_seed(1)
        model = normalized_model()
        model.compile(sgd(0.1, model, ema_momentum=momentum), "mse")
        fit(model)
        ends.append(model.get_weights())
    for one, other in zip(*ends, strict=True):
        np.testing.assert_array_equal(one, other)


def test_a_later_training_begins_with_what_the_model_holds():
    model, record = normalized_model(), Record()
    model.compile(sgd(0.1, model, ema_momentum=0.9), "mse")
    fit(model)
    average = model.optimizer
    average.settle()
    best = [each + 1 for each in model.get_weights()]
    model.set_weights(best)
    average.put_back()
    for held, wanted in zip(model.get_weights(), best, strict=True):
        np.testing.assert_array_equal(held, wanted)
    fit(model, record, epochs=1, batch_size=40)
    average.put_average()
    keep = 20 / 29  # after 20 updates
    for held, before, after in zip(model.get_weights(), best, record.weights[0], strict=True):
        np.testing.assert_allclose(held, keep * before + (1 - keep) * after, rtol=1e-5)


@pytest.mark.parametrize("accumulate", [1, 2])
def test_under_loss_scaling_a_skipped_step_is_none(accumulate):
    keras.utils.set_random_seed(0)
    model, record = normalized_model(), Record()
    start = [np.float64(each) for each in model.get_weights()]
    inner = sgd(0.1, model, ema_momentum=0.9, accumulate=accumulate)
    # Of the first gradients, scaled by this, some are beyond float32.
    scaled = keras.optimizers.LossScaleOptimizer(inner, initial_scale=2.0**127)
    model.compile(scaled, "mse")
    fit(model, record, epochs=3, batch_size=8)
    average = find_average(model.optimizer)
    assert average is inner
    updates = int(scaled.iterations)
    assert 0 < updates < 15 // accumulate
    different = [record.weights[0]] + [
        new for old, new in zip(record.weights, record.weights[1:], strict=False)
        if not np.array_equal(old[0], new[0])
    ]  # fmt: skip
    if np.array_equal(different[0][0], start[0]):
        different = different[1:]
    assert len(different) == updates
    average.put_average()
    expected = average_by_hand(start, different, 0.9)
    for held, wanted in zip(model.trainable_weights, range(2), strict=False):
        np.testing.assert_allclose(held, expected[wanted], rtol=1e-4, atol=1e-5)


def test_its_variables_are_complete_and_its_own():
    model = normalized_model()
    optimizer = average_weights(keras.optimizers.Adam(), model, 0.9)
    optimizer.build(model.trainable_variables)
    variables = optimizer.variables
    assert len({id(each) for each in variables}) == len(variables)
    assert not {id(each) for each in variables} & {id(each) for each in model.variables}
    paths = " ".join(each.path for each in variables)
    assert paths.replace("moving_average", "").count("_average") == len(model.weights) == 8
    assert paths.count("velocity") == len(model.trainable_variables) == 6


def test_the_rate_shows_through_and_the_config_holds_all():
    model = normalized_model()
    optimizer = sgd(0.1, model, weight_decay=0.2, ema_momentum=0.9)
    optimizer.learning_rate = 0.05
    assert float(optimizer.inner_optimizer.learning_rate) == pytest.approx(0.05)
    again = keras.optimizers.deserialize(keras.optimizers.serialize(optimizer))
    assert isinstance(again, MovingAverage)
    assert again.get_config() == optimizer.get_config()
    assert (again.momentum, again.inner_optimizer.weight_decay) == (0.9, 0.2)


def test_keras_averages_once_a_batch_which_ours_is_there_to_mend():
    """If this fails, Keras has been mended: see whether use_ema would do."""
    variable = keras.Variable([1.0])
    optimizer = keras.optimizers.SGD(
        1.0, gradient_accumulation_steps=2, use_ema=True, ema_momentum=0.5
    )
    for _ in range(5):
        optimizer.apply([np.float32([1.0])], [variable])
    # Weights 0 and -1 after the updates: an average an update would be -0.5 now.
    average = optimizer._model_variables_moving_average[0]
    assert float(average[0]) == pytest.approx(-0.75)


@pytest.mark.parametrize(
    ("inner", "message"),
    [
        (lambda: keras.optimizers.SGD(use_ema=True), "its use_ema is on"),
        (lambda: keras.optimizers.LossScaleOptimizer(keras.optimizers.SGD()),
         "must not be a LossScaleOptimizer"),
    ],
)  # fmt: skip
def test_what_can_not_be_averaged(inner, message):
    with pytest.raises(RecipeError, match=message):
        average_weights(inner(), normalized_model(), 0.9)
