"""A plain convolutional network on a folder of photographs, a folder a class.

    keras-recipes run recipes/folder_convnet.py --set data.path=my_photos

MEASURED
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
    Recipe,
    Rotation,
    Stopping,
)

recipe = Recipe(
    data=Folder("photos", image_size=(64, 64), cache_size=(80, 80)),
    augment=(
        Rotation(10),
        CropAndResize(area=(0.5, 1.0)),
        ColorJitter(brightness=0.2, contrast=0.2, saturation=0.2, hue=0.02),
    ),
    model=ConvNet(blocks=4, convolutions=1, width=32, dropout=0.3),
    loss=CrossEntropy(label_smoothing=0.1),
    optimizer=AdamW(learning_rate=2e-3, weight_decay=0.05),
    schedule=Cosine(warmup_epochs=2),
    stopping=Stopping(monitor="val_nll"),
    epochs=30,
    batch_size=32,
    stand_in="digits",
)

digits = replace(
    recipe,
    data=Digits(),
    augment=(PaddedCrop(1, mode="constant"),),
    model=ConvNet(blocks=2, width=32, dropout=0.3),
    epochs=15,
    stand_in=None,
)
