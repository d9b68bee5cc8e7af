"""Sound models and data of other forms than `planted_faults.SOUND`: common ones, built anew."""

import keras
import numpy as np
import tensorflow as tf
from keras import layers
from planted_faults import CLASSES, arguments, compiled, digits, mlp, sparse, watched, with_labels


def binary(model, x, y, **settings):
    return arguments(compiled(model, loss="binary_crossentropy"), (x, y), **settings)


class InOtherOrder(keras.Model):
    """Layers are called in another order than they are made in."""

    def __init__(self):
        super().__init__()
        self.last = layers.Dense(CLASSES)
        self.first = layers.Dense(32)
        self.dropout = layers.Dropout(0.3)
        self.relu = layers.ReLU()

    def call(self, inputs, training=False):
        return self.last(self.dropout(self.relu(self.first(inputs)), training=training))


class EndsInAnOperation(keras.Model):
    """The activation is no layer."""

    def __init__(self, outputs, activation):
        super().__init__()
        self.last, self.activation = layers.Dense(outputs), activation

    def call(self, inputs):
        return self.activation(self.last(inputs))


class OwnStep(keras.Sequential):
    """As the tutorials write it: `(x, y)` and no more; reports what it likes."""

    def train_step(self, data):
        x, y = data
        with tf.GradientTape() as tape:
            loss = self.compute_loss(x=x, y=y, y_pred=self(x, training=True))
        weights = self.trainable_variables
        self.optimizer.apply_gradients(zip(tape.gradient(loss, weights), weights, strict=True))
        return {"own": loss}


def branches():
    """A shared convolution, and a residual branch that begins at zero."""
    given = keras.Input((8, 8, 1))
    shared = layers.Conv2D(8, 3, padding="same", activation="relu")
    wide = layers.Concatenate()([shared(given), shared(layers.AveragePooling2D(1)(given))])
    branch = layers.Conv2D(16, 3, padding="same", activation="relu")(wide)
    branch = layers.Conv2D(16, 3, padding="same", kernel_initializer="zeros")(branch)
    features = layers.GlobalAveragePooling2D()(layers.Add()([wide, branch]))
    return keras.Model(given, layers.Dense(CLASSES, activation="softmax")(features))


def token_ids(examples=300, length=8):
    """A word somewhere in the text tells the class."""
    draw = np.random.default_rng(0)
    y = draw.integers(0, 2, examples)
    x = draw.integers(1, 50, (examples, length)).astype(np.int32)
    x[np.arange(examples), draw.integers(0, length, examples)] = 50 + y
    return x, y


def reader(*between, length=None):
    return keras.Sequential([
        keras.Input((length,), dtype="int32"), layers.Embedding(60, 8, mask_zero=True), *between,
        layers.Dense(1, activation="sigmoid"),
    ])  # fmt: skip


def attention():
    given = keras.Input((8,), dtype="int32")
    words = layers.Embedding(60, 8)(given)
    words = layers.LayerNormalization()(words + layers.MultiHeadAttention(2, 4)(words, words))
    return keras.Model(
        given, layers.Dense(1, activation="sigmoid")(layers.GlobalAveragePooling1D()(words))
    )


def padded_by_the_batch():
    def texts():
        for number, (text, label) in enumerate(zip(*token_ids(), strict=True)):
            yield text[: 4 + number % 5], label

    shapes = tf.TensorSpec((None,), tf.int32), tf.TensorSpec((), tf.int64)
    return tf.data.Dataset.from_generator(texts, output_signature=shapes).padded_batch(5)


def texts():
    _, labels = token_ids()
    words = np.array([f"{'good' if each else 'bad'} film {n}" for n, each in enumerate(labels)])
    vocabulary = layers.TextVectorization(output_sequence_length=4)
    vocabulary.adapt(words)
    model = keras.Sequential([
        keras.Input((), dtype="string"), vocabulary, layers.Embedding(500, 8), layers.Flatten(),
        layers.Dense(1, activation="sigmoid"),
    ])  # fmt: skip
    return binary(model, words, labels)


def table(columns, examples=700):
    return np.random.default_rng(0).normal(size=(examples, columns)).astype(np.float32)


def net(columns, outputs=1):
    keras.utils.set_random_seed(0)
    activation = "sigmoid" if outputs == 1 else "softmax"
    return keras.Sequential([
        keras.Input((columns,)), layers.Dense(16, activation="relu"),
        layers.Dense(outputs, activation=activation),
    ])  # fmt: skip


def rows_that_are_there_twice():
    """A table of few values, in which what is left out decides now and then."""
    draw = np.random.default_rng(0)
    x = draw.integers(0, 4, (700, 3)).astype(np.float32)
    return binary(net(3), x, x.sum(axis=1) + draw.normal(size=700) > 4.5)


def words_of_3000():
    x, y = token_ids()
    shares = np.zeros((len(x), 3000), np.float32)
    np.put_along_axis(shares, x, 1 / np.sqrt(x.shape[1]), axis=1)
    return binary(net(3000), shares, y)


def rare_class():
    """All of the first batch are of one class."""
    x = table(5, 40)
    x[:, 0], y = 0, np.zeros(40, int)
    x[39, 0] = y[39] = 1
    return arguments(
        compiled(net(5, 2)), tf.data.Dataset.from_tensor_slices((x, y)).batch(32)
    )  # fmt: skip


def ignoring():
    def change(labels):
        return np.where(np.arange(len(labels)) % 7, labels, -1)

    return with_labels(change, loss=sparse(ignore_class=-1))


def decaying():
    rate = keras.optimizers.schedules.ExponentialDecay(3e-3, 10_000, 0.9)
    return arguments(compiled(mlp(), optimizer=keras.optimizers.Adam(rate)))


def weighted_metric():
    made = watched(
        keras.callbacks.EarlyStopping("val_acc", patience=3, restore_best_weights=True),
        keras.callbacks.ModelCheckpoint("best.keras", "val_AUC", mode="max", save_best_only=True),
    )
    made["model"].compile(
        "adam", "sparse_categorical_crossentropy", metrics=["acc"], weighted_metrics=["AUC"]
    )
    return made


def low_rank():
    return keras.Sequential([
        keras.Input((64,)), layers.Dense(8, use_bias=False), layers.Dense(64, activation="relu"),
        layers.Dense(CLASSES, activation="softmax"),
    ])  # fmt: skip


FORMS = {
    "layers made in another order": lambda: arguments(
        compiled(InOtherOrder(), loss=sparse(from_logits=True))
    ),
    "a sigmoid that is no layer": lambda: binary(
        EndsInAnOperation(1, keras.ops.sigmoid), digits()[0], digits()[1] > 4
    ),
    "a softmax that is no layer": lambda: arguments(
        compiled(EndsInAnOperation(CLASSES, keras.ops.softmax))
    ),
    "a shared layer and a residual branch": lambda: arguments(
        compiled(branches()), digits(flat=False)
    ),
    "a recurrent network of words": lambda: binary(
        reader(layers.LSTM(4, dropout=0.2, recurrent_dropout=0.2)), *token_ids()
    ),
    "convolutions over words": lambda: binary(
        reader(layers.Conv1D(8, 3, activation="relu"), layers.GlobalMaxPooling1D(), length=8),
        *token_ids(),
    ),
    "attention": lambda: binary(attention(), *token_ids()),
    "batches padded to their own length": lambda: arguments(
        compiled(reader(layers.GlobalAveragePooling1D()), loss="binary_crossentropy"),
        padded_by_the_batch(),
    ),
    "texts": texts,
    "several labels and logits": lambda: with_labels(
        lambda labels: np.stack([labels > 4, labels % 2 == 0, labels % 3 == 0], axis=1) * 1,
        model=mlp(outputs=3, activation=None), loss=keras.losses.BinaryCrossentropy(True),
    ),
    "smoothed labels of two classes": lambda: with_labels(
        lambda labels: np.where(labels > 4, 0.95, 0.05),
        model=mlp(outputs=1, activation="sigmoid"), loss="binary_crossentropy",
    ),
    "a class that the loss ignores": ignoring,
    "one useful column of sixty": lambda: binary(net(60), table(60), table(60)[:, 3] > 0.3),
    "rows that are there twice": rows_that_are_there_twice,
    "words of 3,000": words_of_3000,
    "a rare class": rare_class,
    "five examples": lambda: arguments(compiled(mlp()), tuple(each[:5] for each in digits())),
    "a rate that decays without end": decaying,
    "metrics by other names": weighted_metric,
    "a train_step of one's own": lambda: arguments(
        compiled(OwnStep(mlp().layers)),
        callbacks=[keras.callbacks.EarlyStopping("own", patience=3, restore_best_weights=True)],
    ),
    "a dense layer of low rank": lambda: arguments(compiled(low_rank())),
}  # fmt: skip
"""Name to function that returns arguments of `diagnose`."""
TRAINED = ("a recurrent network of words", "texts", "a train_step of one's own")
"""Those that are learnt by heart and timed, too."""
