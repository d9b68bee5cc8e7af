"""What is measured on one batch, against NumPy; and the model afterwards."""

import keras
import numpy as np
import pytest
import tensorflow as tf
from planted_faults import compiled, digits, mlp, sparse
from sound_forms import FORMS

from keras_recipes import RecipeError
from keras_recipes.diagnosis import diagnose
from keras_recipes.diagnosis.few_examples import few_examples
from keras_recipes.diagnosis.memorization import memorize
from keras_recipes.diagnosis.passage import pass_through
from keras_recipes.diagnosis.sampling import make_subject
from keras_recipes.model_state import state_variables


def test_scales_are_those_of_numpy():
    model = compiled(mlp(activation=None), loss=sparse(from_logits=True))
    subject = make_subject(model, digits(), batch_size=64)
    passage = pass_through(subject)
    x, ids = subject.batch
    first, last = model.layers
    hidden = np.maximum(x @ np.array(first.kernel), 0)
    logits = hidden @ np.array(last.kernel)
    shares = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
    back = shares - np.eye(10)[ids]  # of each example's own loss
    assert [each.layer for each in passage.layers] == [first, last]
    np.testing.assert_allclose(
        [each.deviation for each in passage.layers], [hidden.std(), logits.std()], rtol=1e-4
    )
    np.testing.assert_allclose(
        [each.gradient for each in passage.layers],
        [
            np.sqrt(np.square(back @ np.array(last.kernel).T).mean()),
            np.sqrt(np.square(back).mean()),
        ],
        rtol=1e-4,
    )
    assert passage.loss == pytest.approx(-np.log(shares[range(64), ids]).mean(), rel=1e-4)
    assert passage.nll == pytest.approx(passage.loss, rel=1e-4)
    assert passage.layers[0].dead == pytest.approx((hidden == 0).all(axis=0).mean())
    norms = {variable.path: norm for variable, norm in passage.gradients}
    assert norms[last.kernel.path] == pytest.approx(np.linalg.norm(hidden.T @ back / 64), rel=1e-4)


def test_regularisers_are_told_apart():
    penalty = keras.regularizers.L2(0.1)
    model = compiled(mlp(hidden=[{"units": 4, "kernel_regularizer": penalty}]))
    passage = pass_through(make_subject(model, digits()))
    expected = 0.1 * np.square(np.array(model.layers[0].kernel)).sum()
    assert passage.regularization == pytest.approx(expected, rel=1e-5)
    assert passage.loss == pytest.approx(passage.nll, rel=1e-3)


def test_the_model_is_put_back_to_the_bit():
    rate = keras.optimizers.schedules.CosineDecay(0.05, 100)
    optimizer = keras.optimizers.AdamW(rate, weight_decay=0.01)
    dropout, norm = keras.layers.Dropout(0.3), keras.layers.BatchNormalization()
    model = compiled(mlp(before=[norm, dropout]), optimizer=optimizer)
    model.fit(*digits(), epochs=1, verbose=0)
    before = [np.array(each) for each in state_variables(model)]
    diagnose(model, digits(), epochs=2)
    for old, variable in zip(before, state_variables(model), strict=True):
        np.testing.assert_array_equal(old, np.array(variable), err_msg=variable.path)
    assert dropout.rate == 0.3
    assert optimizer.weight_decay == 0.01
    assert optimizer._learning_rate is rate
    assert all("call" not in each.__dict__ for each in model.layers)
    model.fit(*digits(), epochs=1, verbose=0)


def test_a_recurrent_network_is_put_back_to_the_bit():
    """Its cell draws random numbers even in inference; its dropout is a setting of the cell."""
    made = FORMS["a recurrent network of words"]()
    model, (x, y) = made["model"], made["data"]
    model.fit(x, y, epochs=1, verbose=0)
    before = [np.array(each) for each in state_variables(model)]
    diagnose(model, (x, y), speed=False)
    for old, variable in zip(before, state_variables(model), strict=True):
        np.testing.assert_array_equal(old, np.array(variable), err_msg=variable.path)
    assert (model.layers[1].dropout, model.layers[1].recurrent_dropout) == (0.2, 0.2)


def test_the_likelihood_of_several_labels_is_that_of_each():
    model = mlp(outputs=3, activation="sigmoid")
    images, ids = digits()
    rows = np.stack([ids > 4, ids % 2 == 0, ids % 3 == 0], axis=1).astype(np.float32)
    subject = make_subject(compiled(model, loss="binary_crossentropy"), (images, rows))
    x, y = subject.batch
    shares = np.array(model(x))
    expected = -np.where(y == 1, np.log(shares), np.log(1 - shares)).mean()
    passage = pass_through(subject)
    assert subject.choices == 2
    assert passage.nll == pytest.approx(expected, rel=1e-4)
    assert passage.loss == pytest.approx(expected, rel=1e-4)


@pytest.mark.parametrize(
    ("activation", "kind"),
    [("softmax", "softmax"), ("sigmoid", "sigmoid"), ("relu", "relu"), ("tanh", "tanh"),
     (None, "logits"), ("log_softmax", "logits")],
)  # fmt: skip
def test_the_last_operation_tells_what_outputs_are(activation, kind):
    model = compiled(mlp(activation=activation, after=[keras.layers.Dropout(0.1)]))
    assert make_subject(model, digits()).output_kind == kind


def test_by_heart_rests_what_stands_in_its_way():
    """With dropout and decay at work these examples would not be known in as few steps."""
    optimizer = keras.optimizers.SGD(0.3, weight_decay=1.0)
    model = compiled(mlp(before=[keras.layers.Dropout(0.9)]), optimizer=optimizer)
    x, y = few_examples(*digits())
    done = memorize(model, x, y)
    assert done.reached
    assert done.accuracy[-1] == 1.0
    assert done.nll[-1] < 0.1
    assert not done.unmoved


def test_few_examples_take_the_classes_in_turn_and_no_input_twice():
    x = np.array([[0], [0], [1], [2], [3], [4]])
    y = np.array([0, 0, 0, 1, 1, 2])
    few, labels = few_examples(x, y, 4)
    assert labels.tolist() == [0, 1, 2, 1]
    assert few.ravel().tolist() == [0, 2, 4, 3]


def ragged():
    inputs = tf.ragged.constant([[1.0] * (1 + each % 3) for each in range(8)])
    return tf.data.Dataset.from_tensor_slices((inputs, np.arange(8))).batch(4)


@pytest.mark.parametrize(
    ("make", "says"),
    [
        (lambda: (mlp(), digits()), "must be a compiled keras.Model"),
        (lambda: (compiled(mlp()), [1, 2]), "must be arrays, a tf.data.Dataset or a PyDataset"),
        (lambda: (compiled(mlp()), (digits()[0], None)), "labels are a NoneType"),
        (lambda: (compiled(mlp()), ([digits()[0]], digits()[1])), "inputs are a list"),
        (lambda: (compiled(mlp()), (digits()[0], digits()[1].astype(str))), "must be numbers"),
        (lambda: (compiled(mlp()), ragged()), "inputs are a RaggedTensor"),
        (lambda: (compiled(mlp()), digits(flat=False)), r"inputs of shape \(1, 8, 8, 1\)"),
        (lambda: (compiled(mlp(), loss=None), digits()), "without a loss"),
        (
            lambda: (compiled(mlp(), loss=["mse"]), digits()),
            "one loss; it was compiled with a list",
        ),
        (lambda: (compiled(mlp(), loss="hinge"), digits()), "has hinge"),
        (lambda: (compiled(mlp(after=[keras.layers.Reshape((1, 10))])), digits()), "1, 1, 10"),
        (lambda: (compiled(mlp()), (digits()[0], digits()[1][:5])), "1797 inputs and 5 labels"),
    ],
)
def test_what_can_not_be_looked_at_is_told(make, says):
    model, data = make()
    with pytest.raises(RecipeError, match=says):
        diagnose(model, data)
