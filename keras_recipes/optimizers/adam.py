"""Adam, and Adam with decoupled decay on weights alone."""

import keras

from keras_recipes.optimizers.make_optimizer import make_optimizer


def adam(learning_rate, model, *, beta_1=0.9, beta_2=0.999, epsilon=1e-7, **settings):
    """`keras.optimizers.Adam` for `model`.

    Source: Kingma & Ba 2015, arXiv:1412.6980, algorithm 1, in the order of section 2's end:
    `epsilon` is added before the bias of the second moment is corrected.

    Args:
        learning_rate: a number or a `LearningRateSchedule`.
        model: the built model that it will train.
        beta_1: share of the mean gradient that is kept, in `[0, 1)`.
        beta_2: share of the mean squared gradient that is kept, in `[0, 1)`.
        epsilon: added to the root of the mean square.
        **settings: clipping, accumulation and averaging, as in `make_optimizer`.
    """
    return make_optimizer(
        keras.optimizers.Adam,
        learning_rate,
        model,
        beta_1=beta_1,
        beta_2=beta_2,
        epsilon=epsilon,
        **settings,
    )


def adamw(
    learning_rate, model, *, beta_1=0.9, beta_2=0.999, epsilon=1e-7, weight_decay=0.01, **settings
):
    """`keras.optimizers.AdamW` for `model`.

    Source: Loshchilov & Hutter 2019, arXiv:1711.05101, algorithm 2, with the decay multiplied by
    the whole learning rate, as PyTorch does too.

    Args:
        learning_rate, model, beta_1, beta_2, epsilon: as in `adam`.
        weight_decay: `learning_rate * weight_decay * weight` a step; 0 gives `adam`.
        **settings: clipping, accumulation and averaging, as in `make_optimizer`.
    """
    # Keras's AdamW takes no None for "no decay".
    return make_optimizer(
        keras.optimizers.AdamW if weight_decay else keras.optimizers.Adam,
        learning_rate,
        model,
        beta_1=beta_1,
        beta_2=beta_2,
        epsilon=epsilon,
        weight_decay=weight_decay,
        **settings,
    )
