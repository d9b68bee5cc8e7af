"""Lion: steps of the same size everywhere, in the direction of the momentum's sign."""

import keras

from keras_recipes.optimizers.make_optimizer import make_optimizer


def lion(learning_rate, model, *, beta_1=0.9, beta_2=0.99, weight_decay=0.0, **settings):
    """`keras.optimizers.Lion` for `model`.

    Every weight moves by the learning rate in each step, which so wants to be 3 to 10 times
    smaller than AdamW's, and the decay as much larger.
    Source: Chen et al. 2023, arXiv:2302.06675, program 1 and section 5.

    Args:
        learning_rate: a number or a `LearningRateSchedule`.
        model: the built model that it will train.
        beta_1: share of the momentum in the step's direction, in `(0, 1)`.
        beta_2: share of the momentum that is kept, in `[0, 1)`.
        weight_decay: `learning_rate * weight_decay * weight` a step.
        **settings: clipping, accumulation and averaging, as in `make_optimizer`.
    """
    return make_optimizer(
        keras.optimizers.Lion,
        learning_rate,
        model,
        beta_1=beta_1,
        beta_2=beta_2,
        weight_decay=weight_decay,
        **settings,
    )
