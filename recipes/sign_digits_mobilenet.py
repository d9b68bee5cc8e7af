"""A small published network, fine-tuned on photographs of hands that show ten digits.

    keras-recipes run recipes/sign_digits_mobilenet.py --set data.path=sign_digits \
        --set data.group=sign_digits.groups.csv --set model.weights=mobilenet_2_5_224_tf_no_top.h5

First the head alone learns on what the backbone sees already, then all of it is fine-tuned, the
earlier a layer the slower.

Measured on 2026-11-27, divided by person, n = 3 (seeds 0, 1, 2): test accuracy 0.9951 each, 409 of
411 right; variant `head_only` 0.8808, 0.8856, 0.8905. docs/transfer.md tells the conditions, and
what comes of fewer photographs and of the classic mistakes.

Without `data.path`, where there is no folder `sign_digits`, the variant `digits` stands in.
"""

from dataclasses import replace

from keras_recipes import (
    AdamW,
    ColorJitter,
    ConvNet,
    Cosine,
    CropAndResize,
    CrossEntropy,
    Digits,
    Folder,
    PaddedCrop,
    Phase,
    Recipe,
    Rotation,
    Stopping,
    Transfer,
)

recipe = Recipe(
    data=Folder("sign_digits", image_size=(128, 128)),
    augment=(
        Rotation(10),
        CropAndResize(area=(0.6, 1.0)),
        ColorJitter(brightness=0.2, contrast=0.2, saturation=0.2, hue=0.02),
    ),
    model=Transfer("MobileNet", weights="imagenet", alpha=0.25, dropout=0.2),
    loss=CrossEntropy(label_smoothing=0.1),
    optimizer=AdamW(learning_rate=1e-3, weight_decay=0.05, layer_decay=0.7),
    schedule=Cosine(warmup_epochs=1),
    stopping=Stopping(monitor="val_nll"),
    phases=(
        Phase(name="head", trainable="head", epochs=5, optimizer=AdamW(learning_rate=3e-3)),
        Phase(name="all", trainable="all", epochs=15),
    ),
    batch_size=32,
    stand_in="digits",
)

head_only = replace(
    recipe,
    optimizer=AdamW(learning_rate=3e-3, weight_decay=0.05),
    phases=(Phase(name="head", trainable="head", epochs=20),),
)

scratch = replace(
    recipe,
    model=replace(recipe.model, weights=None, batch_normalization="training"),
    optimizer=AdamW(learning_rate=1e-3, weight_decay=0.05),
    phases=(Phase(name="all", epochs=20),),
)

digits = replace(
    recipe,
    data=Digits(),
    augment=(PaddedCrop(1, mode="constant"),),
    model=ConvNet(blocks=2, width=32, dropout=0.3),
    optimizer=AdamW(learning_rate=2e-3, weight_decay=0.05),
    phases=(Phase(epochs=15),),
    stand_in=None,
)
