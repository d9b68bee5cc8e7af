"""A network in two parts that share its layers."""

import keras
import numpy as np
import pytest
from keras import layers

from keras_recipes.errors import RecipeError
from keras_recipes.models import cifar_resnet, conv_net, set_trainable, split_head, transfer

IMAGES = np.random.default_rng(0).integers(0, 256, (16, 32, 32, 3)).astype("float32")
LABELS = np.arange(16) % 3  # of four classes: the last bias falls whatever the features


def mobilenet(**choices):
    return transfer((32, 32, 3), 4, "MobileNet", alpha=0.25, weights=None, **choices)


def plain_body():
    return [keras.Input((32, 32, 3)), layers.Conv2D(4, 3), layers.GlobalMaxPooling2D()]


NETWORKS = {
    "resnet": lambda: cifar_resnet((32, 32, 3), 4, depth=8, width=4, dropout=0.5),
    "conv_net": lambda: conv_net((32, 32, 3), 4, width=4),
    "sequential": lambda: keras.Sequential([*plain_body(), layers.Dense(4)]),
    "transfer": lambda: mobilenet(dropout=0.5),
    "dense layers": lambda: mobilenet(dense_units=(8, 6), dropout=0.5),
    "both poolings": lambda: mobilenet(pooling="both", dropout=0.5),
    "every pixel": lambda: mobilenet(pooling="none"),
}
FEATURES = {
    "resnet": 16, "conv_net": 16, "sequential": 4, "transfer": 256, "dense layers": 256,
    "both poolings": 512, "every pixel": 256,
}  # fmt: skip


@pytest.mark.parametrize("name", NETWORKS)
def test_the_parts_are_the_whole(name):
    model = NETWORKS[name]()
    body, head = split_head(model)
    features = body.predict(IMAGES, verbose=0)
    assert features.shape == (16, FEATURES[name])
    whole = model.predict(IMAGES, verbose=0)
    largest = np.abs(whole).max()  # next to nothing, behind an untrained MobileNet
    assert np.allclose(head.predict(features, verbose=0) / largest, whole / largest, atol=1e-4)
    set_trainable(model, "head")
    assert {id(each) for each in head.trainable_variables} == {
        id(each) for each in model.trainable_variables
    }


def test_what_the_head_learns_is_in_the_whole_and_dropout_is_on_its_side():
    model = mobilenet(dropout=0.5)
    set_trainable(model, "head")
    body, head = split_head(model)
    assert any(isinstance(each, layers.Dropout) for each in head.layers)
    frozen = body.get_weights()
    before = model.predict(IMAGES, verbose=0)
    head.compile("adam", keras.losses.SparseCategoricalCrossentropy(from_logits=True))
    head.fit(body.predict(IMAGES, verbose=0), LABELS, verbose=0)
    assert not np.allclose(model.predict(IMAGES, verbose=0), before)
    for was, now in zip(frozen, body.get_weights(), strict=True):
        assert np.array_equal(was, now)


def test_a_model_that_is_saved_afterwards_is_as_before(tmp_path):
    model = mobilenet()
    config = model.get_config()
    split_head(model)
    assert model.get_config() == config
    model.save(tmp_path / "model.keras")
    loaded = keras.models.load_model(tmp_path / "model.keras")
    assert np.array_equal(loaded.predict(IMAGES, verbose=0), model.predict(IMAGES, verbose=0))


def test_a_head_with_branches_is_refused():
    inputs = keras.Input((32, 32, 3))
    backbone = keras.Sequential(plain_body())
    features = backbone(inputs)
    gate = layers.Dense(4, name="gate")(features)
    model = keras.Model(inputs, layers.Dense(4)(layers.Multiply()([features, gate])))
    with pytest.raises(RecipeError, match="gate lies beside"):
        split_head(model)


def test_a_model_whose_graph_is_not_known_is_refused():
    class Own(keras.Model):
        def call(self, inputs):
            return inputs

    with pytest.raises(RecipeError, match="is a Own whose layers"):
        split_head(Own())
