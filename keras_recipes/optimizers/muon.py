"""Muon: momentum, orthogonalised, for the matrices of a network; AdamW for the rest."""

import math

import keras
from keras import ops

from keras_recipes.errors import RecipeError
from keras_recipes.optimizers.make_optimizer import make_optimizer
from keras_recipes.optimizers.orthogonalize import orthogonalize


def muon(
    learning_rate,
    model,
    *,
    adam_learning_rate_ratio=0.015,
    momentum=0.95,
    nesterov=True,
    beta_1=0.9,
    beta_2=0.95,
    epsilon=1e-8,
    weight_decay=0.0,
    **settings,
):
    """`Muon` for `model`, with AdamW for its first and last kernel and for embeddings.

    Args:
        learning_rate: a number or a `LearningRateSchedule`, for the matrices.
        model: the built model that it will train. Its first and last kernels, in the order of
            `model.weights`, are taken for those of the input and of the head.
        adam_learning_rate_ratio, momentum, nesterov, beta_1, beta_2, epsilon: as in `Muon`.
        weight_decay: each update takes its rate times `weight_decay` off a weight.
        **settings: clipping, accumulation and averaging, as in `make_optimizer`.
    """
    return make_optimizer(
        Muon,
        learning_rate,
        model,
        adam_learning_rate_ratio=adam_learning_rate_ratio,
        momentum=momentum,
        nesterov=nesterov,
        beta_1=beta_1,
        beta_2=beta_2,
        epsilon=epsilon,
        adam_paths=input_and_output_paths(model),
        weight_decay=weight_decay,
        **settings,
    )


def input_and_output_paths(model):
    """The paths of the trainable kernels that are not between two hidden layers.

    Source: Jordan et al. 2024, https://kellerjordan.github.io/posts/muon/: the first and the last
    layer and embeddings are better trained with AdamW.
    """
    kernels = [each for each in model.weights if len(each.shape) >= 2]
    ends = {id(each) for each in (*kernels[:1], *kernels[-1:])}
    return sorted(
        each.path
        for each in model.trainable_variables
        if id(each) in ends or (len(each.shape) >= 2 and "embedding" in each.path.lower())
    )


@keras.saving.register_keras_serializable(package="keras_recipes")
class Muon(keras.optimizers.Optimizer):
    """Muon for matrices and kernels of images' convolutions, AdamW for everything else.

    The momentum of a kernel, as a matrix of `(inputs, outputs)` with the height and width of a
    convolution among the inputs, is orthogonalised (see `orthogonalize`) and multiplied by
    `sqrt(max(1, outputs / inputs))`. Weight decay is decoupled, each variable at its own rate.
    Source: Jordan et al. 2024, https://kellerjordan.github.io/posts/muon/ and
    https://github.com/KellerJordan/Muon.

    `keras.optimizers.Muon` trains convolutions with AdamW (3.15), or scales by inputs over
    outputs, as though its kernels lay as PyTorch's do (3.10).

    Variables of another rank than 2 and 4 (an attention's kernels have 3), those with one input
    or one output (depthwise convolutions), and those named in `adam_paths` go by AdamW.

    Args:
        learning_rate: rate of the matrices, a number or a `LearningRateSchedule`.
        adam_learning_rate_ratio: the others' rate as a share of it; 3e-4 beside 0.02 is 0.015.
        momentum: in `[0, 1)`.
        nesterov: Nesterov's momentum.
        beta_1, beta_2, epsilon: of AdamW.
        adam_paths: paths of further variables that go by AdamW; see `muon`, which finds them.
        **kwargs: as any Keras optimizer's.

    Raises:
        RecipeError: when it is built, if a path is none of its variables'.
    """

    def __init__(
        self,
        learning_rate=0.02,
        adam_learning_rate_ratio=0.015,
        momentum=0.95,
        nesterov=True,
        beta_1=0.9,
        beta_2=0.95,
        epsilon=1e-8,
        adam_paths=(),
        **kwargs,
    ):
        super().__init__(learning_rate=learning_rate, **kwargs)
        self.adam_learning_rate_ratio = adam_learning_rate_ratio
        self.momentum = momentum
        self.nesterov = nesterov
        self.beta_1 = beta_1
        self.beta_2 = beta_2
        self.epsilon = epsilon
        self.adam_paths = sorted(adam_paths)

    def uses_muon(self, variable):
        """Whether `variable`, a `keras.Variable`, is orthogonalised."""
        return len(variable.shape) in (2, 4) and (
            min(_sides(variable.shape)) > 1 and variable.path not in self.adam_paths
        )

    def build(self, variables):
        """Make the momentum of each variable, and the second moment of those that need one."""
        if self.built:
            return
        unknown = set(self.adam_paths) - {each.path for each in variables}
        if unknown:
            raise RecipeError(
                "Muon.adam_paths",
                f"must be paths of variables that it trains; got {', '.join(sorted(unknown))}",
                "Take the paths from model.trainable_variables, or use "
                "keras_recipes.optimizers.muon.",
            )
        super().build(variables)
        self._momentums = self.add_optimizer_variables(variables, "momentum")
        self._velocities = [
            None
            if self.uses_muon(each)
            else self.add_variable_from_reference(each, name="velocity")
            for each in variables
        ]

    def update_step(self, gradient, variable, learning_rate):
        """Update one variable and what belongs to it."""
        rate = ops.cast(learning_rate, variable.dtype)
        gradient = ops.cast(gradient, variable.dtype)
        index = self._get_variable_index(variable)
        momentum, velocity = self._momentums[index], self._velocities[index]
        if velocity is None:
            update = self._muon_update(gradient, momentum)
        else:
            rate = rate * self.adam_learning_rate_ratio
            update = self._adam_update(gradient, momentum, velocity)
        if self.weight_decay and self._use_weight_decay(variable):
            update = update + self.weight_decay * variable
        self.assign_sub(variable, rate * update)

    def _muon_update(self, gradient, momentum):
        self.assign(momentum, self.momentum * momentum + gradient)
        direction = gradient + self.momentum * momentum if self.nesterov else momentum
        inputs, outputs = _sides(gradient.shape)
        update = orthogonalize(ops.reshape(direction, (inputs, outputs)))
        return math.sqrt(max(1.0, outputs / inputs)) * ops.reshape(update, gradient.shape)

    def _adam_update(self, gradient, momentum, velocity):
        step = ops.cast(self.iterations + 1, gradient.dtype)
        self.assign_add(momentum, (1 - self.beta_1) * (gradient - momentum))
        self.assign_add(velocity, (1 - self.beta_2) * (ops.square(gradient) - velocity))
        mean = momentum / (1 - ops.power(self.beta_1, step))
        square = velocity / (1 - ops.power(self.beta_2, step))
        return mean / (ops.sqrt(square) + self.epsilon)

    def _apply_weight_decay(self, variables):
        """Nothing: Keras would use one rate for all, so `update_step` decays."""

    def get_config(self):
        return {
            **super().get_config(),
            "adam_learning_rate_ratio": self.adam_learning_rate_ratio,
            "momentum": self.momentum,
            "nesterov": self.nesterov,
            "beta_1": self.beta_1,
            "beta_2": self.beta_2,
            "epsilon": self.epsilon,
            "adam_paths": list(self.adam_paths),
        }


def _sides(shape):
    """(inputs, outputs) of a kernel: the last axis is Keras's axis of outputs."""
    return math.prod(shape[:-1]), shape[-1]
