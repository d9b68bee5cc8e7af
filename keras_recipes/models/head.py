"""The end of a network: from a vector of features to logits."""

from keras import layers


def logits(x, num_classes, dropout=0.0, initializer="glorot_uniform"):
    """The last layer, which computes in float32 whatever the policy.

    Args:
        x: symbolic features `(batch, features)`.
        num_classes: number of logits.
        dropout: share of the features that are dropped while training, in [0, 1).
        initializer: of the weights; Keras's name.

    Returns:
        symbolic float32 logits `(batch, num_classes)`.
    """
    if dropout:
        x = layers.Dropout(dropout)(x)
    # Softmax in half precision has no gradient on examples that are confidently wrong.
    last = layers.Dense(num_classes, kernel_initializer=initializer, dtype="float32", name="logits")
    return last(x)
