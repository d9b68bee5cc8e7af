"""How the weights move: the values behind `optimizer=`."""

from dataclasses import dataclass, fields

from keras_recipes.errors import RecipeError
from keras_recipes.recipe.call import Call
from keras_recipes.recipe.part import bounded, part

_RATES = ("learning_rate", "reference_batch_size")


@dataclass(frozen=True, kw_only=True)
class _Optimizer:
    """What every optimizer has; the classes below add what is their own."""

    learning_rate: float = bounded(above=0)
    """The highest rate of the schedule, for a batch of `reference_batch_size`."""
    reference_batch_size: int | None = bounded(None, at_least=1)
    """The rate used is `learning_rate * batch_size * accumulate / reference_batch_size` (Goyal et
    al. 2017, arXiv:1706.02677, section 2.1); None uses the rate as it stands."""
    clip_norm: float | None = bounded(None, above=0)
    """Longest gradient, all weights taken together; longer ones are scaled down to it."""
    clip_value: float | None = bounded(None, above=0)
    """Largest entry of a gradient, instead of `clip_norm`."""
    accumulate: int = bounded(1, at_least=1)
    """Batches an update, which uses their mean gradient. Schedule and warm-up count updates; what
    an epoch leaves over goes into the next, what a phase leaves over is dropped."""
    ema_momentum: float | None = bounded(None, above=0, below=1)
    """Share of the moving average of the weights that update `t` keeps, at most `t / (9 + t)`.
    Validation, the best model and the test use the average; None keeps none."""
    layer_decay: float = bounded(1.0, above=0, at_most=1)
    """Share of the rate that a stage has of the one above it, the head having the whole rate; a
    stage begins where the image is halved. Source: Howard & Ruder 2018, arXiv:1801.06146, 3.2."""
    bias_multiplier: float = bounded(1.0, above=0)
    """Factor of the rate of every bias outside of normalisation."""
    normalization_multiplier: float = bounded(1.0, above=0)
    """Factor of the rate of the scale and offset of normalisation."""

    def check(self):
        if self.clip_norm is not None and self.clip_value is not None:
            raise RecipeError(
                "optimizer.clip_value",
                f"can't be used beside clip_norm; got {self.clip_value} and {self.clip_norm}",
                "Set one of them to None.",
            )
        if getattr(self, "decay_normalization_and_bias", False) and not self.weight_decay:
            raise RecipeError(
                "optimizer.decay_normalization_and_bias",
                "takes no effect, since weight_decay is 0",
                "Give a weight_decay, or leave it out.",
            )

    def peak_rate(self, batch_size: int) -> float:
        """The highest learning rate at this batch size."""
        from keras_recipes.schedules import scale_linearly

        return scale_linearly(
            self.learning_rate, batch_size * self.accumulate, self.reference_batch_size
        )

    def _settings(self) -> dict:
        """Every field but the rates, as the functions of `keras_recipes.optimizers` name them."""
        names = [each.name for each in fields(self) if each.name not in _RATES]
        return {name: getattr(self, name) for name in names}


@part
class SGD(_Optimizer):
    """Stochastic gradient descent with momentum, Nesterov's by default."""

    learning_rate: float = bounded(0.1, above=0)
    reference_batch_size: int | None = bounded(128, at_least=1)
    momentum: float = bounded(0.9, at_least=0, below=1)
    """Share of the last update that is kept; 0 turns it off."""
    nesterov: bool = True
    """Look ahead by the momentum before the gradient is applied."""
    weight_decay: float = bounded(0.0, at_least=0, below=1)
    """Each update takes `rate * weight_decay` off every weight, but not off bias and
    normalisation. PyTorch's coupled 5e-4 at momentum 0.9 is about 5e-3 here."""
    decay_normalization_and_bias: bool = False
    """Let them decay as well."""

    def build(self, learning_rate, model):
        """Args: `learning_rate`, a number or a Keras schedule; `model`, whose weights decay."""
        from keras_recipes.optimizers import sgd

        return sgd(learning_rate, model, **self._settings())


@part
class Adam(_Optimizer):
    """Adam, without decay. Source: Kingma & Ba 2015, arXiv:1412.6980."""

    learning_rate: float = bounded(1e-3, above=0)
    beta_1: float = bounded(0.9, at_least=0, below=1)
    """Share of the mean gradient that is kept."""
    beta_2: float = bounded(0.999, at_least=0, below=1)
    """Share of the mean squared gradient that is kept."""
    epsilon: float = bounded(1e-7, above=0)
    """Added to the root of the mean square."""

    def build(self, learning_rate, model):
        """Args: as in `SGD`."""
        from keras_recipes.optimizers import adam

        return adam(learning_rate, model, **self._settings())


@part
class AdamW(_Optimizer):
    """Adam with decoupled decay. Source: Loshchilov & Hutter 2019, arXiv:1711.05101."""

    learning_rate: float = bounded(1e-3, above=0)
    beta_1: float = bounded(0.9, at_least=0, below=1)
    """As in `Adam`."""
    beta_2: float = bounded(0.999, at_least=0, below=1)
    """As in `Adam`."""
    epsilon: float = bounded(1e-7, above=0)
    """As in `Adam`."""
    weight_decay: float = bounded(0.05, above=0, below=1)
    """Each update takes `rate * weight_decay` off every weight, as in `SGD`. `Adam` has none."""
    decay_normalization_and_bias: bool = False
    """Let them decay as well."""

    def build(self, learning_rate, model):
        """Args: as in `SGD`."""
        from keras_recipes.optimizers import adamw

        return adamw(learning_rate, model, **self._settings())


@part
class Lion(_Optimizer):
    """Steps of one size, by the sign of the momentum. Source: Chen et al. 2023, arXiv:2302.06675.

    It wants a rate 3 to 10 times smaller than `AdamW`, and a decay as much larger.
    """

    learning_rate: float = bounded(1e-4, above=0)
    beta_1: float = bounded(0.9, above=0, below=1)
    """Share of the momentum in the direction of a step."""
    beta_2: float = bounded(0.99, at_least=0, below=1)
    """Share of the momentum that is kept."""
    weight_decay: float = bounded(0.0, at_least=0)
    """As in `SGD`."""
    decay_normalization_and_bias: bool = False
    """Let them decay as well."""

    def build(self, learning_rate, model):
        """Args: as in `SGD`."""
        from keras_recipes.optimizers import lion

        return lion(learning_rate, model, **self._settings())


@part
class Muon(_Optimizer):
    """Orthogonalised momentum for hidden matrices and convolutions, AdamW for all else.

    Source: Jordan et al. 2024, https://kellerjordan.github.io/posts/muon/.
    """

    learning_rate: float = bounded(0.02, above=0)
    adam_learning_rate: float = bounded(3e-4, above=0)
    """Of the first and last layer, bias, normalisation and embeddings; scaled and scheduled with
    `learning_rate`."""
    momentum: float = bounded(0.95, at_least=0, below=1)
    """Share of the sum of gradients that is kept."""
    nesterov: bool = True
    """Look ahead by the momentum before it is orthogonalised."""
    beta_1: float = bounded(0.9, at_least=0, below=1)
    """Of AdamW."""
    beta_2: float = bounded(0.95, at_least=0, below=1)
    """Of AdamW."""
    epsilon: float = bounded(1e-8, above=0)
    """Of AdamW."""
    weight_decay: float = bounded(0.0, at_least=0, below=1)
    """Each update takes the weight's own rate times `weight_decay` off it, as in `SGD`."""
    decay_normalization_and_bias: bool = False
    """Let them decay as well."""

    def build(self, learning_rate, model):
        """Args: as in `SGD`."""
        from keras_recipes.optimizers import muon

        settings = self._settings()
        ratio = settings.pop("adam_learning_rate") / self.learning_rate
        return muon(learning_rate, model, adam_learning_rate_ratio=ratio, **settings)


def batches_per_update(phase) -> int:
    """Batches whose mean gradient makes an update of a resolved phase."""
    if not isinstance(phase.optimizer, Call):
        return phase.optimizer.accumulate
    stated = dict(phase.optimizer.arguments).get("gradient_accumulation_steps")
    return stated if isinstance(stated, int) and stated > 1 else 1


Optimizer = SGD | Adam | AdamW | Lion | Muon | Call
