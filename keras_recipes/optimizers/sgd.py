"""Stochastic gradient descent with decay on weights alone."""

import keras

from keras_recipes.optimizers.make_optimizer import make_optimizer


def sgd(learning_rate, model, *, momentum=0.9, nesterov=True, weight_decay=0.0, **settings):
    """`keras.optimizers.SGD` for `model`.

    Args:
        learning_rate: a number or a `LearningRateSchedule`.
        model: the built model that it will train.
        momentum: in `[0, 1)`.
        nesterov: Nesterov's momentum; without momentum it means nothing.
        weight_decay: Keras's decoupled decay, `learning_rate * weight_decay * weight` a step.
        **settings: clipping, accumulation and averaging, as in `make_optimizer`.
    """
    return make_optimizer(
        keras.optimizers.SGD,
        learning_rate,
        model,
        momentum=momentum,
        nesterov=nesterov and momentum > 0,
        weight_decay=weight_decay,
        **settings,
    )
