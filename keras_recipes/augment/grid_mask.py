"""GridMask: a grid of squares covered in every image."""

import math

import tensorflow as tf

from keras_recipes.augment.image_layer import ImageLayer, between


class GridMask(ImageLayer):
    """Cover the squares of a grid in each image, of random cells, offset and, if wanted, angle.

    Source: Chen et al. 2020, arXiv:2001.04086: cells of 96 to 224 pixels of 224, half of a cell's
    side covered, so a quarter of the image; the authors raise the probability in training to 0.8.
    They cover with 0 after normalisation, the mean colour; mid-grey stands for it here.

    Args:
        cell: `(smallest, largest)` side of a cell as a fraction of the image's shorter side, in
            (0, 1]; all alike.
        hole: side of the covered square as a fraction of its cell's, in (0, 1).
        degrees: most that the grid is turned, either way, in [0, 45].
        fill: value of the covered pixels, 0 to 255.
        **kwargs: `probability` and `seed`, as in `ImageLayer`.

    Raises:
        RecipeError: at an argument out of its range.

    Example:
        ```python
        mask = GridMask(probability=0.8)
        dataset = dataset.map(lambda images, labels: (mask(images), labels))
        ```
    """

    draws = 4

    def __init__(self, cell=(0.43, 1.0), hole=0.5, degrees=0.0, fill=128.0, **kwargs):
        super().__init__(**kwargs)
        self.cell = self.require_range("cell", cell, above=0, at_most=1)
        self.hole = self.require_number("hole", hole, above=0, below=1)
        self.degrees = self.require_number("degrees", degrees, at_least=0, at_most=45)
        self.fill = self.require_number("fill", fill, at_least=0, at_most=255)

    def change(self, images, uniform):
        height, width = images.shape[1:3]
        u = uniform[:, :, tf.newaxis, tf.newaxis]
        cell = between(u[:, 0], *self.cell) * min(height, width)
        y = tf.range(height, dtype=tf.float32)[tf.newaxis, :, tf.newaxis]
        x = tf.range(width, dtype=tf.float32)[tf.newaxis, tf.newaxis, :]
        if self.degrees:
            angle = between(u[:, 3], -self.degrees, self.degrees) * (math.pi / 180)
            x, y = x - (width - 1) / 2, y - (height - 1) / 2
            cosine, sine = tf.cos(angle), tf.sin(angle)
            x, y = cosine * x - sine * y, sine * x + cosine * y
        across, down = x / cell + u[:, 1], y / cell + u[:, 2]
        across, down = (each - tf.floor(each) < self.hole for each in (across, down))
        return tf.where((across & down)[..., tf.newaxis], self.fill, images)

    def get_config(self):
        own = {"cell": self.cell, "hole": self.hole, "degrees": self.degrees, "fill": self.fill}
        return {**super().get_config(), **own}
