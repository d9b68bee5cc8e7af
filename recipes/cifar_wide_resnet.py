"""A wide residual network on CIFAR-10: WRN-16-4, which wants a GPU; `narrow` trains on a CPU.

    keras-recipes run recipes/cifar_wide_resnet.py
    keras-recipes run recipes/cifar_wide_resnet.py:narrow

Measured on 2026-11-25, n = 2: `narrow`, WRN-16-2 for 5 epochs on 20,000 images, test accuracy
0.7332 and 0.7435 (seeds 0 and 1), negative log-likelihood 0.751 and 0.729, in 5 min 55 s and 4 min
38 s. The stand-in `digits`, 2026-11-23, n = 1: 0.9917 (360 images) in 18 s. WRN-16-4 has not been
trained to its end: no GPU was at hand. The images were JPEG re-encodings, on which accuracies are a
few points below those on the originals.
Device: 2 cores of an Intel Xeon with AVX512_BF16, mixed_bfloat16, shared with other work;
TensorFlow 2.21.0, Keras 3.15.1.
"""

from dataclasses import replace

from keras_recipes import (
    SGD,
    TFDS,
    Cosine,
    CrossEntropy,
    Cutout,
    Digits,
    Flip,
    OneCycle,
    PaddedCrop,
    Recipe,
    Stopping,
    WideResNet,
)

recipe = Recipe(
    data=TFDS("cifar10", validation_fraction=0.04),
    augment=(PaddedCrop(4), Flip(), Cutout(8)),
    model=WideResNet(depth=16, widen_factor=4),
    loss=CrossEntropy(label_smoothing=0.1),
    optimizer=SGD(learning_rate=0.1, momentum=0.9, nesterov=True, weight_decay=5e-3),
    schedule=Cosine(warmup_epochs=1),
    stopping=Stopping(monitor="val_accuracy"),
    epochs=60,
    batch_size=128,
    stand_in="digits",
)

narrow = replace(
    recipe,
    data=TFDS("cifar10", validation_fraction=0.04, train_examples=20000),
    augment=(PaddedCrop(4), Flip()),
    model=WideResNet(depth=16, widen_factor=2),
    loss=CrossEntropy(),
    optimizer=SGD(learning_rate=0.2, momentum=0.9, nesterov=True, weight_decay=5e-3),
    schedule=OneCycle(),
    epochs=5,
)

digits = replace(
    recipe,
    data=Digits(),
    augment=(PaddedCrop(1, mode="constant"),),
    model=WideResNet(depth=10, widen_factor=1),
    epochs=10,
    batch_size=64,
    stand_in=None,
)
