"""A multilayer perceptron on the handwritten digits: a minute, no network, no GPU.

    keras-recipes run recipes/digits_mlp.py

Measured on 2026-11-23, n = 3: test accuracy 0.9833, 0.9722, 0.9778 (seeds 0, 1, 2; 360 images),
negative log-likelihood 0.166, 0.169, 0.178, in 25 to 29 s each. Device: 2 cores of an Intel Xeon
with AVX512_BF16, mixed_bfloat16, shared with other work; TensorFlow 2.21.0, Keras 3.15.1.
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
