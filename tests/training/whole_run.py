"""Runs from beginning to end, interrupted ones too, and what two of them must have in common."""

import keras
import numpy as np

from keras_recipes.training import run
from keras_recipes.training.checkpoint import Checkpoints
from keras_recipes.training.interrupt import Interrupted
from keras_recipes.training.job import Job


class Observer(keras.callbacks.Callback):
    """A display that raises in a given epoch, as Ctrl-C does."""

    def __init__(self, interrupt_in=None):
        super().__init__()
        self._interrupt_in = interrupt_in

    def begin_phase(self, *about):
        pass

    def end_epoch(self, record):
        pass

    def on_epoch_begin(self, epoch, logs=None):
        self._epoch = epoch

    def on_train_batch_end(self, batch, logs=None):
        if self._epoch == self._interrupt_in and batch == 3:
            raise Interrupted


def begin(recipe, sources):
    dataset = recipe.data.build()
    job = Job(name="small", recipe=recipe)
    directory = run.start(job, dataset, sources / "runs", sources=sources, command=["test"])
    return dataset, directory


def complete(recipe, sources, **arguments):
    dataset, directory = begin(recipe, sources)
    about = run.train(recipe, dataset, directory, **arguments)
    return directory, about


def metrics_without_times(directory):
    times = ("seconds", "images_per_second")
    return [
        {name: value for name, value in record.items() if name not in times}
        for record in directory.read_metrics()
    ]


def final_arrays(directory):
    return Checkpoints(directory.checkpoints).load().arrays


def assert_same_bits(one, other):
    assert metrics_without_times(one) == metrics_without_times(other)
    ends = [Checkpoints(each.checkpoints).load().about for each in (one, other)]
    assert ends[0] == ends[1]
    arrays, others = final_arrays(one), final_arrays(other)
    assert arrays.keys() == others.keys()
    for name in arrays:
        assert np.array_equal(arrays[name], others[name]), name
    best, other_best = (keras.models.load_model(each.best_model) for each in (one, other))
    for weight, other_weight in zip(best.get_weights(), other_best.get_weights(), strict=True):
        assert np.array_equal(weight, other_weight)
