"""What every optimizer of this package takes: decay, clipping, accumulation and averaging."""

from numbers import Real

from keras_recipes.errors import RecipeError
from keras_recipes.optimizers.decay import decay_weights_alone
from keras_recipes.optimizers.layer_decay import layer_multipliers
from keras_recipes.optimizers.layer_rates import scale_learning_rates
from keras_recipes.optimizers.moving_average import average_weights
from keras_recipes.schedules import count_updates


def make_optimizer(
    optimizer_class,
    learning_rate,
    model,
    *,
    weight_decay=0.0,
    decay_normalization_and_bias=False,
    clip_norm=None,
    clip_value=None,
    accumulate=1,
    ema_momentum=None,
    layer_decay=1.0,
    bias_multiplier=1.0,
    normalization_multiplier=1.0,
    **own,
):
    """An optimizer for `model`, of any of Keras's classes.

    In each update: the gradients of `accumulate` batches are averaged, the average is clipped,
    weights decay, the optimizer's own rule is applied, and the moving average follows.

    Args:
        optimizer_class: a `keras.optimizers.Optimizer` class, called with `own` besides.
        learning_rate: a number or a `LearningRateSchedule` over batches; with accumulation see
            `keras_recipes.schedules.rates_per_batch`.
        model: the built model that it will train.
        weight_decay: decoupled: each update takes `learning_rate * weight_decay` off a weight.
        decay_normalization_and_bias: let every variable decay, which is Keras's own default,
            instead of those of rank 2 and above; see `decay_weights_alone`.
        clip_norm: longest gradient, all variables taken as one vector (Pascanu et al. 2013,
            arXiv:1211.5063, algorithm 1). Keras's `clipnorm` is for each variable by itself.
        clip_value: largest entry of the gradient.
        accumulate: batches an update. Batches of one size give the update of one batch
            `accumulate` times as large, except that batch normalisation sees the small ones.
        ema_momentum: keep the moving average of the weights, see `MovingAverage`; the callback
            `keras_recipes.callbacks.AveragedWeights` brings it to use.
        layer_decay, bias_multiplier, normalization_multiplier: how the learning rate falls from
            the head to the input, and what bias and normalisation have of it; `decay`, `bias` and
            `normalization` of `layer_multipliers`.

    Returns:
        The optimizer, in a `MovingAverage` if there is an `ema_momentum`.

    Raises:
        RecipeError: if both ways to clip are given, or a number is out of its range.

    Example:

    ```python
    optimizer = make_optimizer(keras.optimizers.Nadam, 1e-3, model, clip_norm=1.0, accumulate=4)
    ```
    """
    if clip_norm is not None and clip_value is not None:
        raise RecipeError(
            "clip_value",
            f"can't be used beside clip_norm; got {clip_value!r} and {clip_norm!r}",
            "Clip by one of them.",
        )
    for name, limit in (("clip_norm", clip_norm), ("clip_value", clip_value)):
        if limit is not None and not (isinstance(limit, Real) and limit > 0):
            raise RecipeError(
                name, f"must be a number above 0, or None; got {limit!r}", "Use 1.0, for example."
            )
    count_updates(accumulate, accumulate)  # says what is wrong with it
    optimizer = optimizer_class(
        float(learning_rate) if isinstance(learning_rate, Real) else learning_rate,
        weight_decay=weight_decay or None,
        global_clipnorm=clip_norm,
        clipvalue=clip_value,
        gradient_accumulation_steps=accumulate if accumulate > 1 else None,
        **own,
    )
    if not decay_normalization_and_bias:
        decay_weights_alone(optimizer, model)
    if (layer_decay, bias_multiplier, normalization_multiplier) != (1.0, 1.0, 1.0):
        multipliers = layer_multipliers(
            model, decay=layer_decay, bias=bias_multiplier, normalization=normalization_multiplier
        )
        optimizer = scale_learning_rates(optimizer, multipliers)
    if ema_momentum is not None:
        return average_weights(optimizer, model, ema_momentum)
    return optimizer
