"""Stochastic gradient descent with decay on weights alone."""

import keras

from keras_recipes.optimizers.decay import decay_weights_alone


def sgd(learning_rate, model, *, momentum=0.9, nesterov=True, weight_decay=0.0):
    """`keras.optimizers.SGD` for `model`.

    Args:
        learning_rate: a number or a `LearningRateSchedule`.
        model: the built model that it will train; see `decay_weights_alone`.
        momentum: in `[0, 1)`.
        nesterov: Nesterov's momentum; without momentum it means nothing.
        weight_decay: Keras's decoupled decay, `learning_rate * weight_decay * weight` a step.
    """
    optimizer = keras.optimizers.SGD(
        learning_rate,
        momentum=momentum,
        nesterov=nesterov and momentum > 0,
        weight_decay=weight_decay or None,
    )
    return decay_weights_alone(optimizer, model)
