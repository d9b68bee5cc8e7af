"""A plain convolutional network on a folder of photographs, a folder a class.

    keras-recipes run recipes/folder_convnet.py --set data.path=my_photos

Measured on 2026-11-23 on sign_digits: 2,062 photographs of hands that show ten digits, 100 by 100.
`--set data.group=sign_digits.groups.csv` keeps each person's photographs on one side, so the 411 of
the test show people whom the network never saw: all 411 right, test accuracy 1.0000 (95 % interval
0.9907 to 1), n = 1, in 6 min 50 s; once more with 60 epochs, the same, in 8 min 49 s. Device: 2
cores of an Intel Xeon with AVX512_BF16, mixed_bfloat16, shared with other work the while;
TensorFlow 2.21.0, Keras 3.15.1.

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
