"""How far each image was turned is to be told."""

from keras_recipes.recipe.part import part
from keras_recipes.recipe.pretrain.shared import Shared


@part
class Rotations(Shared):
    """Rotations. Source: Gidaris et al. 2018, arXiv:1803.07728.

    For images that have an upright: not for such as are taken from above. A step computes each
    image turned four ways.
    """

    def build(self, model, mean, variance):
        """`keras_recipes.pretraining.Pretext` for a network."""
        from keras_recipes.pretraining import pretexts

        return pretexts.rotation_pretext(model)
