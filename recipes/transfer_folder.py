"""A published network on a folder of photographs, a folder a class: the head first, then all of it.

    keras-recipes run recipes/transfer_folder.py --set data.path=my_photos

Photographs of one person or place belong on one side of every division: say so by `data.group`, or
the test flatters. Another backbone is `--set model.backbone=EfficientNetV2B0`; any network of
`keras.applications` will do, with its own preparation of the images. Its weights are fetched once.

Without `data.path`, where there is no folder `photos`, the variant `digits` stands in.
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
    Stopping,
    Transfer,
)

recipe = Recipe(
    data=Folder("photos", image_size=(160, 160), cache_size=(192, 192)),
    augment=(
        CropAndResize(area=(0.5, 1.0)),
        ColorJitter(brightness=0.2, contrast=0.2, saturation=0.2, hue=0.02),
    ),
    model=Transfer("MobileNetV3Large", weights="imagenet", dropout=0.2),
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

digits = replace(
    recipe,
    data=Digits(),
    augment=(PaddedCrop(1, mode="constant"),),
    model=ConvNet(blocks=2, width=32, dropout=0.3),
    optimizer=AdamW(learning_rate=2e-3, weight_decay=0.05),
    phases=(Phase(epochs=15),),
    stand_in=None,
)
