"""What the layers of a network are made of: initializer, activation and normalisation."""

from dataclasses import dataclass

from keras import layers

from keras_recipes.errors import RecipeError
from keras_recipes.models.local_response import local_response_normalization
from keras_recipes.models.requirements import require_choice, require_count

INITIALIZERS = (
    "he_normal", "he_uniform", "glorot_normal", "glorot_uniform", "lecun_normal", "lecun_uniform",
    "orthogonal", "truncated_normal",
)  # fmt: skip
ACTIVATIONS = (
    "relu", "relu6", "leaky_relu", "elu", "selu", "gelu", "silu", "hard_silu", "mish", "softplus",
    "tanh", "sigmoid",
)  # fmt: skip
NORMALIZATIONS = ("batch", "group", "layer", "local_response", "none")
SCALED = ("batch", "group", "layer")
"""Those that learn a scale and an offset, which takes the place of a bias before them."""
DEFAULT_GROUPS = 8


@dataclass(frozen=True, kw_only=True)
class LayerChoices:
    """Made once, used throughout a network.

    Args:
        initializer: of the kernels, by Keras's name, one of `INITIALIZERS`. The last layer keeps
            Keras's own, "glorot_uniform".
        activation: by Keras's name, one of `ACTIVATIONS`.
        normalization: "batch": Ioffe & Szegedy 2015, arXiv:1502.03167. "group": Wu & He 2018,
            arXiv:1803.08494; over the image and the channels of a group. "layer": Ba et al. 2016,
            arXiv:1607.06450; over the channels of each pixel (for all of an image at once: one
            group). "local_response": Krizhevsky et al. 2012; after the activation. "none".
        groups: of "group"; None for 8. Has no meaning for another normalisation.
    """

    initializer: str = "he_normal"
    activation: str = "relu"
    normalization: str = "batch"
    groups: int | None = None

    def check(self, place: str, *widths: int):
        """Raise `RecipeError` where a choice is unknown, or does not fit a number of channels.

        Args:
            place: what is being built, as an error begins: `"conv_net"`.
            *widths: the numbers of channels that are normalised.
        """
        require_choice(f"{place}: initializer", self.initializer, INITIALIZERS)
        require_choice(f"{place}: activation", self.activation, ACTIVATIONS)
        require_choice(f"{place}: normalization", self.normalization, NORMALIZATIONS)
        if self.normalization != "group":
            if self.groups is not None:
                raise RecipeError(
                    f"{place}: groups", f"has no effect on normalization={self.normalization!r}",
                    'Leave it None, or use normalization="group".',
                )  # fmt: skip
            if self.normalization == "layer" and min(widths) < 2:
                raise RecipeError(
                    f"{place}: normalization", "'layer' makes a single channel zero everywhere",
                    'Use two channels or more, or normalization="batch".',
                )  # fmt: skip
            return
        groups = self._groups()
        require_count(f"{place}: groups", groups)
        for width in widths:
            if width % groups:
                raise RecipeError(
                    f"{place}: groups", f"must divide the {width} channels; got {groups}",
                    "Use a divisor of them, or a width that is a multiple.",
                )  # fmt: skip

    def convolve(self, x, filters, kernel_size=3, stride=1, *, before_normalization=True):
        """A convolution that keeps the size of the image, or divides it by `stride`.

        Args:
            x: symbolic images `(batch, height, width, channels)`.
            filters: channels of the result.
            kernel_size: side of the square kernel.
            stride: pixels from one window to the next.
            before_normalization: whether `normalize` follows; then there is no bias where that
                learns an offset.
        """
        return layers.Conv2D(
            filters,
            kernel_size,
            strides=stride,
            padding="same",
            use_bias=not (before_normalization and self.normalization in SCALED),
            kernel_initializer=self.initializer,
        )(x)

    def dense(self, x, units, *, before_normalization=True):
        """A dense layer without its activation; `before_normalization` as in `convolve`."""
        return layers.Dense(
            units,
            use_bias=not (before_normalization and self.normalization in SCALED),
            kernel_initializer=self.initializer,
        )(x)

    def normalize(self, x, *, zero_scale=False):
        """The normalisation alone; with `zero_scale` its scale starts at 0, where it has one."""
        scale = "zeros" if zero_scale else "ones"
        if self.normalization == "batch":
            # PyTorch's momentum 0.9 and epsilon: Keras's 0.99 lags behind a rate that falls fast.
            layer = layers.BatchNormalization(momentum=0.9, epsilon=1e-5, gamma_initializer=scale)
        elif self.normalization == "group":
            layer = layers.GroupNormalization(self._groups(), epsilon=1e-5, gamma_initializer=scale)
        elif self.normalization == "layer":
            layer = layers.LayerNormalization(epsilon=1e-5, gamma_initializer=scale)
        elif self.normalization == "local_response":
            return local_response_normalization(x)
        else:
            return x
        return layer(x)

    def activate(self, x):
        """The activation alone."""
        if self.activation == "relu":
            return layers.ReLU()(x)
        return layers.Activation(self.activation)(x)

    def normalize_and_activate(self, x):
        """Both, in the order of the normalisation's source."""
        if self.normalization == "local_response":
            return self.normalize(self.activate(x))
        return self.activate(self.normalize(x))

    def _groups(self):
        return DEFAULT_GROUPS if self.groups is None else self.groups
