"""Small members of KerasHub's families of image backbones, saved as presets; no network."""

import numpy as np
import pytest

keras_hub = pytest.importorskip("keras_hub", reason="keras-hub is not installed")

CONFIGS = {
    "ResNet": {
        "input_conv_filters": [64], "input_conv_kernel_sizes": [3],
        "stackwise_num_filters": [64, 16], "stackwise_num_blocks": [1, 1],
        "stackwise_num_strides": [1, 2], "block_type": "basic_block",
    },
    "CSPNet": {
        "stem_filters": 8, "stem_kernel_size": 3, "stem_strides": 1, "stackwise_depth": [1, 1],
        "stackwise_strides": [1, 2], "stackwise_num_filters": [8, 16], "block_type": "dark_block",
        "stage_type": "dark",
    },
    "DenseNet": {"stackwise_num_repeats": [1, 1, 1], "growth_rate": 4},
    "VGG": {"stackwise_num_repeats": [1, 1, 1], "stackwise_num_filters": [4, 8, 8]},
    "Xception": {
        "stackwise_conv_filters": [[8, 16], [16, 24], [32, 32]],
        "stackwise_pooling": [True, True, False],
    },
    "EfficientNet": {
        "stackwise_kernel_sizes": [3, 3], "stackwise_num_repeats": [1, 1],
        "stackwise_input_filters": [8, 8], "stackwise_output_filters": [8, 16],
        "stackwise_expansion_ratios": [2, 2], "stackwise_strides": [1, 2],
        "stackwise_squeeze_and_excite_ratios": [0, 0.25],
        "stackwise_block_types": ["fused", "unfused"],
        "stackwise_width_coefficients": [1.0, 1.0], "stackwise_depth_coefficients": [1.0, 1.0],
    },
    "MobileNet": {
        "stackwise_expansion": [[16], [16]], "stackwise_num_blocks": [1, 1],
        "stackwise_num_filters": [[8], [16]], "stackwise_kernel_size": [[3], [3]],
        "stackwise_num_strides": [[2], [2]], "stackwise_se_ratio": [[None], [0.25]],
        "stackwise_activation": [["relu"], ["hard_swish"]], "stackwise_padding": [[1], [1]],
        "output_num_filters": 16, "input_activation": "hard_swish",
        "output_activation": "hard_swish", "input_num_filters": 8, "depthwise_filters": 8,
        "depthwise_stride": 2, "depthwise_residual": False, "last_layer_filter": 16,
        "squeeze_and_excite": 0.5,
    },
    "MiT": {
        "layerwise_depths": [1, 2], "num_layers": 2, "layerwise_num_heads": [1, 1],
        "layerwise_sr_ratios": [2, 1], "max_drop_path_rate": 0.1, "layerwise_patch_sizes": [7, 3],
        "layerwise_strides": [4, 2], "hidden_dims": [8, 8],
    },
    "ViT": {
        "patch_size": 8, "num_layers": 3, "num_heads": 2, "hidden_dim": 8, "mlp_dim": 16,
    },
    "DeiT": {
        "patch_size": 8, "num_layers": 2, "num_heads": 2, "hidden_dim": 8, "intermediate_dim": 16,
    },
    "DINOV2": {
        "patch_size": 8, "num_layers": 2, "num_heads": 2, "hidden_dim": 8, "intermediate_dim": 16,
        "num_register_tokens": 2, "position_embedding_shape": (32, 32, 3),
    },
    "DINOV3": {
        "patch_size": 8, "num_layers": 2, "num_heads": 2, "hidden_dim": 8, "intermediate_dim": 16,
    },
    "SwinTransformer": {
        "embed_dim": 8, "depths": (2, 1), "num_heads": (2, 2), "window_size": 4, "patch_size": 4,
    },
}  # fmt: skip
"""By the name of a family, which is its class's without `Backbone`: a few thousand weights."""

PREPARATIONS = {
    "ResNet": {"scale": [1 / 58.4, 1 / 57.1, 1 / 57.4], "offset": [-2.12, -2.04, -1.80]},
    "VGG": {"scale": [1.0, 1.0, 1.0], "offset": [-123.68, -116.779, -103.939]},
    "MobileNet": {"scale": 1 / 127.5, "offset": -1.0},
    "ViT": {"scale": 1 / 255, "image_size": (32, 32)},
    "Xception": {},
}
"""What some of the presets do to an image after resizing; the others scale it to 0 to 1."""


def save_preset(folder, family, side=32, prepared=True, **changes):
    """A backbone with weights that none has by chance, and its converter, in a folder.

    Returns:
        the backbone, and the converter without resizing.
    """
    argument = "input_shape" if family == "EfficientNet" else "image_shape"
    build = getattr(keras_hub.models, f"{family}Backbone", None)
    if build is None:
        pytest.skip(f"this version of keras-hub has no {family}")
    backbone = build(**{argument: (side, side, 3), **CONFIGS[family], **changes})
    rng = np.random.default_rng(0)
    for each in backbone.weights:
        if each.dtype == "float32" and "seed" not in each.path:
            each.assign(np.abs(np.array(each)) + rng.uniform(0.001, 0.05, each.shape))
    backbone.save_to_preset(str(folder))
    options = PREPARATIONS.get(family, {"scale": 1 / 255})
    converter = getattr(keras_hub.layers, f"{family}ImageConverter")(**options)
    if prepared:
        converter.save_to_preset(str(folder))
    converter.image_size = None
    return backbone, converter


def features(backbone, images):
    """What the library's own backbone makes of prepared images."""
    inputs = backbone.input
    if isinstance(inputs, dict):
        images = dict.fromkeys(inputs, images)
    return np.array(backbone(images, training=False))


def is_plain(family):
    """Whether all of a family's layers are Keras's own."""
    return family in ("ResNet", "CSPNet", "DenseNet", "VGG", "Xception")
