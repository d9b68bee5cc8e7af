"""Contrast changed by a random factor."""

from keras_recipes.augment.color import adjust_contrast
from keras_recipes.augment.image_layer import ImageLayer, between
from keras_recipes.augment.three_channels import require_one_or_three_channels


class Contrast(ImageLayer):
    """Move each image's pixels away from its mean grey by a factor of its own, and clip.

    As Pillow's and torchvision's contrast.

    Args:
        factor: `(smallest, largest)`, from 0: 1 changes nothing, 0 gives a flat image.
        **kwargs: `probability` and `seed`, as in `ImageLayer`.

    Raises:
        RecipeError: at an argument out of its range, or images of other than 1 or 3 channels.

    Example:
        ```python
        contrast = Contrast(factor=(0.7, 1.3))
        dataset = dataset.map(lambda images, labels: (contrast(images), labels))
        ```
    """

    def __init__(self, factor=(0.7, 1.3), **kwargs):
        super().__init__(**kwargs)
        self.factor = self.require_range("factor", factor, at_least=0)

    def check_images(self, height, width, channels):
        require_one_or_three_channels("Contrast", channels)

    def change(self, images, uniform):
        return adjust_contrast(images, between(uniform[:, 0], *self.factor))

    def get_config(self):
        return {**super().get_config(), "factor": self.factor}
