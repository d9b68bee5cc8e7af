"""A published network that is given 0..255 where it was trained on -1..1: the commonest mistake."""

import keras

from keras_recipes.models.transfer import published_backbone


def wrong_range(input_shape, num_classes, weights, alpha):
    """`Transfer("MobileNet")` with dropout 0.2, without the preparation of the images."""
    inputs = keras.Input(input_shape, name="image")
    body = published_backbone("MobileNet", input_shape, weights=weights, alpha=alpha)
    x = keras.layers.GlobalAveragePooling2D()(body(inputs))
    x = keras.layers.Dropout(0.2)(x)
    return keras.Model(inputs, keras.layers.Dense(num_classes, dtype="float32")(x))
