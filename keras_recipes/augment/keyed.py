"""Randomness that is a function of a key, in layers that know nothing of keys.

Keras and KerasCV layers draw from generators with a hidden state, so what they do to a batch
depends on every batch before it and, in a parallel `tf.data` map, on chance. Here a layer is
traced with the sources of its draws replaced by stateless ones, each given a key of its own that
is computed from the batch's key and the number of the draw. The traced function has no state:
same key, same bits, in any order and on any number of threads.

Every replacement that this takes is in this file.
"""

import contextlib
import random
import threading

import keras
import tensorflow as tf
from tensorflow.python.ops.control_flow_v2_func_graphs import CondBranchFuncGraph

from keras_recipes.augment.keys import fold_key
from keras_recipes.errors import RecipeError


@contextlib.contextmanager
def keyed_randomness(key, python_seed=0):
    """Draw from `key` instead of from hidden state, while a `tf.function` is traced.

    Covers `keras.random.SeedGenerator`; `tf.random.Generator` but for `binomial`; `tf.random`'s
    `uniform`, `normal`, `truncated_normal`, `gamma` and `shuffle`; in `tf.map_fn`,
    `tf.vectorized_map` and the body of `tf.while_loop` every iteration has a key of its own. Other
    stateful operations are left as they are: `stateful_operations` finds them. Python's `random`
    draws while tracing, so once for all batches: it draws from `python_seed`.

    Other threads are not affected. May be nested: the innermost key counts.

    Args:
        key: int32 tensor, shape `(2,)`, a result of `batch_key` or `fold_key`.
        python_seed: what `random.Random` takes: an integer or a string.

    Raises:
        RecipeError: at a draw inside a loop or a `tf.function` that was entered behind our back
            (an AutoGraph loop, say), where all iterations or calls would draw the same.

    Example:
        ```python
        @tf.function
        def augment(images, step):
            with keyed_randomness(batch_key(0, step)):
                return layer(images)
        ```
    """
    with _replacements(), _scope(key, random.Random(python_seed)):
        yield


@contextlib.contextmanager
def own_key():
    """Count what is drawn inside as one draw, so that later draws don't depend on how many it took.

    For a layer that calls other layers: what follows one draws the same whether it runs or not.
    Where no key is in use, nothing changes.
    """
    if not _scopes():
        yield
        return
    with _scope(_scopes()[-1].draw()):
        yield


@contextlib.contextmanager
def without_keys():
    """Leave loops as TensorFlow has them, inside of which nothing is drawn.

    For functions that are traced once and called by whoever draws for them: a key in one would tie
    it to the graph that it was traced in.
    """
    hidden = list(_scopes())
    _scopes().clear()
    try:
        yield
    finally:
        _scopes()[:] = hidden


class _Scope:
    """A key, the graph that may draw from it, and how often it has."""

    def __init__(self, key, python_random):
        self.key = key
        self.python_random = python_random
        self.graph = tf.compat.v1.get_default_graph()
        self.draws = 0

    def draw(self):
        """A key for one draw: int32, shape `(2,)`."""
        graph = tf.compat.v1.get_default_graph()
        while graph is not self.graph:
            if not isinstance(graph, CondBranchFuncGraph):
                raise RecipeError(
                    "keyed_randomness",
                    "cannot give a key to every iteration of a loop, or call of a function, that "
                    f"it did not see begin; got a draw inside {type(graph).__name__}",
                    "Loop with tf.map_fn, tf.vectorized_map or tf.while_loop, or draw before the "
                    "loop.",
                )
            graph = graph.outer_graph
        self.draws += 1
        # The key is a hash already, so that counting on from it meets no other key's draws.
        return self.key + tf.constant([0, self.draws], tf.int32)


_thread = threading.local()


def _scopes():
    """This thread's open scopes, innermost last."""
    if not hasattr(_thread, "scopes"):
        _thread.scopes = []
    return _thread.scopes


def _draw():
    return _scopes()[-1].draw()


@contextlib.contextmanager
def _scope(key, python_random=None):
    scopes = _scopes()
    scopes.append(_Scope(key, python_random or scopes[-1].python_random))
    try:
        yield
    finally:
        scopes.pop()


# What follows takes the place of the public function named in _replaced(); `original` is it.


def _next_seed(original, generator, ordered=True):
    return _draw()


def _skip(original, generator, delta):
    # The state of a Philox generator that has not drawn yet: a counter of 128 bits, then the key.
    return tf.concat([tf.zeros([2], tf.int64), tf.bitcast(_draw(), tf.int64)[tf.newaxis]], axis=0)


def _uniform(original, shape, minval=0, maxval=None, dtype=tf.float32, seed=None, name=None):
    return tf.random.stateless_uniform(shape, _draw(), minval, maxval, dtype, name)


def _normal(original, shape, mean=0.0, stddev=1.0, dtype=tf.float32, seed=None, name=None):
    return tf.random.stateless_normal(shape, _draw(), mean, stddev, dtype, name)


def _truncated_normal(
    original, shape, mean=0.0, stddev=1.0, dtype=tf.float32, seed=None, name=None
):
    return tf.random.stateless_truncated_normal(shape, _draw(), mean, stddev, dtype, name)


def _gamma(original, shape, alpha, beta=None, dtype=tf.float32, seed=None, name=None):
    # tf.random.gamma appends the parameters' shape to `shape`; the stateless one wants it all.
    alpha = tf.convert_to_tensor(alpha, dtype)
    beta = tf.convert_to_tensor(1 if beta is None else beta, dtype)
    parameters = tf.broadcast_dynamic_shape(tf.shape(alpha), tf.shape(beta))
    shape = tf.concat([tf.reshape(tf.cast(shape, tf.int32), [-1]), parameters], axis=0)
    return tf.random.stateless_gamma(shape, _draw(), alpha, beta, dtype, name)


def _shuffle(original, value, seed=None, name=None):
    return tf.random.experimental.stateless_shuffle(value, _draw(), name=name)


def _map_fn(original, fn, elems, dtype=None, *, fn_output_signature=None, **options):
    elems = tf.nest.map_structure(tf.convert_to_tensor, elems)
    signature = fn_output_signature or dtype
    if signature is None:
        signature = tf.nest.map_structure(lambda elem: elem.dtype, elems)
    keyed = (elems, _element_keys(elems))
    return original(_with_element_key(fn), keyed, fn_output_signature=signature, **options)


def _vectorized_map(original, fn, elems, *options, **named_options):
    elems = tf.nest.map_structure(tf.convert_to_tensor, elems)
    keyed = (elems, _element_keys(elems))
    return original(_with_element_key(fn), keyed, *options, **named_options)


def _element_keys(elems):
    """A key for each element: int32, shape `(n, 2)`."""
    count = tf.shape(tf.nest.flatten(elems)[0])[0]
    return tf.random.stateless_uniform([count, 2], _draw(), None, None, tf.int32)


def _with_element_key(fn):
    def keyed_fn(element_and_key):
        element, key = element_and_key
        with _scope(key):
            return fn(element)

    return keyed_fn


def _while_loop(original, cond, body, loop_vars, shape_invariants=None, **options):
    loop_key = _draw()

    def keyed_cond(iteration, variables):
        return cond(*variables)

    def keyed_body(iteration, variables):
        with _scope(fold_key(loop_key, iteration)):
            result = body(*variables)
        if len(variables) == 1 and not isinstance(result, (list, tuple)):
            result = [result]
        return iteration + 1, tf.nest.pack_sequence_as(loop_vars, tf.nest.flatten(result))

    if shape_invariants is not None:
        options["shape_invariants"] = (tf.TensorShape([]), shape_invariants)
    return original(keyed_cond, keyed_body, (tf.constant(0), loop_vars), **options)[1]


def _replaced():
    """Owner, name and keyed substitute of everything that is replaced."""
    yield keras.random.SeedGenerator, "next", _next_seed
    yield tf.random.Generator, "skip", _skip
    yield tf.random, "uniform", _uniform
    yield tf.random, "normal", _normal
    yield tf.random, "truncated_normal", _truncated_normal
    yield tf.random, "gamma", _gamma
    yield tf.random, "shuffle", _shuffle
    yield tf, "map_fn", _map_fn
    yield tf, "vectorized_map", _vectorized_map
    yield tf, "while_loop", _while_loop
    for name in random.__all__:
        method = getattr(random, name)
        if isinstance(getattr(method, "__self__", None), random.Random):
            yield random, name, _python_random(name)


def _python_random(name):
    def keyed(original, *args, **kwargs):
        return getattr(_scopes()[-1].python_random, name)(*args, **kwargs)

    return keyed


def _in_keyed_threads(original, keyed):
    def function(*args, **kwargs):
        if _scopes():
            return keyed(original, *args, **kwargs)
        return original(*args, **kwargs)

    return function


_lock = threading.Lock()
_originals = []
_users = 0


@contextlib.contextmanager
def _replacements():
    """Replace from the first of any overlapping uses, in all threads, to the end of the last."""
    global _users
    with _lock:
        if _users == 0:
            for owner, name, keyed in list(_replaced()):
                original = getattr(owner, name)
                _originals.append((owner, name, original))
                setattr(owner, name, _in_keyed_threads(original, keyed))
        _users += 1
    try:
        yield
    finally:
        with _lock:
            _users -= 1
            if _users == 0:
                while _originals:
                    setattr(*_originals.pop())
