"""What `OneTraining` does beside beginning in the middle, which test_checkpoint.py shows."""

import keras
import numpy as np

from keras_recipes.data import KeyedBatches
from keras_recipes.training.resumable_fit import resumable_fit


class Counting(keras.Sequential):
    """Counts how often its step is traced."""

    traces = 0

    def train_step(self, data):
        self.traces += 1
        return super().train_step(data)


def test_a_step_is_traced_once(tmp_path):
    """Keras alone has it traced twice: within the first the optimizer makes its variables."""
    x, y = np.zeros((20, 3), "float32"), np.zeros((20, 1), "float32")
    stream = KeyedBatches(x, y, batch_size=10)
    models = Counting([keras.layers.Dense(1)]), Counting([keras.layers.Dense(1)])
    for model in models:
        model.build((None, 3))
        model.compile(keras.optimizers.Adam(), "mse", jit_compile=False)
    resumable_fit(models[0], stream, directory=tmp_path, epochs=2, verbose=0)
    models[1].fit(stream(0, 4), epochs=2, steps_per_epoch=2, verbose=0, shuffle=False)
    assert [model.traces for model in models] == [1, 2]
