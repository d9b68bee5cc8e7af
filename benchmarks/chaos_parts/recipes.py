"""What benchmarks/chaos.py kills: a small residual network on digits with whatever has a state."""

from dataclasses import replace

from keras_recipes import (
    SGD,
    Call,
    CifarResNet,
    Cosine,
    Digits,
    MixUp,
    OneCycle,
    PaddedCrop,
    Phase,
    Plateau,
    RandAugment,
    Recipe,
    Stopping,
    Transfer,
)

_where = (Call("where.py:Where"),)

recipe = Recipe(
    data=Digits(train_examples=800),
    augment=(RandAugment(), MixUp(0.2)),
    model=CifarResNet(depth=8, width=8, dropout=0.2),
    optimizer=SGD(learning_rate=0.2, momentum=0.9, ema_momentum=0.9),
    schedule=OneCycle(),
    stopping=Stopping(monitor="val_nll", patience=6),
    callbacks=_where,
    epochs=8,
    batch_size=16,
    precision="float32",
)

short = replace(recipe, augment=(), epochs=4)
plateau = replace(recipe, schedule=Plateau(monitor="val_nll", patience=1, factor=0.5))
bfloat16 = replace(recipe, precision="mixed_bfloat16")
float16 = replace(recipe, precision="mixed_float16")

body = replace(recipe, data=Digits(classes=("0", "1", "2", "3", "4", "5")), epochs=3)
transfer = replace(
    recipe,
    data=Digits(classes=("6", "7", "8", "9"), train_examples=320),
    augment=(PaddedCrop(1, mode="constant"), MixUp(0.2)),
    model=Transfer("body.keras", dropout=0.2),
    schedule=Cosine(warmup_epochs=0.5),
    epochs=None,
    phases=(
        Phase(name="head", trainable="head", augment=(), keep_features=True, epochs=4),
        Phase(name="all", trainable="all", epochs=4, optimizer=SGD(
            learning_rate=0.02, momentum=0.9, ema_momentum=0.9, layer_decay=0.7)),
    ),
)  # fmt: skip
