"""The loss of a run: labels smoothed once though MixUp blended them, classes weighed by counts."""

import numpy as np
import pytest

from keras_recipes import (
    SGD,
    BinaryCrossEntropy,
    Call,
    CrossEntropy,
    Digits,
    FocalLoss,
    MixUp,
    Recipe,
    RecipeError,
)
from keras_recipes.data import training_batches
from keras_recipes.losses import balanced_class_weights
from keras_recipes.recipe import resolve_phases
from keras_recipes.training.build import build_augmentation, compile_phase
from keras_recipes.training.precision import Speed

# A network whose logits are the same for every image, and don't learn at this rate.
FIXED_MODEL = """
import keras, numpy as np

def model(input_shape, num_classes):
    inputs = keras.Input(input_shape)
    head = keras.layers.Dense(num_classes, kernel_initializer="zeros", dtype="float32")
    outputs = head(keras.layers.GlobalAveragePooling2D()(inputs))
    head.bias.assign(np.linspace(-1, 2, num_classes))
    return keras.Model(inputs, outputs)
"""
LOGITS = np.linspace(-1, 2, 10)
STEPS = 256 // 32
FLOAT32 = Speed(precision="float32", jit_compile=False, fused_batch_normalization=False, reason="")
LOG_SHARES = LOGITS - np.log(np.exp(LOGITS).sum())


def recipe_with(loss):
    return Recipe(
        data=Digits(train_examples=256),
        augment=(MixUp(0.4),),
        model=Call("fixed.py:model"),
        loss=loss,
        optimizer=SGD(learning_rate=1e-12),
        epochs=1,
        batch_size=32,
        precision="float32",
    )


def compile_with(loss, folder):
    """The recipe, its data and its model, compiled as in a run."""
    (folder / "fixed.py").write_text(FIXED_MODEL)
    recipe = recipe_with(loss)
    dataset = recipe.data.build()
    model = recipe.model.build(folder, input_shape=(8, 8, 1), num_classes=10)
    (phase,) = resolve_phases(recipe)
    compile_phase(model, recipe, phase, np.full(STEPS, 1e-12, "float32"), dataset, folder, FLOAT32)
    return recipe, dataset, model


def smoothed_cross_entropy(labels):
    return -((0.9 * labels + 0.1 / 10) @ LOG_SHARES)


def smoothed_focal(labels):
    return -((0.9 * labels + 0.1 / 10) @ ((1 - np.exp(LOG_SHARES)) ** 2 * LOG_SHARES))


def smoothed_binary(labels):
    targets = 0.9 * (labels > 0.2) + 0.1 / 10
    right, wrong = np.logaddexp(0, -LOGITS), np.logaddexp(0, LOGITS)
    return (targets * right + (1 - targets) * wrong).mean(axis=1)


@pytest.mark.parametrize(
    ("loss", "reference"),
    [
        (CrossEntropy(label_smoothing=0.1, class_weights="balanced"), smoothed_cross_entropy),
        (FocalLoss(label_smoothing=0.1), smoothed_focal),
        (BinaryCrossEntropy(label_smoothing=0.1, target_threshold=0.2), smoothed_binary),
    ],
    ids=["cross-entropy", "focal", "binary"],
)
def test_the_training_loss_smooths_mixed_labels_once(tmp_path, loss, reference):
    recipe, dataset, model = compile_with(loss, tmp_path)
    augment = build_augmentation(recipe.augment, dataset, tmp_path, seed=0, batch_size=32)
    batches = training_batches(
        dataset.train, 10, seed=0, batch_size=32, first_step=0, last_step=STEPS, augment=augment
    )
    history = model.fit(batches, epochs=1, steps_per_epoch=STEPS, shuffle=False, verbose=0).history
    labels = np.concatenate([labels for _, labels in batches]).astype("float64")
    assert ((labels > 0.05) & (labels < 0.95)).any()
    weights = np.ones(10)
    if loss.class_weights:
        weights = np.array(balanced_class_weights(np.bincount(dataset.train.class_labels())))
        assert np.ptp(weights) > 0.01
    expected = (labels @ weights * reference(labels)).mean()
    assert history["loss"] == [pytest.approx(expected, rel=1e-5)]


def test_another_number_of_weights_than_of_classes(tmp_path):
    with pytest.raises(RecipeError, match=r"loss\.class_weights has 3 weights for 10 classes"):
        compile_with(CrossEntropy(class_weights=(1.0, 2.0, 3.0)), tmp_path)


def test_a_loss_of_ones_own_is_offered_the_counts(tmp_path):
    (tmp_path / "losses.py").write_text(
        "from keras_recipes.losses import SmoothedCrossEntropy, balanced_class_weights\n"
        "def loss(class_counts):\n"
        "    weights = balanced_class_weights(class_counts)\n"
        "    return SmoothedCrossEntropy(class_weights=weights)\n"
    )
    _, dataset, model = compile_with(Call("losses.py:loss"), tmp_path)
    counts = np.bincount(dataset.train.class_labels())
    assert model.loss.class_weights == balanced_class_weights(counts)


@pytest.mark.parametrize("name", ["keras.losses:CategoricalCrossentropy", "SoftmaxFocalLoss"])
def test_a_loss_of_probabilities_is_refused(tmp_path, name):
    target = name if ":" in name else f"keras_recipes.losses:{name}"
    with pytest.raises(RecipeError, match="loss must take logits"):
        compile_with(Call(target, from_logits=False), tmp_path)
