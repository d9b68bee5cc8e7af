"""A multilayer perceptron on the handwritten digits: a minute, no network, no GPU.

    keras-recipes run recipes/digits_mlp.py

MEASURED
"""

from dataclasses import replace

from keras_recipes import MLP, Adam, Cosine, CrossEntropy, Digits, Recipe, Stopping

recipe = Recipe(
    data=Digits(),
    model=MLP(hidden_units=(256, 256), dropout=0.2),
    loss=CrossEntropy(label_smoothing=0.1),
    optimizer=Adam(learning_rate=1e-3),
    schedule=Cosine(warmup_epochs=1),
    stopping=Stopping(monitor="val_nll"),
    epochs=40,
    batch_size=64,
)

smoke = replace(recipe, epochs=2)
