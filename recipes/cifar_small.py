"""A small network on a tenth of CIFAR-10: a trial for studies, a minute or less on two cores.

keras-recipes sweep recipes/cifar_small.py --named initializers --seeds 10
"""

from dataclasses import replace

from keras_recipes import SGD, TFDS, ConvNet, Cosine, Digits, Recipe, Stopping

recipe = Recipe(
    data=TFDS("cifar10", train_examples=5000, validation_fraction=0.02),
    model=ConvNet(blocks=3, convolutions=1, width=32),
    optimizer=SGD(learning_rate=0.05, momentum=0.9, weight_decay=1e-3),
    schedule=Cosine(warmup_epochs=1),
    stopping=Stopping(monitor="val_nll"),
    epochs=10,
    batch_size=64,
    stand_in="digits",
)

digits = replace(recipe, data=Digits(), stand_in=None)
