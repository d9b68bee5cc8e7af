"""The audit finds every operation with state, at any depth, and nothing else."""

import numpy as np
import pytest
import tensorflow as tf

from keras_recipes.augment import stateful_operations

VARIABLE = tf.Variable(1.0)


def audited(function):
    spec = tf.TensorSpec([4], tf.float32)
    return stateful_operations(tf.function(function, autograph=False).get_concrete_function(spec))


def nested(x):
    draw = tf.function(lambda: tf.random.uniform([4]))
    return tf.cond(x[0] > 0, lambda: tf.map_fn(lambda e: e + draw()[0], x), lambda: x)


@pytest.mark.parametrize(
    ("function", "expected"),
    [
        (lambda x: x + tf.random.uniform([4]), "RandomUniform"),
        (lambda x: tf.random.shuffle(x), "RandomShuffle"),
        (lambda x: tf.raw_ops.Multinomial(logits=x[None], num_samples=1), "Multinomial"),
        (nested, "RandomUniform"),
        (lambda x: x + VARIABLE, "ReadVariableOp"),
        (lambda x: tf.numpy_function(np.copy, [x], tf.float32), "PyFunc"),
        (lambda x: tf.numpy_function(np.copy, [x], tf.float32, stateful=False), "PyFuncStateless"),
        (lambda x: tf.py_function(lambda e: e, [x], tf.float32), "EagerPyFunc"),
    ],
)
def test_state_is_found(function, expected):
    assert audited(function) == [expected]


def test_pure_functions_pass():
    def pure(x):
        tf.debugging.assert_positive(x)
        x = tf.while_loop(lambda e: e[0] < 9, lambda e: (e + 1,), (x,))[0]
        x = tf.cond(x[0] > 0, lambda: tf.map_fn(tf.sin, x), lambda: x)
        return x + tf.random.stateless_uniform([4], tf.cast(x[:2], tf.int32))

    assert audited(pure) == []
