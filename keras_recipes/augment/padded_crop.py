"""Random crops of padded images: the translation used to train on CIFAR."""

import tensorflow as tf

from keras_recipes.augment.image_layer import ImageLayer
from keras_recipes.errors import RecipeError


class PaddedCrop(ImageLayer):
    """Pad each image on all sides and cut a window of the old size out at random.

    A layer of our own, since neither library has it: KerasCV's RandomTranslation interpolates and
    draws offsets that are fractions of a pixel, its RandomCropAndResize rescales, and Keras's
    RandomCrop draws one offset for the whole batch. Here each image has its own, from all
    `(2 * padding + 1) ** 2` windows alike, and pixels keep their values.
    Source: He et al. 2015, arXiv:1512.03385, section 4.2 (zeros, four pixels); reflection:
    Zagoruyko & Komodakis 2016, arXiv:1605.07146.

    Args:
        padding: pixels added to each side, at least 1; less than the image's sides if reflected.
        mode: `"reflect"` mirrors the image about its outermost pixels, without repeating them;
            `"constant"` pads with `fill`.
        fill: value of constant padding, 0 to 255.
        **kwargs: `probability` and `seed`, as in `ImageLayer`.

    Raises:
        RecipeError: at an argument out of its range, or images that cannot be padded so.

    Example:
        ```python
        crop = PaddedCrop(padding=4)
        dataset = dataset.map(lambda images, labels: (crop(images), labels))
        ```
    """

    draws = 2

    def __init__(self, padding=4, mode="reflect", fill=0, **kwargs):
        super().__init__(**kwargs)
        self.padding = self.require_whole("padding", padding, at_least=1)
        if mode not in ("reflect", "constant"):
            raise RecipeError(
                "PaddedCrop.mode",
                f'must be "reflect" or "constant"; got {mode!r}',
                'Use "reflect" unless you need a border of one value.',
            )
        self.fill = self.require_number("fill", fill, at_least=0, at_most=255)
        if mode == "reflect" and fill != 0:
            raise RecipeError(
                "PaddedCrop.fill",
                f"has no effect on reflected padding; got {fill!r}",
                'Leave it out, or use mode="constant".',
            )
        self.mode = mode

    def check_images(self, height, width, channels):
        if self.mode == "reflect" and self.padding >= min(height, width):
            raise RecipeError(
                "PaddedCrop.padding",
                f"must be less than the image's side, {min(height, width)}, to be mirrored; "
                f"got {self.padding}",
                'Pad less, or use mode="constant".',
            )

    def change(self, images, uniform):
        batch, (height, width, channels) = tf.shape(images)[0], images.shape[1:]
        # From the upper left corner of the image to that of its window.
        places = 2 * self.padding + 1
        offsets = tf.minimum(tf.cast(uniform * places, tf.int32), places - 1) - self.padding
        rows = offsets[:, :1] + tf.range(height)
        columns = offsets[:, 1:] + tf.range(width)
        bring_in = _mirrored if self.mode == "reflect" else _clipped
        within_rows, within_columns = bring_in(rows, height), bring_in(columns, width)
        # A value at a time, not a pixel of so few channels: XLA makes a faster loop of it.
        first_row = (tf.range(batch) * height)[:, tf.newaxis]
        first_values = (first_row + within_rows)[:, :, tf.newaxis] * (width * channels)
        values = within_columns[:, :, tf.newaxis] * channels + tf.range(channels)
        index = first_values + tf.reshape(values, [-1, 1, width * channels])
        window = tf.reshape(tf.gather(tf.reshape(images, [-1]), index), tf.shape(images))
        if self.mode == "reflect":
            return window
        is_inside = (within_rows == rows)[:, :, tf.newaxis] & (within_columns == columns)[
            :, tf.newaxis, :
        ]
        return tf.where(is_inside[..., tf.newaxis], window, self.fill)

    def get_config(self):
        own = {"padding": self.padding, "mode": self.mode, "fill": self.fill}
        return {**super().get_config(), **own}


def _mirrored(positions, size):
    """Positions in `-size < p < 2 * size - 1`, those outside the image mirrored into it."""
    return (size - 1) - tf.abs((size - 1) - tf.abs(positions))


def _clipped(positions, size):
    return tf.clip_by_value(positions, 0, size - 1)
