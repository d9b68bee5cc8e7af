"""The loss of SimCLR, and how often it would choose right."""

import keras
from keras import ops

from keras_recipes.errors import RecipeError

_FAR = -1e9
"""Added to a similarity that is not to count."""


def nt_xent(embeddings, images, temperature):
    """The normalised temperature-scaled cross-entropy of each view.

    `-log(exp(s_ij / t) / sum over k != i of exp(s_ik / t))`, where `s` is the cosine of two
    embeddings, and `i` and `j` are views of one image. Where an image has more than two views, it
    is averaged over the others of them.
    Source: SimCLR, Chen et al. 2020, arXiv:2002.05709, equation 1.

    Args:
        embeddings: float `(views, size)`; of any length but 0.
        images: which image each is a view of: numbers `(views,)`, two or more the same.
        temperature: above 0.

    Returns:
        float32 `(views,)`.
    """
    similarity, same, itself = _compare(embeddings, images)
    log_share = ops.log_softmax(similarity / temperature + _FAR * itself, axis=-1)
    positives = same - itself
    # A view that is alone has nothing to be near to, and costs nothing.
    count = ops.maximum(ops.sum(positives, axis=-1), 1.0)
    return -ops.sum(positives * log_share, axis=-1) / count


def nearest_view(images, embeddings):
    """Whether the nearest other embedding is of the same image: float32 `(views,)`, 0 or 1.

    Takes its arguments as a Keras metric: `keras.metrics.MeanMetricWrapper(nearest_view)`.
    """
    similarity, same, itself = _compare(embeddings, images)
    nearest = ops.argmax(similarity + _FAR * itself, axis=-1)
    return ops.squeeze(ops.take_along_axis(same, ops.expand_dims(nearest, -1), axis=-1), -1)


def _compare(embeddings, images):
    """(cosines, whether two are of one image, whether two are one), float32 `(views, views)`."""
    embeddings = ops.cast(embeddings, "float32")
    square = ops.sum(ops.square(embeddings), axis=-1, keepdims=True)
    unit = embeddings * ops.rsqrt(ops.maximum(square, 1e-12))
    similarity = ops.matmul(unit, ops.transpose(unit))
    images = ops.reshape(images, (ops.shape(embeddings)[0], -1))[:, 0]
    same = ops.cast(ops.equal(images[:, None], images[None, :]), "float32")
    places = ops.arange(ops.shape(embeddings)[0])
    itself = ops.cast(ops.equal(places[:, None], places[None, :]), "float32")
    return similarity, same, itself


@keras.saving.register_keras_serializable("keras_recipes")
class NTXent(keras.losses.Loss):
    """`nt_xent` as a Keras loss: targets say which image each row is a view of.

    All other images of a batch are what a view is to be told from, so larger batches teach more.
    Where several devices share a batch, each has the others of its own share.

    Args:
        temperature: above 0; small ones mind the most similar of the other images. 0.5 was best on
            CIFAR-10, 0.1 on ImageNet (arXiv:2002.05709, appendix B.9, and table 5).
        **kwargs: of `keras.losses.Loss`.

    Raises:
        RecipeError: if `temperature` is not above 0.
    """

    def __init__(self, temperature=0.5, name="nt_xent", **kwargs):
        super().__init__(name=name, **kwargs)
        if isinstance(temperature, bool) or not temperature > 0:
            raise RecipeError(
                "NTXent: temperature", f"must be above 0; got {temperature!r}", "Use 0.5."
            )
        self.temperature = float(temperature)

    def call(self, y_true, y_pred):
        return nt_xent(y_pred, y_true, self.temperature)

    def get_config(self):
        return {**super().get_config(), "temperature": self.temperature}
