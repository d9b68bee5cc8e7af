"""ResNet-20 on CIFAR-10."""

from dataclasses import replace

from keras_recipes import (
    SGD,
    TFDS,
    CifarResNet,
    Cosine,
    CrossEntropy,
    Digits,
    Flip,
    PaddedCrop,
    Recipe,
    Stopping,
)

recipe = Recipe(
    data=TFDS("cifar10", validation_fraction=0.04),
    augment=(PaddedCrop(4), Flip()),
    model=CifarResNet(depth=20, width=16),
    loss=CrossEntropy(label_smoothing=0.0),
    optimizer=SGD(learning_rate=0.2, momentum=0.9, nesterov=True, weight_decay=5e-3),
    schedule=Cosine(warmup_epochs=1),
    stopping=Stopping(monitor="val_accuracy"),
    epochs=30,
    batch_size=128,
    stand_in="digits",
)

digits = replace(
    recipe,
    data=Digits(),
    augment=(PaddedCrop(1, mode="constant"),),
    batch_size=64,
    stand_in=None,
)

smoke = replace(
    recipe,
    data=TFDS("cifar10", train_examples=1024),
    schedule=Cosine(warmup_epochs=0.5),
    epochs=1,
    stand_in=None,
)
