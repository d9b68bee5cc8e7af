"""What each published backbone wants of its images, as layers inside the network.

Every family of `keras.applications` was trained on images of another range, and nothing fails when
it is given the wrong one: features are only worse. Inside the network it can't be forgotten.
"""

from keras import layers, ops

from keras_recipes.backbones import BACKBONES
from keras_recipes.errors import RecipeError, did_you_mean

_CAFFE_MEAN = (103.939, 116.779, 123.68)
_TORCH_MEAN = (0.485, 0.456, 0.406)
_TORCH_DEVIATION = (0.229, 0.224, 0.225)


def preprocess_for(backbone: str, images):
    """Bring images to what the weights of a published backbone were trained on.

    To within rounding it is the `preprocess_input` of the backbone's own module, in float32
    whatever the policy, and made of built-in layers and operations: a model that holds it loads
    with Keras alone and takes images as they are.

    Args:
        backbone: name in `keras.applications`, such as `"MobileNet"`.
        images: symbolic or not, `(batch, height, width, channels)`, 0..255; one channel, grey, is
            taken three times, three are red, green and blue.

    Returns:
        float32 images `(batch, height, width, 3)`, in the range that the backbone wants.

    Raises:
        RecipeError: if there is no such backbone, or the images have other channels.

    Example:
        ```python
        inputs = keras.Input((128, 128, 3))  # uint8 will do
        backbone = keras.applications.MobileNet(include_top=False, input_shape=(128, 128, 3))
        features = backbone(preprocess_for("MobileNet", inputs))
        ```
    """
    if backbone not in BACKBONES:
        raise RecipeError(
            "backbone", f"is {backbone!r}, which keras.applications does not have",
            did_you_mean(str(backbone), BACKBONES),
        )  # fmt: skip
    mode = BACKBONES[backbone]
    x = as_rgb(backbone, images)
    if mode == "tf":
        return layers.Rescaling(1 / 127.5, offset=-1.0, dtype="float32")(x)
    if mode == "caffe":
        return _standardize(ops.flip(x, axis=-1), _CAFFE_MEAN, (1.0,) * 3)
    if mode == "torch":
        deviation = [255.0 * each for each in _TORCH_DEVIATION]
        return _standardize(x, [255.0 * each for each in _TORCH_MEAN], deviation)
    return x


def as_rgb(backbone: str, images):
    """Images of three channels in float32: grey ones are taken three times.

    Args:
        backbone: what an error calls the network that takes them.
        images: `(batch, height, width, channels)`.

    Raises:
        RecipeError: if they have neither one channel nor three.
    """
    channels = images.shape[-1]
    if channels not in (1, 3):
        raise RecipeError(
            "backbone", f"{backbone} takes images of 3 channels, or of 1; got {channels}",
            "Use colour or grey images.",
        )  # fmt: skip
    x = ops.cast(images, "float32")
    return ops.repeat(x, 3, axis=-1) if channels == 1 else x


def _standardize(x, mean, deviation):
    variance = [each**2 for each in deviation]
    return layers.Normalization(mean=list(mean), variance=variance, dtype="float32")(x)
