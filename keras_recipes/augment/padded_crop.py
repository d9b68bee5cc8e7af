"""Random crops of padded images: the translation used to train on CIFAR."""

import numbers

import keras
import tensorflow as tf

from keras_recipes.errors import RecipeError


class PaddedCrop(keras.layers.Layer):
    """Pad each image on all sides and cut a window of the old size out at random.

    A layer of our own, since neither library has it: KerasCV's RandomTranslation interpolates and
    draws offsets that are fractions of a pixel, its RandomCropAndResize rescales, and Keras's
    RandomCrop draws one offset for the whole batch. Here each image has its own, from all
    `(2 * padding + 1) ** 2` windows alike, and pixels keep their values.
    Source: He et al. 2015, arXiv:1512.03385, section 4.2 (zeros, four pixels); reflection:
    Zagoruyko & Komodakis 2016, arXiv:1605.07146.

    Takes images, shape `(batch, height, width, channels)`, any numeric type, or a dict with such
    `"images"`, whose other entries pass untouched. Returns float32 images of the same shape.

    Args:
        padding: pixels added to each side, at least 1; less than the image's sides if reflected.
        mode: `"reflect"` mirrors the image about its outermost pixels, without repeating them;
            `"constant"` pads with `fill`.
        fill: value of constant padding, 0 to 255.
        seed: integer, for use outside `build_pipeline`, which keys the layer itself.

    Raises:
        RecipeError: at an argument out of its range, or images that cannot be padded so.

    Example:
        ```python
        crop = PaddedCrop(padding=4)
        dataset = dataset.map(lambda images, labels: (crop(images), labels))
        ```
    """

    def __init__(self, padding=4, mode="reflect", fill=0, seed=None, **kwargs):
        # Not the global policy: cropping in bfloat16 would round the pixels.
        super().__init__(**{"dtype": "float32", **kwargs})
        if isinstance(padding, bool) or not isinstance(padding, numbers.Integral) or padding < 1:
            raise RecipeError(
                "PaddedCrop.padding",
                f"must be a whole number of pixels, at least 1; got {padding!r}",
                "Use 4 for images of 32 pixels, or leave the layer out.",
            )
        if mode not in ("reflect", "constant"):
            raise RecipeError(
                "PaddedCrop.mode",
                f'must be "reflect" or "constant"; got {mode!r}',
                'Use "reflect" unless you need a border of one value.',
            )
        if isinstance(fill, bool) or not isinstance(fill, numbers.Real) or not 0 <= fill <= 255:
            raise RecipeError(
                "PaddedCrop.fill", f"must be a number in [0, 255]; got {fill!r}", "Use 0 for black."
            )
        if mode == "reflect" and fill != 0:
            raise RecipeError(
                "PaddedCrop.fill",
                f"has no effect on reflected padding; got {fill!r}",
                'Leave it out, or use mode="constant".',
            )
        self.padding = int(padding)
        self.mode = mode
        self.fill = fill
        self.seed = seed
        self.seed_generator = keras.random.SeedGenerator(seed)

    def build(self, input_shape):
        # Keras hides the type of errors that are raised in call().
        self._sizes(input_shape["images"] if isinstance(input_shape, dict) else input_shape)

    def call(self, inputs):
        if isinstance(inputs, dict):
            return {**inputs, "images": self._crop(inputs["images"])}
        return self._crop(inputs)

    def _crop(self, images):
        images = tf.cast(images, tf.float32)
        height, width, channels = self._sizes(tuple(images.shape))
        batch = tf.shape(images)[0]
        seed = tf.cast(self.seed_generator.next(), tf.int64)
        # From the upper left corner of the image to that of its window.
        offsets = tf.random.stateless_uniform(
            [batch, 2], seed, -self.padding, self.padding + 1, tf.int32
        )
        rows = offsets[:, :1] + tf.range(height)
        columns = offsets[:, 1:] + tf.range(width)
        pixels = tf.reshape(images, [-1, channels])
        # One gather from the image as it is: tf.pad takes longer than all of this.
        if self.mode == "reflect":
            index = _pixel_index(_mirrored(rows, height), _mirrored(columns, width), height, width)
        else:
            inside = (
                _is_inside(rows, height)[:, :, tf.newaxis]
                & _is_inside(columns, width)[:, tf.newaxis, :]
            )
            border = tf.shape(pixels)[0]
            pixels = tf.concat([pixels, tf.fill([1, channels], float(self.fill))], axis=0)
            index = tf.where(inside, _pixel_index(rows, columns, height, width), border)
        return tf.ensure_shape(tf.gather(pixels, index), images.shape)

    def _sizes(self, shape):
        if len(shape) != 4 or None in shape[1:]:
            raise RecipeError(
                "PaddedCrop",
                f"takes images of shape (batch, height, width, channels); got {shape}",
                "Batch the images first, all of one known size.",
            )
        height, width, channels = shape[1:]
        if self.mode == "reflect" and self.padding >= min(height, width):
            raise RecipeError(
                "PaddedCrop.padding",
                f"must be less than the image's side, {min(height, width)}, to be mirrored; "
                f"got {self.padding}",
                'Pad less, or use mode="constant".',
            )
        return height, width, channels

    def get_config(self):
        own = {"padding": self.padding, "mode": self.mode, "fill": self.fill, "seed": self.seed}
        return {**super().get_config(), **own}


def _mirrored(positions, size):
    """Positions in `-size < p < 2 * size - 1`, those outside the image mirrored into it."""
    return (size - 1) - tf.abs((size - 1) - tf.abs(positions))


def _is_inside(positions, size):
    return (positions >= 0) & (positions < size)


def _pixel_index(rows, columns, height, width):
    """Index of each pixel of each window, `(batch, height, width)`, among all pixels in a row."""
    images = tf.range(tf.shape(rows)[0])[:, tf.newaxis]
    return (images * height + rows)[:, :, tf.newaxis] * width + columns[:, tf.newaxis, :]
