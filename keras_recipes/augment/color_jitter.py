"""Brightness, contrast, saturation and hue changed at random."""

from keras_recipes.augment.color import (
    adjust_brightness,
    adjust_contrast,
    adjust_hue,
    adjust_saturation,
)
from keras_recipes.augment.image_layer import ImageLayer, between
from keras_recipes.augment.three_channels import require_one_or_three_channels
from keras_recipes.errors import RecipeError


class ColorJitter(ImageLayer):
    """Change brightness, contrast, saturation and hue, in this order, by amounts an image.

    The amounts are torchvision's, as in SimCLR (Chen et al. 2020, arXiv:2002.05709, appendix A:
    0.8, 0.8, 0.8, 0.2 times a strength, with probability 0.8); its order is random. On grey
    images saturation and hue change nothing.

    Args:
        brightness: factors are drawn from `[1 - brightness, 1 + brightness]`; in [0, 1].
        contrast: the same.
        saturation: the same.
        hue: most that hues turn, either way, as a fraction of the colour circle; in [0, 0.5].
        **kwargs: `probability` and `seed`, as in `ImageLayer`.

    Raises:
        RecipeError: at an argument out of its range, if all are 0, or at images of other than 1
            or 3 channels.

    Example:
        ```python
        jitter = ColorJitter(brightness=0.4, contrast=0.4, saturation=0.4, hue=0.1)
        dataset = dataset.map(lambda images, labels: (jitter(images), labels))
        ```
    """

    draws = 4

    def __init__(self, brightness=0.4, contrast=0.4, saturation=0.4, hue=0.1, **kwargs):
        super().__init__(**kwargs)
        self.brightness = self.require_number("brightness", brightness, at_least=0, at_most=1)
        self.contrast = self.require_number("contrast", contrast, at_least=0, at_most=1)
        self.saturation = self.require_number("saturation", saturation, at_least=0, at_most=1)
        self.hue = self.require_number("hue", hue, at_least=0, at_most=0.5)
        if not (self.brightness or self.contrast or self.saturation or self.hue):
            raise RecipeError(
                "ColorJitter.brightness", "and all other amounts are 0: nothing would change",
                "Raise one of them, or leave the layer out.",
            )  # fmt: skip

    def check_images(self, height, width, channels):
        require_one_or_three_channels("ColorJitter", channels)

    def change(self, images, uniform):
        steps = (
            (adjust_brightness, self.brightness, 1),
            (adjust_contrast, self.contrast, 1),
            (adjust_saturation, self.saturation, 1),
            (adjust_hue, self.hue, 0),
        )
        for n, (adjust, amount, middle) in enumerate(steps):
            if amount:
                images = adjust(images, between(uniform[:, n], middle - amount, middle + amount))
        return images

    def get_config(self):
        own = ("brightness", "contrast", "saturation", "hue")
        return {**super().get_config(), **{name: getattr(self, name) for name in own}}
