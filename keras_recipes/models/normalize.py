"""Input normalisation as part of the network, so that a saved model takes images as they are."""

from keras import layers


def normalize(inputs, mean, variance):
    """Standardise each channel by statistics that are known beforehand.

    In float32 whatever the policy, since half precision has no room for fractions beside 255.

    Args:
        inputs: symbolic images `(batch, height, width, channels)`.
        mean: `channels` numbers, or None to return the inputs as they are.
        variance: `channels` numbers; one that is zero divides by a tiny number instead.
    """
    if mean is None:
        return inputs
    return layers.Normalization(mean=list(mean), variance=list(variance), dtype="float32")(inputs)
