"""Draws become functions of the key, in the tracing thread only, and only inside the block."""

import random
import threading

import keras
import numpy as np
import pytest
import tensorflow as tf

from keras_recipes.augment import batch_key, keyed_randomness
from keras_recipes.errors import RecipeError

GENERATOR = tf.random.Generator.from_seed(1)
KERAS_SEED = keras.random.SeedGenerator(1)
DRAWS = {
    "uniform": lambda: tf.random.uniform([1000]),
    "uniform_of_a_tensor_shape": lambda: tf.random.uniform((tf.constant(1000),), -1, 1),
    "normal": lambda: tf.random.normal([1000], 3.0, 2.0),
    "truncated_normal": lambda: tf.random.truncated_normal([1000]),
    "gamma": lambda: tf.random.gamma([1000], 0.5),
    "shuffle": lambda: tf.random.shuffle(tf.range(1000)),
    "generator_uniform": lambda: GENERATOR.uniform([1000]),
    "generator_normal": lambda: GENERATOR.normal([1000]),
    "generator_integers": lambda: GENERATOR.uniform([1000], 0, 1000, tf.int32),
    "keras_uniform": lambda: keras.random.uniform([1000], seed=KERAS_SEED),
    "keras_global": lambda: keras.random.normal([1000]),
    "keras_beta": lambda: keras.random.beta([1000], 1.0, 1.0, seed=KERAS_SEED),
}


def keyed(draw):
    @tf.function
    def function(key):
        with keyed_randomness(key):
            return draw()

    return lambda *counters: function(batch_key(*counters)).numpy()


@pytest.mark.parametrize("name", DRAWS)
def test_draw_is_a_function_of_the_key(name):
    draw = keyed(DRAWS[name])
    first = draw(0, 0)
    np.testing.assert_array_equal(draw(0, 0), first)
    assert np.any(draw(0, 1) != first)
    assert len(np.unique(first)) > 500


def test_distributions_are_the_right_ones():
    uniform = keyed(lambda: tf.random.uniform([100_000], 2.0, 6.0))(0)
    normal = keyed(lambda: tf.random.normal([100_000], 3.0, 2.0))(0)
    # Gamma(a, rate b): mean a / b, variance a / b**2.
    gamma = keyed(lambda: tf.random.gamma([100_000], [2.0, 0.5], beta=4.0))(0)
    assert uniform.min() >= 2
    assert uniform.max() < 6
    np.testing.assert_allclose([uniform.mean(), uniform.var()], [4, 16 / 12], rtol=0.02)
    np.testing.assert_allclose([normal.mean(), normal.std()], [3, 2], rtol=0.02)
    np.testing.assert_allclose(gamma.mean(0), [0.5, 0.125], rtol=0.05)
    np.testing.assert_allclose(gamma.var(0), [0.125, 0.03125], rtol=0.1)


def test_keys_differ_in_every_counter_and_their_order():
    keys = [batch_key(s, e, t) for s in range(4) for e in range(4) for t in range(4)]
    assert len({tuple(key.numpy()) for key in keys}) == 64
    assert len({k for key in keys for k in key.numpy()}) == 128


def test_no_draw_of_a_step_returns_at_another_step():
    # Would fail with stateless_fold_in alone, whose result is (hash, step).
    draw = keyed(lambda: tf.stack([tf.random.uniform([]) for _ in range(20)]))
    values = np.stack([draw(0, 0, step) for step in range(20)])
    assert len(np.unique(values)) == values.size


def test_loops_have_a_key_for_each_iteration():
    def mapped(x):
        return x + tf.random.uniform([])

    def in_while():
        def body(i, found):
            return i + 1, tf.tensor_scatter_nd_update(found, [[i]], [mapped(0.0)])

        return tf.while_loop(lambda i, _: i < 50, body, (0, tf.zeros([50])))[1]

    loops = [
        keyed(lambda: tf.map_fn(mapped, tf.zeros([50]))),
        keyed(lambda: tf.vectorized_map(mapped, tf.zeros([50]))),
        keyed(in_while),
    ]
    for loop in loops:
        assert len(np.unique(loop(0, 0))) == 50
        np.testing.assert_array_equal(loop(0, 0), loop(0, 0))
        assert np.all(loop(0, 0) != loop(0, 1))


def test_while_loop_keeps_the_structure_of_its_variables():
    def loop():
        one = tf.while_loop(lambda i: i < 3, lambda i: i + 1, [tf.constant(0)])
        nested = tf.while_loop(
            lambda i, pair: i < 3,
            lambda i, pair: (i + 1, {"a": pair["a"] + 2, "b": tf.concat([pair["b"], [i]], 0)}),
            (0, {"a": tf.constant(0), "b": tf.zeros([0], tf.int32)}),
            shape_invariants=(
                tf.TensorShape([]),
                {"a": tf.TensorShape([]), "b": tf.TensorShape([None])},
            ),
            maximum_iterations=2,
        )
        return one, nested

    @tf.function
    def function(key):
        with keyed_randomness(key):
            return loop()

    one, (count, pair) = function(batch_key(0))
    assert [int(i) for i in one] == [3]
    assert (int(count), int(pair["a"])) == (2, 4)
    assert pair["b"].numpy().tolist() == [0, 1]


def test_draws_in_both_branches_of_a_condition_are_allowed():
    def draw():
        return tf.cond(
            tf.random.uniform([]) < 0.5,
            lambda: tf.random.uniform([], 1, 2),
            lambda: tf.random.uniform([], 3, 4),
        )

    branch = keyed(draw)
    values = np.array([branch(step) for step in range(10)])
    assert np.any(values < 2)
    assert np.any(values > 3)


def test_a_draw_in_a_loop_that_has_no_keys_is_refused():
    def autograph_loop():
        total = 0.0
        for _ in tf.range(3):
            total += tf.random.uniform([])
        return total

    # AutoGraph turns errors into its own, which quote them.
    with pytest.raises(Exception, match="cannot give a key to every iteration"):
        keyed(autograph_loop)(0)

    cached = tf.function(lambda: tf.random.uniform([]), autograph=False)
    with (
        pytest.raises(RecipeError, match="or call of a function"),
        keyed_randomness(batch_key(0)),
    ):
        cached()


def test_everything_is_put_back_after_an_exception():
    watched = [
        (tf.random, "uniform"),
        (tf.random.Generator, "skip"),
        (keras.random.SeedGenerator, "next"),
        (tf, "map_fn"),
        (tf, "while_loop"),
        (random, "choice"),
    ]
    before = [getattr(owner, name) for owner, name in watched]

    def fail():
        with keyed_randomness(batch_key(0)):
            assert all(
                getattr(owner, name) is not original
                for (owner, name), original in zip(watched, before, strict=True)
            )
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    assert [getattr(owner, name) for owner, name in watched] == before
    state = GENERATOR.state.numpy().copy()
    GENERATOR.uniform([1])
    assert np.any(GENERATOR.state.numpy() != state)


def test_another_thread_draws_as_ever():
    def drawn():
        random.seed(5)
        tf.random.set_seed(5)
        return float(tf.random.uniform([])), random.random()

    expected = drawn()
    found = []
    with keyed_randomness(batch_key(0)):
        assert drawn() != expected
        thread = threading.Thread(target=lambda: found.append(drawn()))
        thread.start()
        thread.join()
    assert found == [expected]


def test_overlapping_threads_leave_nothing_replaced():
    original = tf.random.uniform
    inside, leave = threading.Event(), threading.Event()

    def hold():
        with keyed_randomness(batch_key(1)):
            inside.set()
            leave.wait(10)

    thread = threading.Thread(target=hold)
    thread.start()
    assert inside.wait(10)
    with keyed_randomness(batch_key(0)):
        key_of_this_thread = float(tf.random.uniform([]))
    assert tf.random.uniform is not original
    leave.set()
    thread.join()
    assert tf.random.uniform is original
    with keyed_randomness(batch_key(0)):
        assert float(tf.random.uniform([])) == key_of_this_thread


def test_python_draws_repeat_and_leave_the_global_state_alone():
    random.seed(3)
    expected = random.random()
    random.seed(3)
    drawn = []
    for seed in (0, 0, "another"):
        with keyed_randomness(batch_key(0), seed):
            drawn.append(random.choice(range(10**9)))
    assert drawn[0] == drawn[1] != drawn[2]
    assert random.random() == expected
