"""Plain Keras models and data with one fault each, and what `diagnose` must call it.

`python tests/diagnosis/planted_faults.py` prints the table in docs/doctor.md.
"""

import keras
import numpy as np
import tensorflow as tf
from keras import layers
from sklearn.datasets import load_digits

CLASSES = 10
SEEN_IN_TRAINING = ("units-alike", "never-moved", "inputs-ignored", "rate-too-low", "rate-too-high")
SEEN_IN_TIME = ("data-too-slow", "step-fails")
FAULTS = {}
"""Check's name to (what is planted, function that returns arguments of `diagnose`)."""


def fault(check, what):
    """Register a function that plants a fault."""

    def register(plant):
        FAULTS[f"{check}: {what}"] = (check, what, plant)
        return plant

    return register


def digits(flat=True, scale=1 / 16):
    """(images float32, labels int64): 1,797 images of 8x8 pixels."""
    images, labels = load_digits(return_X_y=True)
    images = images.astype(np.float32) * scale
    return (images if flat else images.reshape(-1, 8, 8, 1)), labels


def mlp(*, hidden=({"units": 32, "activation": "relu"},), before=(), after=(), outputs=CLASSES,
        activation="softmax", **last):  # fmt: skip
    keras.utils.set_random_seed(0)
    return keras.Sequential([
        keras.Input((64,)), *before, *(layers.Dense(**each) for each in hidden),
        layers.Dense(outputs, activation=activation, **last), *after,
    ])  # fmt: skip


def cnn(*, momentum=0.9, norm=True, activation=None):
    keras.utils.set_random_seed(0)
    made = [keras.Input((8, 8, 1))]
    for filters in (8, 16):
        made.append(layers.Conv2D(filters, 3, padding="same", use_bias=not norm))
        made += [layers.BatchNormalization(momentum=momentum)] if norm else []
        made += [layers.ReLU(), layers.MaxPooling2D()]
    made += [layers.Flatten(), layers.Dense(CLASSES, activation=activation)]
    return keras.Sequential(made)


def compiled(model, *, optimizer=None, loss="sparse_categorical_crossentropy", **settings):
    model.compile(optimizer=optimizer or keras.optimizers.Adam(3e-3), loss=loss,
                  metrics=["accuracy"], **settings)  # fmt: skip
    return model


def arguments(model, data=None, **settings):
    return {"model": model, "data": data or digits(), "epochs": 20, **settings}


def with_labels(change, model=None, **settings):
    images, labels = digits()
    return arguments(compiled(model or mlp(), **settings), (images, change(labels)))


def sparse(**settings):
    return keras.losses.SparseCategoricalCrossentropy(**settings)


# Data


@fault("labels-out-of-range", "classes numbered from 1 to 10")
def _():
    return with_labels(lambda labels: labels + 1)


@fault("rows-not-shares", "rows with two classes at 1")
def _():
    return with_labels(
        lambda y: np.eye(CLASSES)[y] + np.eye(CLASSES)[(y + 1) % CLASSES],
        loss="categorical_crossentropy",
    )


@fault("classes-missing", "12 outputs for 10 classes")
def _():
    return arguments(compiled(mlp(outputs=12)))


@fault("not-shuffled", "a dataset in the order of its classes")
def _():
    images, labels = digits()
    order = np.argsort(labels, kind="stable")
    return arguments(
        compiled(mlp()),
        tf.data.Dataset.from_tensor_slices((images[order], labels[order])).batch(32),
    )


@fault("inputs-not-finite", "a NaN in a pixel of one image in fifty")
def _():
    images, labels = digits()
    images[::50, 3] = np.nan
    return arguments(compiled(mlp()), (images, labels))


@fault("inputs-all-the-same", "one image read again and again")
def _():
    images, labels = digits()
    return arguments(compiled(mlp()), (np.repeat(images[:1], len(labels), axis=0), labels))


@fault("labels-unrelated", "labels shuffled apart from the images")
def _():
    return with_labels(lambda labels: np.random.default_rng(0).permutation(labels))


@fault("labels-disagree", "images that are there twice, with another label")
def _():
    images, labels = digits()
    images = np.concatenate([images[:500], images[:500]])
    labels = np.concatenate([labels[:500], (labels[:500] + 1) % CLASSES])
    return arguments(compiled(mlp()), (images, labels))


@fault("inputs-not-normalised", "pixels from 0 to 255")
def _():
    return arguments(compiled(mlp()), digits(scale=255 / 16))


@fault("inputs-too-small", "pixels divided by 255 twice")
def _():
    return arguments(compiled(mlp(before=[layers.Rescaling(1 / 255)])))


# Labels, loss and outputs


@fault("activation-twice", "a softmax, and from_logits=True")
def _():
    return arguments(compiled(mlp(), loss=sparse(from_logits=True)))


@fault("logits-as-shares", "logits, and a loss without from_logits")
def _():
    return arguments(compiled(mlp(activation=None)))


@fault("ids-for-rows", "class ids with CategoricalCrossentropy")
def _():
    return arguments(compiled(mlp(), loss="categorical_crossentropy"))


@fault("rows-for-ids", "one-hot labels with SparseCategoricalCrossentropy")
def _():
    return with_labels(lambda labels: np.eye(CLASSES)[labels])


@fault("outputs-not-classes", "8 outputs for rows of 10")
def _():
    images, labels = digits()
    model = compiled(mlp(outputs=8), loss="categorical_crossentropy")
    return arguments(model, (images, np.eye(CLASSES)[labels]))


@fault("ids-broadcast", "class ids with mean squared error")
def _():
    return arguments(compiled(mlp(), loss="mse"))


@fault("loss-of-numbers", "one-hot labels with mean squared error")
def _():
    return with_labels(lambda labels: np.eye(CLASSES)[labels], loss="mse")


@fault("activation-on-logits", "ReLU on the logits")
def _():
    return arguments(compiled(mlp(activation="relu"), loss=sparse(from_logits=True)))


@fault("softmax-of-one", "a softmax over one output")
def _():
    images, labels = digits()
    model = compiled(mlp(outputs=1), loss="binary_crossentropy")
    return arguments(model, (images, (labels > 4).astype(np.float32)))


@fault("sigmoid-for-softmax", "a sigmoid with cross-entropy of one class")
def _():
    return arguments(compiled(mlp(activation="sigmoid")))


@fault("outputs-of-the-batch", "a softmax over the batch")
def _():
    model = mlp(activation=None, after=[layers.Softmax(axis=0)])
    return arguments(compiled(model, loss=sparse()))


@fault("loss-summed", "a loss that is summed over the batch")
def _():
    return arguments(compiled(mlp(), loss=sparse(reduction="sum")))


@fault("half-precision-outputs", "float16 to the end")
def _():
    before = keras.config.dtype_policy()
    keras.config.set_dtype_policy("mixed_float16")
    try:
        return arguments(compiled(mlp(activation=None), loss=sparse(from_logits=True)))
    finally:
        keras.config.set_dtype_policy(before)


# Layers


def deep(initializer, *, activation="relu", count=12):
    hidden = [{"units": 32, "activation": activation, "kernel_initializer": initializer}] * count
    return compiled(mlp(hidden=hidden))


@fault("signal-fades", "twelve layers begun with a standard deviation of 0.01")
def _():
    return arguments(deep(keras.initializers.RandomNormal(stddev=0.01, seed=1)))


@fault("signal-grows", "twelve layers begun with a standard deviation of 1")
def _():
    return arguments(deep(keras.initializers.RandomNormal(stddev=1.0, seed=1)))


@fault("gradient-fades", "twelve layers of sigmoids")
def _():
    return arguments(deep("glorot_uniform", activation="sigmoid"))


@fault("first-loss", "a last layer begun fifty times too large")
def _():
    large = keras.initializers.RandomNormal(stddev=10.0, seed=1)
    return arguments(compiled(mlp(kernel_initializer=large)))


@fault("dead-units", "biases that begin at -10")
def _():
    low = keras.initializers.Constant(-10.0)
    hidden = [{"units": 32, "activation": "relu", "bias_initializer": low}]
    return arguments(compiled(mlp(hidden=hidden)))


@fault("saturated", "tanh behind weights fifty times too large")
def _():
    large = keras.initializers.RandomNormal(stddev=10.0, seed=1)
    hidden = [{"units": 32, "activation": "tanh", "kernel_initializer": large}]
    return arguments(compiled(mlp(hidden=hidden)))


@fault("units-alike", "all weights begun at one value")
def _():
    same = {"kernel_initializer": keras.initializers.Constant(0.05)}
    return arguments(compiled(mlp(hidden=[{"units": 32, "activation": "relu", **same}], **same)))


@fault("no-activation", "two dense layers with nothing between")
def _():
    return arguments(compiled(mlp(hidden=[{"units": 32}])))


@fault("dropout-too-strong", "dropout of 0.95")
def _():
    return arguments(compiled(mlp(before=[layers.Dropout(0.95)])))


@fault("dropout-on-outputs", "dropout behind the last layer")
def _():
    model = mlp(activation=None, after=[layers.Dropout(0.2)])
    return arguments(compiled(model, loss=sparse(from_logits=True)))


@fault("batch-normalisation-momentum", "PyTorch's momentum of 0.1")
def _():
    model = compiled(cnn(momentum=0.1), loss=sparse(from_logits=True))
    return arguments(model, digits(flat=False))


@fault("batch-normalisation-too-slow", "momentum 0.999 over 200 steps")
def _():
    model = compiled(cnn(momentum=0.999), loss=sparse(from_logits=True))
    return arguments(model, digits(flat=False), batch_size=180)


@fault("batch-normalisation-of-few", "batches of 2")
def _():
    model = compiled(cnn(), loss=sparse(from_logits=True))
    return arguments(model, digits(flat=False), batch_size=2)


@fault("nothing-trains", "every layer frozen")
def _():
    model = mlp()
    model.trainable = False
    return arguments(compiled(model))


@keras.saving.register_keras_serializable("planted")
class Rounded(layers.Layer):
    def call(self, inputs):
        return keras.ops.round(inputs)


@keras.saving.register_keras_serializable("planted")
class Stopped(layers.Layer):
    def call(self, inputs):
        return keras.ops.stop_gradient(inputs)


def cut(layer):
    keras.utils.set_random_seed(0)
    return keras.Sequential([
        keras.Input((64,)), layers.Dense(32, activation="relu"), layer,
        layers.Dense(CLASSES, activation="softmax"),
    ])  # fmt: skip


@fault("no-gradient", "stop_gradient in the middle")
def _():
    return arguments(compiled(cut(Stopped())))


@fault("no-gradient", "round in the middle")
def _():
    return arguments(compiled(cut(Rounded())))


@fault("never-moved", "a multiplication by 0 in the middle")
def _():
    return arguments(compiled(cut(layers.Rescaling(0.0))))


@fault("inputs-ignored", "an input that is multiplied by 0")
def _():
    hidden = [{"units": 32, "activation": "tanh"}]
    return arguments(compiled(mlp(before=[layers.Rescaling(0.0)], hidden=hidden)))


# Optimizer and schedule


@fault("rate-zero", "a rate of 0")
def _():
    return arguments(compiled(mlp(), optimizer=keras.optimizers.Adam(0.0)))


@fault("rate-too-low", "Adam at 1e-5")
def _():
    return arguments(compiled(mlp(), optimizer=keras.optimizers.Adam(1e-5)))


@fault("rate-too-high", "SGD at 30")
def _():
    return arguments(compiled(mlp(), optimizer=keras.optimizers.SGD(30.0)))


@fault("decay-too-strong", "AdamW with a decay of 20")
def _():
    return arguments(compiled(mlp(), optimizer=excluding(keras.optimizers.AdamW(3e-3, 20.0))))


def excluding(optimizer):
    optimizer.exclude_from_weight_decay(var_names=["bias", "gamma", "beta"])
    return optimizer


@fault("decay-of-scales", "AdamW as it comes, with batch normalisation")
def _():
    model = compiled(cnn(), optimizer=keras.optimizers.AdamW(3e-3, 0.01),
                     loss=sparse(from_logits=True))  # fmt: skip
    return arguments(model, digits(flat=False))


@fault("regularisation-first", "an L2 penalty of 10")
def _():
    hidden = [
        {"units": 32, "activation": "relu", "kernel_regularizer": keras.regularizers.L2(10.0)}
    ]
    return arguments(compiled(mlp(hidden=hidden)))


@fault("clipped-away", "gradients clipped at 1e-5")
def _():
    return arguments(compiled(mlp(), optimizer=keras.optimizers.SGD(0.1, clipnorm=1e-5)))


def cosine(steps, initial=3e-3, **settings):
    rate = keras.optimizers.schedules.CosineDecay(initial, steps, **settings)
    return arguments(compiled(mlp(), optimizer=keras.optimizers.Adam(rate)))


@fault("schedule-too-short", "a cosine over as many steps as there are epochs")
def _():
    return cosine(20)


@fault("schedule-too-long", "a cosine ten times as long as the training")
def _():
    return cosine(11_400)


@fault("warm-up-too-long", "a warm-up over three quarters of the training")
def _():
    return cosine(285, 0.0, warmup_target=3e-3, warmup_steps=855)


# Callbacks


def watched(*callbacks, **settings):
    images, labels = digits()
    settings = {"validation_data": (images[:100], labels[:100]), **settings}
    return arguments(compiled(mlp()), callbacks=callbacks, **settings)


@fault("monitor-unknown", "EarlyStopping on val_acuracy")
def _():
    return watched(
        keras.callbacks.EarlyStopping("val_acuracy", patience=3, restore_best_weights=True)
    )


@fault("monitor-unknown", "EarlyStopping on val_loss without validation data")
def _():
    return watched(
        keras.callbacks.EarlyStopping(patience=3, restore_best_weights=True), validation_data=None
    )


@fault("monitor-direction", "the checkpoint of the lowest accuracy")
def _():
    return watched(
        keras.callbacks.ModelCheckpoint(
            "best.keras", "val_accuracy", save_best_only=True, mode="min"
        )
    )


@fault("stopping-never", "a patience of 50 in 20 epochs")
def _():
    return watched(keras.callbacks.EarlyStopping(patience=50, restore_best_weights=True))


@fault("best-weights-lost", "EarlyStopping as it comes")
def _():
    return watched(keras.callbacks.EarlyStopping(patience=3))


@fault("plateau-after-stopping", "a rate that falls after training has stopped")
def _():
    return watched(
        keras.callbacks.ReduceLROnPlateau(patience=5),
        keras.callbacks.EarlyStopping(patience=3, restore_best_weights=True),
    )


@fault("rate-set-twice", "ReduceLROnPlateau beside a LearningRateScheduler")
def _():
    return watched(
        keras.callbacks.ReduceLROnPlateau(patience=5),
        keras.callbacks.LearningRateScheduler(lambda epoch, rate: rate * 0.9),
    )


@fault("callback-order", "ModelCheckpoint before BackupAndRestore")
def _():
    return watched(
        keras.callbacks.ModelCheckpoint("best.keras", "val_loss", save_best_only=True),
        keras.callbacks.BackupAndRestore("backup"),
    )


# Data pipeline


@fault("data-too-slow", "30 ms of Python for each batch")
def _():
    import time

    images, labels = digits()

    def slow(x, y):
        time.sleep(0.03)
        return x, y

    dataset = tf.data.Dataset.from_tensor_slices((images, labels)).shuffle(2000).batch(32)
    dataset = dataset.map(lambda x, y: tf.numpy_function(slow, [x, y], [tf.float32, tf.int64])).map(
        lambda x, y: (tf.ensure_shape(x, (None, 64)), tf.ensure_shape(y, (None,)))
    )
    return arguments(compiled(mlp()), dataset)


@fault("loss-fails", "a loss of one's own that divides the shapes wrongly")
def _():
    return arguments(
        compiled(mlp(), loss=lambda y, said: tf.reshape(said, (-1, 7))[:, 0]), digits()
    )


class NoStep(keras.Sequential):
    """A model whose train_step gives what is no gradient."""

    def train_step(self, data):
        x, _ = data
        self.optimizer.apply_gradients([(None, self.trainable_variables[0])])
        return {"outputs": self(x)}


@fault("step-fails", "a train_step without gradients")
def _():
    return arguments(compiled(NoStep(mlp().layers)))


SOUND = {
    "softmax and class ids": lambda: arguments(compiled(mlp())),
    "logits and one-hot labels": lambda: arguments(
        compiled(mlp(activation=None), loss=keras.losses.CategoricalCrossentropy(from_logits=True)),
        (digits()[0], np.eye(CLASSES)[digits()[1]]),
    ),
    "convolutions, batch normalisation, SGD, cosine": lambda: arguments(
        compiled(
            cnn(), loss=sparse(from_logits=True),
            optimizer=keras.optimizers.SGD(
                keras.optimizers.schedules.CosineDecay(0.05, 1140), momentum=0.9
            ),
        ),
        digits(flat=False),
    ),
    "one output for two classes": lambda: arguments(
        compiled(mlp(outputs=1, activation="sigmoid"), loss="binary_crossentropy"),
        (digits()[0], (digits()[1] > 4).astype(np.float32)),
    ),
    "a shuffled dataset with dropout": lambda: arguments(
        compiled(mlp(before=[layers.Dropout(0.2)])),
        tf.data.Dataset.from_tensor_slices(digits()).shuffle(2000, seed=0).batch(32).prefetch(2),
    ),
    "callbacks that go together": lambda: watched(
        keras.callbacks.ReduceLROnPlateau(patience=2),
        keras.callbacks.EarlyStopping(patience=6),
        keras.callbacks.ModelCheckpoint("best.keras", "val_accuracy", save_best_only=True),
    ),
    "a last layer begun at zero": lambda: arguments(
        compiled(mlp(activation=None, kernel_initializer="zeros"), loss=sparse(from_logits=True))
    ),
    "several labels an example, or none": lambda: with_labels(
        lambda labels: np.stack([labels > 4, labels % 2 == 0, labels % 3 == 0], axis=1),
        model=mlp(outputs=3, activation="sigmoid"), loss="binary_crossentropy",
    ),
    "a sigmoid of each class, one-hot labels": lambda: with_labels(
        lambda labels: np.eye(CLASSES)[labels], model=mlp(activation="sigmoid"),
        loss="binary_crossentropy",
    ),
    "AdamW that spares scales": lambda: arguments(
        compiled(cnn(), optimizer=excluding(keras.optimizers.AdamW(3e-3, 0.01)),
                 loss=sparse(from_logits=True)),
        digits(flat=False),
    ),
}  # fmt: skip
"""Models and data in which nothing is wrong."""


def table():
    """Markdown: what is planted, and what is said of it."""
    from keras_recipes.diagnosis import diagnose

    print("| planted | found | what is said |\n|---|---|---|")
    for check, what, plant in FAULTS.values():
        found = diagnose(
            **plant(), memorize=check in SEEN_IN_TRAINING, speed=check in SEEN_IN_TIME
        ).findings
        told = next(each for each in found if each.check == check)
        print(f"| {what} | `{check}` | {told} |")


if __name__ == "__main__":
    table()
