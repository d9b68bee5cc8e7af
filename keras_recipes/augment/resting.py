"""Augmentation with the mixing of labels left out, for the last epochs of a training."""

# KerasCV's and Keras's, which say nothing of it themselves.
_MIXING = ("CutMix", "FourierMix", "MixUp")


def mixes_labels(layer):
    """Whether a layer mixes the labels of a batch, itself or by a layer that it holds.

    Args:
        layer: a layer that says so by an attribute `mixes_labels`, or one of KerasCV's or Keras's
            `MixUp`, `CutMix` and `FourierMix`; any other does not.
    """
    return bool(getattr(layer, "mixes_labels", type(layer).__name__ in _MIXING))


def resting(layer):
    """The function that stands for a layer while mixing rests.

    Returns:
        None if all that the layer does is mix; the layer itself if it doesn't mix; for one that
        holds others its `rest`, which does the same by the same draws, without those that mix.
    """
    if not mixes_labels(layer):
        return layer
    return getattr(layer, "rest", None)
