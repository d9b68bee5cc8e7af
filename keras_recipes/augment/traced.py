"""One augmentation layer as a function without state, once it has passed all checks."""

import re

import keras
import tensorflow as tf

from keras_recipes.augment.audit import stateful_operations
from keras_recipes.augment.float32_policy import float32_policy
from keras_recipes.augment.keyed import keyed_randomness
from keras_recipes.augment.training_argument import training_argument
from keras_recipes.errors import RecipeError


def traced_layer(layer, place, images, labels, python_seed, function):
    """What a layer does as a function without state, of images, labels and a key.

    Args:
        layer: as `build_pipeline` takes it.
        place: its index among the layers, for errors.
        images: `tf.TensorSpec` of the images that it is given.
        labels: `tf.TensorSpec` of the labels.
        python_seed: as `keyed_randomness` takes it.
        function: the layer, or what stands for it while mixing rests.

    Returns:
        `ConcreteFunction`, to a dict of images and labels.

    Raises:
        RecipeError: as `build_pipeline` does.
    """
    where = f"augment.{place} ({_name(layer)})"
    if not callable(layer):
        raise RecipeError(
            where, f"must be a layer or a function; got {layer!r}", "Pass a built Keras layer."
        )
    _check_precision(layer, where)
    options = training_argument(function)

    @tf.function
    def call(images, labels):
        with float32_policy():
            return function({"images": images, "labels": labels}, **options)

    @tf.function
    def call_keyed(images, labels, key):
        with float32_policy(), keyed_randomness(key, python_seed):
            return function({"images": images, "labels": labels}, **options)

    try:
        if not all(part.built for part in _layers_within(layer)):
            # Keras builds these at the first call, in a graph of their own where no key reaches.
            call.get_concrete_function(images, labels)
        traced = call_keyed.get_concrete_function(images, labels, tf.TensorSpec([2], tf.int32))
    except Exception as error:
        raise RecipeError(
            where,
            f"cannot be traced: {_in_one_line(error)}",
            'It must take a dict of "images" and one-hot float32 "labels".',
        ) from error
    _check_outputs(traced.structured_outputs, {"images": images, "labels": labels}, where)
    stateful = stateful_operations(traced)
    if stateful:
        raise RecipeError(
            where,
            "must draw its randomness from its key alone; got operations with state: "
            + ", ".join(stateful),
            "Draw by tf.random, keras.random or a Keras SeedGenerator, without variables or "
            "Python calls.",
        )
    return traced


def _in_one_line(error) -> str:
    """What an error says, without TensorFlow's frames of code and what Keras puts around it."""
    text = str(error.args[0] if isinstance(error, KeyError) else error)
    text = re.sub(r"\x1b\[\d+m", "", text)
    text = re.sub(r"(?s)\s*Arguments received by .*", "", text)
    text = re.sub(r"Exception encountered when calling \S+\s", "", text)
    text = re.sub(r'(?s).*\n    File "[^\n]*\n[^\n]*\n', "", text)
    said = " ".join(text.split()).rstrip(".")
    return said if re.match(r"\w+Error: ", said) else f"{type(error).__name__}: {said}"


def _name(layer):
    return getattr(layer, "__name__", type(layer).__name__)


def _layers_within(layer):
    """A Keras layer and all layers that it is made of; nothing for a function."""
    return layer._flatten_layers() if isinstance(layer, keras.layers.Layer) else []


def _check_precision(layer, where):
    # The layers that a KerasCV layer builds follow the global policy, whatever its own.
    for part in _layers_within(layer):
        if part.compute_dtype != "float32":
            raise RecipeError(
                where,
                f"must compute in float32; got {part.compute_dtype} in {_name(part)}",
                "Build it inside `with float32_policy():`.",
            )


def _check_outputs(outputs, inputs, where):
    for entry, tensor in inputs.items():
        if not isinstance(outputs, dict) or entry not in outputs:
            raise RecipeError(
                where,
                f'must return a dict of "images" and "labels"; got {type(outputs).__name__}'
                + (f" of {', '.join(outputs)}" if isinstance(outputs, dict) else ""),
                "Return the dict that it was given, with the entries changed.",
            )
        result = outputs[entry]
        wanted = list(tensor.shape)
        if entry == "images":
            wanted[1:3] = [None, None]  # which a crop may change
        if result.dtype != tf.float32 or not result.shape.is_compatible_with(wanted):
            raise RecipeError(
                where,
                f"must keep the {entry} float32 of shape {tuple(wanted)}; "
                f"got {result.dtype.name} of shape {tuple(result.shape)}",
                "Change labels in the loss."
                if entry == "labels"
                else "Change height and width alone.",
            )
