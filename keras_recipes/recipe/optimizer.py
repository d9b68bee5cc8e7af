"""How the weights move: the values behind `optimizer=`."""

from keras_recipes.recipe.call import Call
from keras_recipes.recipe.part import bounded, part


@part
class SGD:
    """Stochastic gradient descent with momentum, Nesterov's by default."""

    learning_rate: float = bounded(0.1, above=0)
    """The highest rate of the schedule, for a batch of `reference_batch_size`."""
    reference_batch_size: int | None = bounded(128, at_least=1)
    """The rate used is `learning_rate * batch_size / reference_batch_size` (Goyal et al. 2017,
    arXiv:1706.02677, section 2.1); None uses the rate as it stands."""
    momentum: float = bounded(0.9, at_least=0, below=1)
    """Share of the last update that is kept; 0 turns it off."""
    nesterov: bool = True
    """Look ahead by the momentum before the gradient is applied."""
    weight_decay: float = bounded(0.0, at_least=0, below=1)
    """Each step takes `rate * weight_decay` off every weight, but not off bias and normalisation.
    PyTorch's coupled 5e-4 at momentum 0.9 is about 5e-3 here."""

    def peak_rate(self, batch_size: int) -> float:
        """The highest learning rate at this batch size."""
        from keras_recipes.schedules import scale_linearly

        return scale_linearly(self.learning_rate, batch_size, self.reference_batch_size)

    def build(self, learning_rate, model):
        """Args: `learning_rate`, a number or a Keras schedule; `model`, whose weights decay."""
        from keras_recipes.optimizers import sgd

        return sgd(
            learning_rate,
            model,
            momentum=self.momentum,
            nesterov=self.nesterov,
            weight_decay=self.weight_decay,
        )


Optimizer = SGD | Call
