"""TableSchedule gives back the table, to the bit."""

import json

import keras
import numpy as np
import pytest

from keras_recipes.errors import RecipeError
from keras_recipes.schedules import TableSchedule, cosine_decay

TABLE = cosine_decay(0.1, 37, warmup_steps=5)


def test_reads_every_entry_exactly_and_stays_at_the_last():
    schedule = TableSchedule(TABLE)
    read = np.array([keras.ops.convert_to_numpy(schedule(step)) for step in range(40)])
    assert read.dtype == np.float32
    np.testing.assert_array_equal(read[:37], TABLE)
    np.testing.assert_array_equal(read[37:], [TABLE[-1]] * 3)


def test_the_optimizer_follows_it():
    """SGD with gradient 1: each update is the rate itself."""
    optimizer = keras.optimizers.SGD(TableSchedule([0.5, 0.25, 0.125]))
    variable = keras.Variable(0.0)
    seen = []
    for _ in range(4):
        optimizer.apply([keras.ops.convert_to_tensor(1.0)], [variable])
        seen.append(float(variable.numpy()))
    assert seen == [-0.5, -0.75, -0.875, -1.0]


def test_survives_json_inside_an_optimizer():
    config = json.loads(json.dumps(keras.optimizers.serialize(keras.optimizers.SGD(
        TableSchedule(TABLE)
    ))))  # fmt: skip
    optimizer = keras.optimizers.deserialize(config)
    np.testing.assert_array_equal(optimizer._learning_rate.table, TABLE)


def test_keeps_its_own_copy():
    table = np.array([1.0, 2.0])
    schedule = TableSchedule(table)
    table[0] = 9.0
    assert float(schedule(0)) == 1.0


@pytest.mark.parametrize(
    "table", [[], [[0.1]], 0.1, [0.1, float("nan")], [-0.1], [1e39], ["fast"], None]
)
def test_what_is_no_table(table):
    with pytest.raises(RecipeError, match=r"TableSchedule\.table must be a non-empty list"):
        TableSchedule(table)
