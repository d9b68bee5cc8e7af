"""From the features of a backbone to a vector for each image."""

from keras import layers

from keras_recipes.errors import RecipeError

POOLINGS = ("average", "max", "both", "none", "token", None)


def pooled(x, pooling, leading_tokens=0):
    """The features of each image as a vector.

    Args:
        x: symbolic features: an image `(batch, height, width, channels)`; a sequence
            `(batch, tokens, channels)`; or `(batch, channels)`, which is returned as it is.
        pooling: the "average" or "max" of each channel over the pixels or patches, "both",
            "none" for every one of them, or "token" for the class token of a sequence; None is
            "token" where there is one, "average" elsewhere.
        leading_tokens: those of a sequence that are no patch: the class token, and what follows it.

    Returns:
        symbolic `(batch, features)`.

    Raises:
        RecipeError: if there is no class token to take.
    """
    if len(x.shape) == 2:
        return x
    if pooling is None:
        pooling = "token" if leading_tokens else "average"
    if pooling == "token":
        if not leading_tokens:
            raise RecipeError(
                "model.pooling", 'is "token", and the backbone has no class token',
                'Use "average", or leave it out.',
            )  # fmt: skip
        return layers.Flatten()(layers.Cropping1D((0, x.shape[1] - 1))(x))
    if leading_tokens:
        x = layers.Cropping1D((leading_tokens, 0))(x)
    if pooling == "none":
        return layers.Flatten()(x)
    average, most = layers.GlobalAveragePooling2D, layers.GlobalMaxPooling2D
    if len(x.shape) == 3:
        average, most = layers.GlobalAveragePooling1D, layers.GlobalMaxPooling1D
    if pooling == "both":
        return layers.Concatenate()([average()(x), most()(x)])
    return (average if pooling == "average" else most)()(x)
