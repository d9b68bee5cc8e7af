"""Accumulated batches make the update of one large batch, at the rate of that update."""

import keras
import numpy as np
import pytest
from sklearn.datasets import load_digits

from keras_recipes import RecipeError
from keras_recipes.optimizers import adamw, muon, sgd
from keras_recipes.schedules import (
    TableSchedule,
    cosine_decay,
    count_updates,
    rates_per_batch,
)

EXAMPLES = 256


def digits():
    images, labels = load_digits(return_X_y=True)
    return images[:EXAMPLES].astype("float32") / 16, labels[:EXAMPLES]


def trained(make, batch_size, accumulate, epochs=3, **settings):
    """Weights after an epoch of 256 digits, in order, with a schedule that counts updates."""
    keras.utils.set_random_seed(3)
    model = keras.Sequential(
        [keras.Input((64,)), keras.layers.Dense(16, "tanh"), keras.layers.Dense(16, "tanh"),
         keras.layers.Dense(10)]
    )  # fmt: skip
    batches = epochs * EXAMPLES // batch_size
    rates = cosine_decay(0.05, batches // accumulate, warmup_steps=4)
    schedule = TableSchedule(rates_per_batch(rates, accumulate, batches))
    optimizer = make(schedule, model, accumulate=accumulate, **settings)
    model.compile(optimizer, keras.losses.SparseCategoricalCrossentropy(from_logits=True))
    x, y = digits()
    model.fit(x, y, batch_size=batch_size, epochs=epochs, shuffle=False, verbose=0)
    return model


@pytest.mark.parametrize(
    ("make", "settings"),
    [
        (sgd, {"weight_decay": 0.1, "clip_norm": 0.5}),
        (adamw, {"weight_decay": 0.1}),
        (muon, {"weight_decay": 0.1}),
    ],
    ids=["sgd", "adamw", "muon"],
)
@pytest.mark.parametrize("ema_momentum", [None, 0.9], ids=["raw", "ema"])
def test_four_batches_of_16_are_one_of_64(make, settings, ema_momentum):
    settings = {**settings, "ema_momentum": ema_momentum}
    small, large = trained(make, 16, 4, **settings), trained(make, 64, 1, **settings)
    if ema_momentum:
        for model in (small, large):
            model.optimizer.settle()
    assert int(small.optimizer.iterations) == int(large.optimizer.iterations) == 12
    for one, other in zip(small.get_weights(), large.get_weights(), strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-3, atol=2e-5)


def test_what_an_epoch_leaves_over_goes_into_the_next():
    """Five batches an epoch, two an update: 10 batches make 5 updates, the third across the end."""
    model = keras.Sequential([keras.Input((1,)), keras.layers.Dense(1, use_bias=False)])
    model.set_weights([np.zeros((1, 1))])
    optimizer = sgd(1.0, model, momentum=0.0, accumulate=2)
    model.compile(optimizer, loss=lambda y, prediction: prediction)  # its gradient is x
    seen = []
    record = keras.callbacks.LambdaCallback(
        on_train_batch_end=lambda batch, logs: seen.append(float(model.get_weights()[0][0, 0]))
    )
    x = np.array([1.0, 2.0, 3.0, 4.0, 5.0], "float32")[:, None]
    model.fit(x, x, batch_size=1, epochs=2, shuffle=False, verbose=0, callbacks=[record])
    assert seen == [0, -1.5, -1.5, -5, -5, -8, -8, -10.5, -10.5, -15]


def test_each_update_has_the_rate_of_its_own():
    rates = np.float32([0.4, 0.3, 0.2])
    per_batch = rates_per_batch(rates, 3, 11)
    assert per_batch == np.repeat(rates, 3).tolist() + [rates[-1]] * 2
    # Keras asks at the batch that updates.
    schedule = TableSchedule(per_batch)
    assert [float(schedule(3 * update + 2)) for update in range(3)] == rates.tolist()
    assert rates_per_batch(rates, 1, 3) == rates.tolist()


def test_numbers_that_do_not_belong_together():
    with pytest.raises(RecipeError, match="accumulate must be at most 3"):
        count_updates(3, 4)
    with pytest.raises(RecipeError, match=r"rates must be 2, .* got 4"):
        rates_per_batch(np.ones(4), 2, 4)
