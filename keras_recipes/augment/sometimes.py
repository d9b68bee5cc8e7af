"""`Sometimes`: a layer for some of the images."""

import tensorflow as tf

from keras_recipes.augment.keyed import own_key
from keras_recipes.augment.one_of import apply, check_dict, select
from keras_recipes.augment.random_layer import RandomLayer
from keras_recipes.augment.resting import mixes_labels, resting
from keras_recipes.bounds import require_number
from keras_recipes.errors import RecipeError


class Sometimes(RandomLayer):
    """Augment each image by a layer with some probability, drawn for it alone.

    The layer sees the whole batch, and each image takes its result, label and all, or stays. It
    may not change the size of the images.

    Takes and returns a dict of `"images"`, float32 in 0..255, shape
    `(batch, height, width, channels)`, and one-hot float32 `"labels"`.

    Args:
        layer: a layer, or a function of such a dict, as `build_pipeline` takes them.
        probability: above 0, at most 1.
        seed: integer, of the choice outside `build_pipeline`, which keys the layer itself.

    Raises:
        RecipeError: at an argument out of its range.

    Example:
        ```python
        mix = Sometimes(CutMix(), probability=0.5)
        dataset = dataset.map(lambda images, labels: mix({"images": images, "labels": labels}))
        ```
    """

    def __init__(self, layer, probability=0.5, seed=None, **kwargs):
        super().__init__(seed, **kwargs)
        if not callable(layer):
            raise RecipeError(
                "Sometimes.layer", f"must be a layer or a function; got {layer!r}",
                "Give one layer, built: Sometimes(CutMix()).",
            )  # fmt: skip
        self.layer = layer
        self.probability = require_number("Sometimes.probability", probability, above=0, at_most=1)

    @property
    def mixes_labels(self):
        """Whether the layer does."""
        return mixes_labels(self.layer)

    def build(self, input_shape):
        check_dict("Sometimes", input_shape)

    def call(self, inputs):
        return self._choose(inputs, self.layer)

    @property
    def rest(self):
        """Function of a batch to it without mixing; None where nothing else is left."""
        layer = resting(self.layer)
        return None if layer is None else lambda inputs: self._choose(inputs, layer)

    def _choose(self, inputs, layer):
        batch = tf.shape(inputs["images"])[:1]
        drawn = tf.random.stateless_uniform(batch, self.next_seed())
        with own_key():
            return select(drawn < self.probability, apply(layer, inputs), inputs)
