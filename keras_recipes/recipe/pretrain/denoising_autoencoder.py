"""Images are to be drawn that noise and patches have spoilt."""

from keras_recipes.errors import RecipeError
from keras_recipes.recipe.part import bounded, part
from keras_recipes.recipe.pretrain.shared import Shared


@part
class DenoisingAutoencoder(Shared):
    """A denoising autoencoder. Source: Vincent et al. 2010, JMLR 11, section 3.

    The loss is a mean squared error of standardised images: 1 is what the mean colour would cost.
    """

    noise: float = bounded(25.0, at_least=0, at_most=255)
    """Standard deviation of the normal noise on each value, in units of 0..255."""
    masked: float = bounded(0.5, at_least=0, below=1)
    """Share of the patches that are hidden (as Pathak et al. 2016, arXiv:1604.07379; He et al.
    2021, arXiv:2111.06377, hide 0.75)."""
    patch: int = bounded(4, at_least=1)
    """Side of a patch in pixels."""
    decoder_width: int = bounded(64, at_least=1)
    """Channels of the decoder, which is thrown away."""

    def check(self):
        if not self.noise and not self.masked:
            raise RecipeError(
                "pretrain.noise", "and masked are both 0: there is nothing to mend",
                "Raise one of them.",
            )  # fmt: skip

    def build(self, model, mean, variance):
        """`keras_recipes.pretraining.Pretext` for a network."""
        from keras_recipes.pretraining import pretexts

        return pretexts.denoising_pretext(
            model,
            mean=mean,
            variance=variance,
            noise=self.noise,
            masked=self.masked,
            patch=self.patch,
            decoder_width=self.decoder_width,
        )
