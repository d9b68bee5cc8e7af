"""MixUp: images and labels blended in pairs."""

from keras_recipes.augment.float32_policy import float32_policy
from keras_recipes.bounds import require_number

# Below, both of the gamma draws that make up a share underflow float32 too often: the share is
# then 1/2, the one value that should be rare. At 0.05 it happens to 1 image in 6,000.
_SMALLEST_ALPHA = 0.05


def mixup(alpha=0.2):
    """Blend each image and its label with another's of the batch, in the same shares.

    KerasCV's layer, the one of its that a part builds: its labels are exact, each image has its
    own share, and it is as fast as any (docs/speed.md). Where a part has a layer of our own, that
    layer's docstring or docs/parts.md says why.

    The share is drawn from Beta(alpha, alpha) for each image.
    Source: Zhang et al. 2018, arXiv:1710.09412 (0.2 for ImageNet, 1 for CIFAR-10).

    The layer takes a dict of `"images"` and one-hot float `"labels"`.

    Args:
        alpha: at least 0.05; 0.2 mostly leaves one image dominant, 1 makes all shares alike.

    Returns:
        `keras_cv.layers.MixUp`.

    Raises:
        RecipeError: if `alpha` is less than 0.05, or no finite number.

    Example:
        ```python
        mix = mixup(alpha=0.2)
        dataset = dataset.map(lambda images, labels: mix({"images": images, "labels": labels}))
        ```
    """
    alpha = require_number("mixup.alpha", alpha, at_least=_SMALLEST_ALPHA)
    import keras_cv

    with float32_policy():
        return keras_cv.layers.MixUp(alpha=alpha)
