"""Callbacks that never act, act on what nobody reports, or undo one another."""

import keras

from keras_recipes.diagnosis.finding import Finding
from keras_recipes.diagnosis.subject import Subject
from keras_recipes.errors import did_you_mean

_RISES = ("acc", "auc", "precision", "recall", "f1")
_FALLS = ("loss", "error", "crossentropy", "mse", "mae")
"""In names of metrics that are better when higher, or lower; of others nothing is known."""
_MONITORING = (
    keras.callbacks.EarlyStopping, keras.callbacks.ModelCheckpoint,
    keras.callbacks.ReduceLROnPlateau,
)  # fmt: skip


def check_callbacks(subject: Subject):
    """Findings about the callbacks of the plan."""
    plan = subject.plan
    reported = reported_names(subject)
    own = keras.Model.train_step  # one of somebody's own may report anything
    reports_its_own = type(subject.model).train_step is not own
    for callback in plan.callbacks:
        if isinstance(callback, _MONITORING) and not reports_its_own:
            yield from _monitor(callback, reported, plan)
    stopping = _one(plan, keras.callbacks.EarlyStopping)
    plateau = _one(plan, keras.callbacks.ReduceLROnPlateau)
    keeping = _one(plan, keras.callbacks.ModelCheckpoint)
    if stopping is not None:
        yield from _stopping(stopping, keeping, plateau, plan)
    setting = [type(each).__name__ for each in plan.callbacks
               if isinstance(each, keras.callbacks.LearningRateScheduler
                             | keras.callbacks.ReduceLROnPlateau)]  # fmt: skip
    scheduled = not isinstance(
        getattr(subject.model.optimizer, "learning_rate", None), keras.Variable
    )
    if setting and scheduled:
        yield Finding(
            check="rate-set-twice", where=setting[0],
            problem="sets the rate, and the optimizer has a schedule of its own, so fit fails",
            fix="Leave one of them out.",
        )  # fmt: skip
    elif len(setting) > 1:
        yield Finding(
            check="rate-set-twice", where=setting[1],
            problem=f"sets the rate, as {setting[0]} does: each undoes the other",
            fix="Leave one of them out.",
        )  # fmt: skip
    names = [type(each).__name__ for each in plan.callbacks]
    if (
        "BackupAndRestore" in names
        and "ModelCheckpoint" in names[: names.index("BackupAndRestore")]
    ):
        yield Finding(
            check="callback-order", where="ModelCheckpoint",
            problem="comes before BackupAndRestore, and forgets its best value when training is "
            "resumed", fix="State initial_value_threshold, and put BackupAndRestore first.",
        )  # fmt: skip


def reported_names(subject: Subject) -> list[str]:
    """What an epoch reports: the loss, the metrics and, with validation, both again as val_."""
    model = subject.model
    names = ["loss"]
    metrics = getattr(model, "_compile_metrics", None)
    given = [] if metrics is None else [metrics._user_metrics, metrics._user_weighted_metrics]
    for each in keras.tree.flatten(given):
        if each is not None:
            names.append(each if isinstance(each, str) else getattr(each, "name", None)
                         or getattr(each, "__name__", str(each)))  # fmt: skip
    return names + [f"val_{each}" for each in names if subject.plan.validates is not False]


def _monitor(callback, reported, plan):
    name, where = callback.monitor, f"{type(callback).__name__}.monitor"
    matters = getattr(callback, "save_best_only", True)
    if not matters:
        return
    if name not in reported:
        why = (
            "and there is no validation data" if plan.validates is False and name.startswith("val_")
            else f"which no epoch reports ({', '.join(reported)})"
        )  # fmt: skip
        yield Finding(
            check="monitor-unknown", where=where, problem=f"is {name!r}, {why}: it never acts",
            fix=did_you_mean(name, reported),
        )  # fmt: skip
        return
    mode = getattr(callback, "mode", "auto")
    if isinstance(callback, keras.callbacks.EarlyStopping | keras.callbacks.ModelCheckpoint):
        comparing = getattr(callback.monitor_op, "__name__", "")
        mode = {"less": "min", "greater": "max"}.get(comparing, mode)
    rises = any(each in name.lower() for each in _RISES)
    falls = not rises and any(each in name.lower() for each in _FALLS)
    if (rises and mode == "min") or (falls and mode == "max"):
        yield Finding(
            check="monitor-direction", where=f"{type(callback).__name__}.mode",
            problem=f"takes a {'lower' if rises else 'higher'} {name} for better",
            fix=f'Use mode="{"max" if rises else "min"}".',
        )  # fmt: skip


def _stopping(stopping, keeping, plateau, plan):
    if plan.epochs is not None and stopping.patience >= plan.epochs:
        yield Finding(
            check="stopping-never", where="EarlyStopping.patience",
            problem=f"is {stopping.patience}, of {plan.epochs} epochs: it never stops anything",
            fix="Lower it, or train longer.",
        )  # fmt: skip
    if not stopping.restore_best_weights and not getattr(keeping, "save_best_only", False):
        yield Finding(
            check="best-weights-lost", where="EarlyStopping",
            problem=f"leaves the model {stopping.patience} epochs after its best, which nothing "
            "keeps",
            fix="Use restore_best_weights=True, or ModelCheckpoint(save_best_only=True).",
        )  # fmt: skip
    if (
        plateau is not None
        and plateau.monitor == stopping.monitor
        and plateau.patience >= stopping.patience
    ):
        yield Finding(
            check="plateau-after-stopping", where="ReduceLROnPlateau.patience",
            problem=f"is {plateau.patience}, and EarlyStopping's {stopping.patience}: training "
            "ends before the rate is lowered",
            fix="Stop later, or lower the rate sooner.",
        )  # fmt: skip


def _one(plan, kind):
    return next((each for each in plan.callbacks if isinstance(each, kind)), None)
