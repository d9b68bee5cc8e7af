"""`diagnose`: everything worth knowing of a model and its data before a long training."""

import contextlib
import math
from dataclasses import dataclass

from keras_recipes.data.store import free_memory
from keras_recipes.diagnosis.callbacks import check_callbacks
from keras_recipes.diagnosis.finding import Finding
from keras_recipes.diagnosis.labels import check_data
from keras_recipes.diagnosis.loss_agreement import check_agreement
from keras_recipes.diagnosis.memorization import (
    Tried,
    check_memorization,
    memorize_subject,
)
from keras_recipes.diagnosis.passage import Passage, pass_through
from keras_recipes.diagnosis.sampling import first_line, make_subject
from keras_recipes.diagnosis.scales import check_scales
from keras_recipes.diagnosis.settings import check_layers, check_optimizer
from keras_recipes.diagnosis.speed import Speed, check_speed, measure_speed
from keras_recipes.diagnosis.subject import Plan, Subject
from keras_recipes.model_state import ModelState


@dataclass(frozen=True, kw_only=True)
class Diagnosis:
    """What was found, and what was measured on the way.

    `print(diagnosis)` tells it all.

    Attributes:
        findings: each with its fix; empty where nothing is wrong.
        classes: that a label chooses from; 2 where each output is a yes or no of its own.
        passage: scales by layer at the start; None where labels, loss and model don't fit
            together, so that no loss could be taken.
        tried: what came of learning a few examples by heart; None likewise, or where it was not
            asked for.
        speed: times and memory; None likewise.
    """

    findings: tuple[Finding, ...]
    classes: int
    passage: Passage | None = None
    tried: Tried | None = None
    speed: Speed | None = None

    def __str__(self):
        from keras_recipes.diagnosis.as_text import as_text

        return as_text(self)


def diagnose(
    model,
    data,
    *,
    validation_data=None,
    callbacks=(),
    epochs: int | None = None,
    steps_per_epoch: int | None = None,
    batch_size: int = 32,
    memorize: bool = True,
    speed: bool = True,
) -> Diagnosis:
    """Look for what would keep a model from learning, before it is trained.

        model.compile(...)
        print(diagnose(model, (x_train, y_train), epochs=20, batch_size=64))

    Takes a classifier of one input and one output, of one label an example or of several. Up to
    1,000 examples are looked at; the model is trained for a few steps and put back as it was, to
    the bit. A `tf.data.Dataset` is read from its beginning, which moves one on that shuffles anew
    each time.

    Args:
        model: compiled, with the loss and the optimizer that it will be trained with.
        data: as `fit` would get it: `(x, y)`, or a dataset of batches `(x, y)`; x of shape
            `(n, ...)`, y class ids `(n,)` or `(n, 1)`, or rows `(n, classes)`. Weights of examples
            are left out.
        validation_data: as `fit` would get it; whether there is any is what matters.
        callbacks: as `fit` would get them; none is called.
        epochs: as `fit` would get it; schedules are held against it.
        steps_per_epoch: of a dataset that tells no length.
        batch_size: of arrays.
        memorize: whether to train on a few examples until they are known by heart, with inputs
            blanked beside it; most of the time goes there.
        speed: whether to time some steps and batches.

    Returns:
        `Diagnosis`.

    Raises:
        RecipeError: if the model is not compiled with one loss, has several outputs or does not
            take the data, or if the data is of another form.
    """
    plan = Plan(
        epochs=epochs, callbacks=tuple(callbacks), validates=validation_data is not None,
        steps_per_epoch=steps_per_epoch or _steps(data, batch_size),
    )  # fmt: skip
    subject = make_subject(model, data, batch_size=batch_size, plan=plan)
    batches = None if isinstance(data, tuple) else data
    return diagnose_subject(
        subject, batches=batches, memorize=_memorize if memorize else None, speed=speed
    )  # fmt: skip


def _steps(data, batch_size):
    if isinstance(data, tuple):
        return math.ceil(len(data[0]) / batch_size)
    with contextlib.suppress(TypeError):  # a dataset whose length is not known
        return len(data)
    return None


def _memorize(subject):
    """Near zero is a fifth of what chance has: a loss may smooth its labels."""
    return memorize_subject(subject, near_zero=max(0.1, math.log(subject.choices) / 5))


def diagnose_subject(
    subject: Subject, *, batches=None, memorize=_memorize, speed: bool = True
) -> Diagnosis:
    """`diagnose` of what has been made ready.

    Args:
        subject: the model and its data.
        batches: as training gets them, to be timed; None where they are in memory.
        memorize: function of the subject to `Tried`; None to leave it out.
        speed: whether to time some steps and batches.
    """
    state = ModelState(subject.model)  # even in inference some layers draw random numbers
    try:
        return _diagnose(subject, batches, memorize, speed)
    finally:
        state.restore()


def _diagnose(subject, batches, memorize, speed):
    findings = [*check_data(subject), *check_agreement(subject)]
    findings += check_callbacks(subject)
    passage = tried = timed = None
    try:
        passage = pass_through(subject)
    except Exception as error:  # whatever the model or loss of somebody's own raises
        if not findings:
            findings.append(_broken(error))
    findings += check_layers(subject, passage)
    findings += check_optimizer(subject, passage)
    if passage is not None:
        findings += check_scales(subject, passage)
        trains = bool(subject.model.trainable_variables)
        hopeless = not math.isfinite(passage.loss) or not trains
        if memorize is not None and not hopeless:
            tried = memorize(subject)
            findings += _unexplained(check_memorization(tried), findings)
        if trains and speed:
            try:
                timed = measure_speed(subject, passage, batches)
                findings += check_speed(timed, free_memory())
            except Exception as error:  # whatever a train_step of somebody's own raises
                findings.append(_broken_step(error))
    return Diagnosis(
        findings=tuple(findings), classes=subject.choices, passage=passage, tried=tried, speed=timed
    )


def _broken(error):
    return Finding(
        check="loss-fails", where="the loss of a batch",
        problem=f"can't be taken: {type(error).__name__}: {first_line(error)}",
        fix="Look at the shapes of outputs and labels.",
    )  # fmt: skip


def _broken_step(error):
    return Finding(
        check="step-fails", where="a training step",
        problem=f"can't be taken: {type(error).__name__}: {first_line(error)}",
        fix="Look at the model's train_step, and at the metrics.",
    )  # fmt: skip


def _unexplained(found, findings):
    """That it learns nothing is no news where the reason is known."""
    general = ("inputs-ignored", "not-learnt-by-heart", "never-moved")
    return [each for each in found if not (findings and each.check in general)]
