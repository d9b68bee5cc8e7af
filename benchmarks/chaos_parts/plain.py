"""The same network in a script of one's own: `plain.py resumable_fit` or `plain.py backup`.

`backup` is `model.fit` with Keras's BackupAndRestore, first in the list, every ten steps and with
the copy that it may keep of the one before, on the same keyed batches, which even begin with those
of the epoch that it goes on with.
"""

import json
import sys
from pathlib import Path

import keras
from where import Where, tell_saving

from keras_recipes.augment import RandAugment, build_pipeline, mixup
from keras_recipes.data import Examples, channel_statistics, training_batches
from keras_recipes.data import digits as source
from keras_recipes.models.cifar_resnet import cifar_resnet
from keras_recipes.training.resumable_fit import resumable_fit

EPOCHS, BATCH, EVERY = 8, 16, 10
WEIGHTS = Path("final.weights.h5")


def main(how):
    """Train, or go on; leave the last weights, the best model and the log of epochs."""
    keras.utils.set_random_seed(0)
    digits = source.load()
    train = Examples.whole(digits.train.images[:800], digits.train.class_labels()[:800])
    validation = digits.validation
    mean, variance = channel_statistics(train)
    model = cifar_resnet(
        (8, 8, 1), 10, depth=8, width=8, dropout=0.2, mean=mean, variance=variance
    )  # fmt: skip
    model.compile(
        keras.optimizers.SGD(0.05, momentum=0.9),
        keras.losses.CategoricalCrossentropy(from_logits=True),
        metrics=["accuracy"],
    )
    augment = build_pipeline(
        [RandAugment(), mixup(0.2)],
        seed=0, image_shape=(8, 8, 1), num_classes=10, batch_size=BATCH,
    )  # fmt: skip
    steps = len(train) // BATCH

    def stream(first_step, last_step):
        return training_batches(
            train, 10, seed=0, batch_size=BATCH, first_step=first_step, last_step=last_step,
            augment=augment,
        )  # fmt: skip

    labels = keras.utils.to_categorical(validation.class_labels(), 10)
    settings = {
        "epochs": EPOCHS,
        "steps_per_epoch": steps,
        "validation_data": (validation.images[validation.indices].astype("float32"), labels),
        "verbose": 0,
    }
    callbacks = [
        Where(),
        keras.callbacks.ReduceLROnPlateau("val_loss", patience=1, factor=0.5),
        keras.callbacks.ModelCheckpoint("best.keras", "val_loss", save_best_only=True),
        keras.callbacks.EarlyStopping("val_loss", patience=6),
    ]
    if how == "backup":
        history = back_up(model, stream, steps, callbacks, settings)
    else:
        history = resumable_fit(
            model, stream, directory="training", callbacks=callbacks, checkpoint_minutes=0.01,
            **settings,
        ).history  # fmt: skip
    model.save_weights(WEIGHTS)
    Path("history.json").write_text(json.dumps(history))


def back_up(model, stream, steps, callbacks, settings):
    """As Keras's guide has it; the epochs' logs of all processes, the last of each epoch."""
    tell_saving(keras.callbacks.BackupAndRestore, "_save_model")
    backup = keras.callbacks.BackupAndRestore("backup", save_freq=EVERY, double_checkpoint=True)
    about, log = Path("backup/training_metadata.json"), Path("epochs.jsonl")
    epoch = json.loads(about.read_text())["epoch"] if about.exists() else 0

    def note(epoch, logs):
        with log.open("a") as file:
            file.write(json.dumps([epoch, {k: float(v) for k, v in logs.items()}]) + "\n")

    noting = keras.callbacks.LambdaCallback(on_epoch_end=note)
    batches = stream(epoch * steps, EPOCHS * steps)
    model.fit(batches, shuffle=False, callbacks=[backup, *callbacks, noting], **settings)
    return dict(json.loads(line) for line in log.read_text().splitlines())


if __name__ == "__main__":
    main(sys.argv[1])
