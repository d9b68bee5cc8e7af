"""`OneOf`: another layer for each image."""

import math
import numbers

import tensorflow as tf

from keras_recipes.augment.keyed import own_key
from keras_recipes.augment.random_layer import RandomLayer
from keras_recipes.augment.resting import mixes_labels, resting
from keras_recipes.augment.training_argument import training_argument
from keras_recipes.errors import RecipeError


class OneOf(RandomLayer):
    """Augment each image by one layer out of several, drawn for it alone.

    Every layer sees the whole batch and each image takes one of the results, label and all, so
    that layers that blend images find partners among all of them; the time is the sum of theirs.
    None may change the size of the images.
    `OneOf([mixup(0.8), CutMix()])` is what timm calls switching between the two by "elem".

    Takes and returns a dict of `"images"`, float32 in 0..255, shape
    `(batch, height, width, channels)`, and one-hot float32 `"labels"`.

    Args:
        layers: at least two layers, or functions of such a dict, as `build_pipeline` takes them.
        probabilities: of each layer, above 0 and summing to 1; None for all alike.
        seed: integer, of the choice outside `build_pipeline`, which keys the layer itself.

    Raises:
        RecipeError: for fewer than two layers, or probabilities that are none.

    Example:
        ```python
        mix = OneOf([mixup(0.8), CutMix()], probabilities=(0.3, 0.7))
        dataset = dataset.map(lambda images, labels: mix({"images": images, "labels": labels}))
        ```
    """

    def __init__(self, layers, probabilities=None, seed=None, **kwargs):
        super().__init__(seed, **kwargs)
        self.layers = list(layers) if isinstance(layers, tuple | list) else []
        if len(self.layers) < 2 or not all(callable(layer) for layer in self.layers):
            raise RecipeError(
                "OneOf.layers", f"must be at least two layers; got {layers!r}",
                "Use Sometimes for one that is not always applied.",
            )  # fmt: skip
        if probabilities is not None:
            _check_probabilities(probabilities, len(self.layers))
        self.probabilities = None if probabilities is None else tuple(map(float, probabilities))

    @property
    def mixes_labels(self):
        """Whether one of the layers does."""
        return any(mixes_labels(layer) for layer in self.layers)

    def build(self, input_shape):
        check_dict("OneOf", input_shape)

    def call(self, inputs):
        return self._choose(inputs, self.layers)

    @property
    def rest(self):
        """Function that does as `call`, by the same draws, but for the layers that mix.

        Images that drew one of those stay as they are. None where all mix.
        """
        layers = [resting(layer) for layer in self.layers]
        if layers == [None] * len(layers):
            return None
        return lambda inputs: self._choose(inputs, layers)

    def _choose(self, inputs, layers):
        batch = tf.shape(inputs["images"])[:1]
        drawn = tf.random.stateless_uniform(batch, self.next_seed())
        equal = [1 / len(layers)] * len(layers)
        bounds = tf.cumsum(tf.constant(self.probabilities or equal))[:-1]
        chosen = tf.searchsorted(bounds, drawn, side="right")
        result = inputs
        for n, layer in enumerate(layers):
            with own_key():
                if layer is not None:
                    result = select(chosen == n, apply(layer, inputs), result)
        return result


def select(is_chosen, changed, others):
    """Of two dicts of tensors, the rows of `changed` where `is_chosen`, else those of `others`."""
    return {
        # Whole rows by a condition of their number: a broadcast condition takes ten times as long.
        name: tf.raw_ops.Select(condition=is_chosen, x=changed[name], y=others[name])
        for name in others
    }


def apply(layer, inputs):
    """What `layer` makes of a batch, of the batch's shapes."""
    outputs = layer(dict(inputs), **training_argument(layer))
    place = getattr(layer, "__name__", type(layer).__name__)
    if not isinstance(outputs, dict) or not set(inputs) <= set(outputs):
        raise RecipeError(
            place, 'must return a dict of "images" and "labels"',
            "Return the dict that it was given, with the entries changed.",
        )  # fmt: skip
    for name, value in inputs.items():
        if not outputs[name].shape.is_compatible_with(value.shape):
            raise RecipeError(
                place,
                f"must keep the {name} of shape {tuple(value.shape)} where only some are given to "
                f"it; got {tuple(outputs[name].shape)}",
                "Put it outside of OneOf and Sometimes, or leave its size out.",
            )
    return {
        name: tf.ensure_shape(tf.cast(outputs[name], value.dtype), value.shape)
        for name, value in inputs.items()
    }


def check_dict(place, input_shape):
    """Raise `RecipeError` unless a layer is given a dict of images and labels."""
    if not isinstance(input_shape, dict) or "images" not in input_shape:
        raise RecipeError(
            place, f'takes a dict of "images" and "labels"; got shape {input_shape}',
            'Call it on {"images": images, "labels": labels}.',
        )  # fmt: skip


def _check_probabilities(probabilities, count):
    are_numbers = isinstance(probabilities, tuple | list) and all(
        isinstance(each, numbers.Real) and not isinstance(each, bool) and each > 0
        for each in probabilities
    )
    if (
        not are_numbers
        or len(probabilities) != count
        or not math.isclose(math.fsum(probabilities), 1, abs_tol=1e-6)
    ):
        raise RecipeError(
            "OneOf.probabilities",
            f"must be {count} numbers above 0 that sum to 1; got {probabilities!r}",
            "Leave it out to make all alike.",
        )
