"""What the networks have in common: the names of initializers, activations and normalisations."""

from typing import Literal

from keras_recipes.errors import RecipeError

Initializer = Literal[
    "he_normal", "he_uniform", "glorot_normal", "glorot_uniform", "lecun_normal", "lecun_uniform",
    "orthogonal", "truncated_normal",
]  # fmt: skip

Activation = Literal[
    "relu", "relu6", "leaky_relu", "elu", "selu", "gelu", "silu", "hard_silu", "mish", "softplus",
    "tanh", "sigmoid",
]  # fmt: skip

Normalization = Literal["batch", "group", "layer", "local_response", "none"]

SCALED = ("batch", "group", "layer")
"""The normalisations that learn a scale."""


def check_normalization(model, width: int):
    """Raise `RecipeError` where normalisation, groups and channels do not go together.

    Args:
        model: a part with `normalization` and `groups`.
        width: a number that divides the channels of every layer that is normalised.
    """
    if model.normalization == "group":
        groups = 8 if model.groups is None else model.groups
        if width % groups:
            divisors = [each for each in range(2, width + 1) if width % each == 0] or [1]
            raise RecipeError(
                "model.groups",
                f"must divide the {width} channels of the first layer; got {groups}",
                f"Use {' or '.join(map(str, divisors))}, or a width that is a multiple.",
            )
    elif model.groups is not None:
        raise RecipeError(
            "model.groups",
            f"has no effect on model.normalization={model.normalization!r}; got {model.groups}",
            'Set it to None, or use normalization="group".',
        )
    elif model.normalization == "layer" and width < 2:
        raise RecipeError(
            "model.normalization", "'layer' makes the single channel of width=1 zero everywhere",
            "Use two channels or more, or another normalisation.",
        )  # fmt: skip
