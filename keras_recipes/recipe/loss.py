"""The training loss: the values behind `loss=`. Validation is never smoothed."""

from keras_recipes.recipe.call import Call
from keras_recipes.recipe.part import bounded, part


@part
class CrossEntropy:
    """Cross-entropy of the logits against labels that may be smoothed.

    Source: Szegedy et al. 2015, arXiv:1512.00567, section 7.
    """

    label_smoothing: float = bounded(0.0, at_least=0, below=1)
    """Share of each label that is spread over all classes; 0 turns it off, 0.1 is usual."""

    def build(self):
        from keras_recipes.losses import SmoothedCrossEntropy

        return SmoothedCrossEntropy(label_smoothing=self.label_smoothing)


Loss = CrossEntropy | Call
