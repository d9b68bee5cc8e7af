"""A network trained on six classes of CIFAR-10, transferred to the other four with few images.

    keras-recipes run recipes/cifar_from_own_resnet.py:pretrain
    keras-recipes run recipes/cifar_from_own_resnet.py \
        --set model.backbone=runs/cifar_from_own_resnet-pretrain-.../best.keras

`head_only` trains the new head alone; `from_scratch` the same network as new, at the same budget.

Measured on 2026-11-27, n = 3 (seeds 0, 1, 2), one pretraining (0.8658 on its six classes): test
accuracy 0.8285, 0.8250, 0.8223 (4,000 images); `head_only` 0.7602, 0.7640, 0.7678; `from_scratch`
0.6520, 0.5767, 0.6562. Device: 2 cores of an AMD EPYC, mixed_bfloat16, shared with other work;
TensorFlow 2.21.0, Keras 3.15.1.
"""

from dataclasses import replace

from keras_recipes import (
    SGD,
    TFDS,
    CifarResNet,
    Cosine,
    Digits,
    Flip,
    PaddedCrop,
    Phase,
    Recipe,
    Stopping,
    Transfer,
)

_augment = (PaddedCrop(4), Flip())

pretrain = Recipe(
    data=TFDS(
        "cifar10",
        classes=("airplane", "bird", "cat", "deer", "frog", "ship"),
        validation_fraction=0.04,
    ),
    augment=_augment,
    model=CifarResNet(depth=20, width=16),
    optimizer=SGD(learning_rate=0.2, weight_decay=5e-3),
    schedule=Cosine(warmup_epochs=1),
    epochs=12,
    stand_in="pretrain_digits",
)

recipe = Recipe(
    data=TFDS(
        "cifar10",
        classes=("automobile", "dog", "horse", "truck"),
        train_examples=400,
        validation_fraction=0.04,
    ),
    augment=_augment,
    model=Transfer("cifar_six.keras", dropout=0.2),
    optimizer=SGD(learning_rate=0.02, weight_decay=5e-3, layer_decay=0.7),
    schedule=Cosine(warmup_epochs=1),
    stopping=Stopping(monitor="val_nll"),
    phases=(
        Phase(
            name="head",
            trainable="head",
            augment=(),
            keep_features=True,
            epochs=10,
            optimizer=SGD(learning_rate=0.4),
        ),
        Phase(name="all", trainable="all", epochs=30),
    ),
    batch_size=32,
    stand_in="digits",
)


head_only = replace(
    recipe,
    optimizer=SGD(learning_rate=0.4),
    phases=(Phase(name="head", trainable="head", epochs=40),),
)

from_scratch = replace(
    recipe,
    model=CifarResNet(depth=20, width=16),
    optimizer=SGD(learning_rate=0.4, weight_decay=5e-3),
    phases=(Phase(name="all", epochs=40),),
)

pretrain_digits = replace(
    pretrain,
    data=Digits(classes=("0", "1", "2", "3", "4", "5")),
    augment=(PaddedCrop(1, mode="constant"),),
    model=CifarResNet(depth=8, width=16),
    optimizer=SGD(learning_rate=0.2, weight_decay=5e-4),
    stand_in=None,
)

digits = replace(
    recipe,
    data=Digits(classes=("6", "7", "8", "9"), train_examples=40),
    augment=(PaddedCrop(1, mode="constant"),),
    batch_size=8,
    stand_in=None,
)
