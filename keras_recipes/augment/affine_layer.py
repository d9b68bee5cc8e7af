"""What rotation, translation, zoom and shear have in common."""

from keras_recipes.augment.affine import FILL_MODES, affine_maps, warp_images
from keras_recipes.augment.image_layer import ImageLayer
from keras_recipes.errors import RecipeError


class AffineLayer(ImageLayer):
    """Warp each image by an affine map of its own, bilinearly.

    Args:
        mode: what comes in from outside: `"reflect"`, the image mirrored about its outermost
            pixels; `"nearest"`, those pixels themselves; `"constant"`, `fill`.
        fill: number, 0 to 255.
        **kwargs: `probability` and `seed`, as in `ImageLayer`.
    """

    def __init__(self, mode="reflect", fill=0, **kwargs):
        super().__init__(**kwargs)
        self.fill = self.require_number("fill", fill, at_least=0, at_most=255)
        self.mode = require_mode(type(self).__name__, mode, fill)

    def changes(self, uniform, height, width):
        """Arguments of `affine_maps`, each of shape `(batch,)`, from `uniform`."""
        raise NotImplementedError

    def change(self, images, uniform):
        height, width = images.shape[1:3]
        maps = affine_maps((height, width), **self.changes(uniform, height, width))
        return warp_images(images, maps, self.mode, self.fill)

    def get_config(self):
        return {**super().get_config(), "mode": self.mode, "fill": self.fill}


def require_mode(layer, mode, fill):
    """`mode`, if it is one and `fill` has an effect in it; raises `RecipeError` otherwise."""
    if mode not in FILL_MODES:
        raise RecipeError(
            f"{layer}.mode",
            f"must be one of {', '.join(FILL_MODES)}; got {mode!r}",
            'Use "reflect" unless you need a border of one value.',
        )
    if mode != "constant" and fill != 0:
        raise RecipeError(
            f"{layer}.fill",
            f'has no effect in mode="{mode}"; got {fill!r}',
            'Leave it out, or use mode="constant".',
        )
    return mode
