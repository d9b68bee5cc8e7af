"""Choices that contradict each other are refused by name, before Keras is loaded."""

import pytest

from keras_recipes import (
    SGD,
    BinaryCrossEntropy,
    Call,
    CifarResNet,
    Cosine,
    Digits,
    MixUp,
    MultiStep,
    Phase,
    Plateau,
    RateSearch,
    Recipe,
    RecipeError,
    Step,
    Stopping,
    Transfer,
)

PLATEAU = Call("keras.callbacks:ReduceLROnPlateau", monitor="val_nll", patience=2)

CONFLICTS = [
    # the choices, where it is said to be, and part of the fix
    ({"schedule": Cosine(), "callbacks": (PLATEAU,)}, "callbacks.0", "Set schedule=None"),
    (
        {"callbacks": (Call("keras.callbacks:EarlyStopping", restore_best_weights=True),)},
        "callbacks.0",
        "Stopping(patience=...)",
    ),
    (
        {"callbacks": (Call("keras.callbacks:BackupAndRestore", backup_dir="x"),)},
        "callbacks.0",
        "run --resume",
    ),
    ({"callbacks": (Call("keras.callbacks:SwapEMAWeights"),)}, "callbacks.0", "ema_momentum"),
    (
        {"callbacks": (Call("keras_recipes.callbacks:AveragedWeights"),)},
        "callbacks.0",
        "ema_momentum",
    ),
    (
        {"callbacks": (PLATEAU, Call("keras_recipes.callbacks:CosineDecay", peak=0.1))},
        "callbacks.1",
        "Leave one of them out",
    ),
    ({"loss": BinaryCrossEntropy(target_threshold=0.2)}, "loss.target_threshold", "add MixUp"),
    (
        {
            "augment": (MixUp(),),
            "phases": (
                Phase(name="mixed"),
                Phase(name="plain", augment=(), loss=BinaryCrossEntropy(target_threshold=0.2)),
            ),
        },
        "phases.1.loss.target_threshold",
        "add MixUp",
    ),
    (
        {"callbacks": (PLATEAU, Call("my.py:Mine", monitor="val_acuracy"))},
        "callbacks.1.monitor",
        "Did you mean 'val_accuracy'?",
    ),
    (
        {"optimizer": Call("keras.optimizers:Adam", learning_rate=0.1, use_ema=True)},
        "optimizer",
        "ema_momentum",
    ),
    ({"optimizer": Call("keras.optimizers:Adam")}, "optimizer", "learning_rate=..."),
    (
        {"loss": Call("keras.losses:SparseCategoricalCrossentropy", from_logits=True)},
        "loss",
        '"keras.losses:CategoricalCrossentropy"',
    ),
    ({"augment": (MixUp(),), "batch_size": 1}, "batch_size", "larger batch"),
    ({"schedule": Cosine(warmup_epochs=5)}, "schedule.warmup_epochs", "train longer"),
    ({"schedule": MultiStep(warmup_epochs=3)}, "schedule.at", "Step later"),
    ({"schedule": Step(every_epochs=5)}, "schedule.every_epochs", "step more often"),
    # an epoch to improve on and four without improvement: the cut would come after the last
    ({"schedule": Plateau(patience=4)}, "schedule.patience", "train longer"),
    ({"schedule": Plateau(patience=2, warmup_epochs=1.5)}, "schedule.patience", "lower it"),
    ({"schedule": RateSearch()}, "schedule.every_epochs", "The rate would never change"),
    ({"schedule": RateSearch(every_epochs=9, patience=4)}, "schedule.patience", "lower it"),
    (
        {
            "schedule": Plateau(monitor="val_accuracy", patience=2, warmup_epochs=1),
            "stopping": Stopping(monitor="val_accuracy", patience=2, start_from_epoch=1),
        },
        "stopping.patience",
        "stop later",
    ),
    (
        {
            "schedule": RateSearch(every_epochs=None, patience=3),
            "stopping": Stopping(monitor="val_nll", patience=2),
        },
        "stopping.patience",
        "stop later",
    ),
    (
        {
            "schedule": RateSearch(every_epochs=1, trial_steps=7),
            "optimizer": Call(
                "keras.optimizers:Adam", learning_rate=0.1, gradient_accumulation_steps=8
            ),
        },
        "schedule.trial_steps",
        "several times as many",
    ),
    ({"schedule": RateSearch(every_epochs=1, warmup_epochs=5)}, "schedule.warmup_epochs", "longer"),
    (
        {
            "schedule": RateSearch(every_epochs=1, trial_steps=7),
            "optimizer": SGD(accumulate=8),
        },
        "schedule.trial_steps",
        "several times as many",
    ),
    (
        {
            "schedule": Plateau(patience=1),
            "callbacks": (Call("keras_recipes.callbacks:PlateauLR", monitor="val_nll"),),
        },
        "callbacks.0",
        "Set schedule=None",
    ),
    (
        {"callbacks": (PLATEAU, Call("keras_recipes.tuning:LRSearch"))},
        "callbacks.1",
        "Leave one of them out",
    ),
    (
        {"phases": (Phase(name="a", keep_features=True), Phase(name="b", trainable="head"))},
        "phases.0.keep_features",
        "train the head alone",
    ),
    (
        {"phases": (Phase(keep_features=True, trainable="head"),), "augment": (MixUp(),)},
        "keep_features",
        "augment=()",
    ),
    ({"phases": (Phase(image_size=(4, 4)),)}, "image_size", "set data.image_size"),
    (
        {"phases": (Phase(name="a"), Phase(name="b", image_size=(4, 4)))},
        "phases.1.image_size",
        "set data.image_size",
    ),
    (
        {
            "phases": (Phase(name="a", image_size=(4, 4)), Phase(name="b")),
            "model": Transfer("MobileNet", input_size=(32, 32)),
        },
        "phases.0.image_size",
        "model.input_size=None",
    ),
    ({"stopping": Stopping(start_from_epoch=5)}, "stopping.start_from_epoch", "start earlier"),
    (
        {"phases": (Phase(name="a"), Phase(name="b", schedule=Cosine(), callbacks=(PLATEAU,)))},
        "phases.1.callbacks.0",
        "Set schedule=None",
    ),
]


@pytest.mark.parametrize(("choices", "place", "fix"), CONFLICTS)
def test_a_conflict_is_refused(choices, place, fix):
    with pytest.raises(RecipeError) as refused:
        Recipe(**{"data": Digits(), "model": CifarResNet(), "epochs": 5, **choices})
    assert refused.value.where == place
    assert fix in refused.value.fix


TOGETHER = [
    {"callbacks": (PLATEAU,)},
    {"schedule": Plateau(patience=2, warmup_epochs=1)},
    {"schedule": RateSearch(every_epochs=None, patience=3)},
    {"schedule": Plateau(patience=2), "stopping": Stopping(monitor="val_nll", patience=3)},
    {"schedule": Plateau(patience=2), "stopping": Stopping(monitor="val_accuracy", patience=1)},
    {
        "schedule": Plateau(patience=1),
        "stopping": Stopping(monitor="val_nll", patience=1, start_from_epoch=3),
    },
    {
        "schedule": RateSearch(every_epochs=2, patience=2),
        "stopping": Stopping(monitor="val_nll", patience=1),
    },
    # one phase that mixes is enough
    {
        "loss": BinaryCrossEntropy(target_threshold=0.2),
        "phases": (Phase(name="mixed", augment=(MixUp(),)), Phase(name="plain", augment=())),
    },
    {"loss": BinaryCrossEntropy(target_threshold=0.2), "augment": (Call("my.py:mix"),)},
]


@pytest.mark.parametrize("choices", TOGETHER)
def test_what_goes_together_is_taken(choices):
    recipe = Recipe(data=Digits(), model=CifarResNet(), epochs=5, **choices)
    assert all(getattr(recipe, name) == value for name, value in choices.items())
