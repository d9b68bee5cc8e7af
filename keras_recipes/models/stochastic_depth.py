"""Stochastic depth of Huang et al. 2016 (arXiv:1603.09382), of Keras's own Dropout."""

from keras import layers

from keras_recipes.models.requirements import require_rate


def stochastic_depth(x, rate):
    """Drop a residual branch as a whole, for each example by a throw of its own.

    While training the branch of an example is zero with probability `rate` and divided by
    `1 - rate` otherwise, so that its expectation is kept; at inference it passes as it is. The
    paper throws once a batch and scales at inference instead. A `keras.layers.Dropout`, whose
    state a saved model keeps, does it.
    Source: Huang et al. 2016, arXiv:1603.09382, section 3.

    Args:
        x: symbolic output of the branch, `(batch, ...)`, before it is added to the shortcut.
        rate: probability that an example goes without, in [0, 1).

    Returns:
        symbolic tensor of the shape of `x`.

    Raises:
        RecipeError: if `rate` is outside [0, 1).

    Example:
        >>> residual = keras.layers.Conv2D(16, 3, padding="same")(x)
        >>> x = keras.layers.Add()([x, stochastic_depth(residual, 0.2)])
    """
    require_rate("stochastic_depth: rate", rate)
    if not rate:
        return x
    return layers.Dropout(rate, noise_shape=(None,) + (1,) * (len(x.shape) - 1))(x)


def linear_rates(last, blocks):
    """The rate of each block, rising in equal steps to `last`: `last * l / blocks`, l = 1, 2, ...

    Early blocks, on whose features all others build, are dropped least.
    Source: Huang et al. 2016, arXiv:1603.09382, equation 4, whose p_L is `1 - last` = 0.5.

    Args:
        last: rate of the last block, in [0, 1).
        blocks: how many blocks there are.

    Returns:
        list of `blocks` rates.
    """
    return [last * block / blocks for block in range(1, blocks + 1)]
