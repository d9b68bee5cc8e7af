"""`Recipe`: everything a run needs to know, as one frozen value."""

import re
from dataclasses import fields, replace
from typing import Literal

from keras_recipes.errors import RecipeError
from keras_recipes.recipe.augment import Augmentation
from keras_recipes.recipe.augment.policy import may_mix
from keras_recipes.recipe.call import Call
from keras_recipes.recipe.conflicts import check_image_sizes, check_phase, check_threshold
from keras_recipes.recipe.data import Data
from keras_recipes.recipe.loss import CrossEntropy, Loss
from keras_recipes.recipe.model import Model
from keras_recipes.recipe.optimizer import SGD, Optimizer
from keras_recipes.recipe.part import bounded, part
from keras_recipes.recipe.phase import Phase
from keras_recipes.recipe.pretrain import Pretraining
from keras_recipes.recipe.pretrain.as_phase import (
    check_pretraining,
    inherits,
    pretraining_phase,
)
from keras_recipes.recipe.schedule import Schedule
from keras_recipes.recipe.stopping import Stopping

SCHEMA = 1
"""Version of the vocabulary, raised when a recipe of the one before would mean something else."""


_OWN = ("name", "trainable", "keep_features", "image_size")
"""What a phase has for itself alone."""
_INHERITED = tuple(each.name for each in fields(Phase) if each.name not in _OWN)


@part
class Recipe:
    """A training run as a table of choices.

    Read from a file with `keras_recipes.recipe.load`; changed with `dataclasses.replace`.
    """

    data: Data
    """The images, and which of them are held out."""
    model: Model
    """The network. A `Call` is offered `input_shape`, `num_classes`, `mean` and `variance`."""
    augment: tuple[Augmentation, ...] = ()
    """What is done to training images, in order."""
    mixup_off_epochs: int = bounded(0, at_least=0)
    """Epochs at the end of each phase without MixUp and CutMix, also within OneOf and Sometimes.

    As timm's `--mixup-off-epoch`, and YOLOX's last 15 epochs (Ge et al. 2021, arXiv:2107.08430,
    section 2.1). Whatever else is drawn stays the same. A phase that stops early doesn't reach
    them.
    """
    loss: Loss = CrossEntropy()
    """A `Call` builds a Keras loss of one-hot labels and logits; it is offered `class_counts`."""
    optimizer: Optimizer = SGD()
    """A `Call` states `learning_rate`, the highest of the schedule, whose rates it is given; it is
    offered `model`."""
    schedule: Schedule | None = None
    """None keeps the rate. A `Call` is offered `peak`, `steps` and `steps_per_epoch`, and returns
    every rate."""
    stopping: Stopping = Stopping()
    """Which epoch is kept, and when to stop."""
    callbacks: tuple[Call, ...] = ()
    """Keras callbacks of one's own, `Call("keras.callbacks:ReduceLROnPlateau", monitor="val_nll")`;
    made anew for each phase, and when a run is resumed."""
    epochs: int | None = bounded(None, at_least=1)
    """Length of every phase that states none."""
    pretrain: Pretraining | None = None
    """What the network's body learns from images without labels, before the phases."""
    phases: tuple[Phase, ...] = (Phase(),)
    """Usually one, that changes nothing."""
    batch_size: int = bounded(128, at_least=1)
    """Images a step. An epoch drops the images that fill no batch: others in each epoch."""
    precision: Literal["auto", "float32", "mixed_bfloat16", "mixed_float16"] = "auto"
    """"auto" takes the fastest that the machine computes well in."""
    on_nan: Literal["stop", "rewind"] = "stop"
    """What follows a loss that is nan or infinite: "stop" ends the run with an error; "rewind" goes
    back to the end of the epoch before, with half the learning rate for the rest of the phase, up
    to five times in one epoch."""
    deterministic: bool = False
    """Whether TensorFlow is held to operations that give the same bits each time
    (`tf.config.experimental.enable_op_determinism`), as GPUs don't by themselves; docs/recipes.md
    has what it costs."""
    seed: int = bounded(0, at_least=0, below=2**31)
    """Of the weights, the order of the images and their augmentation."""
    stand_in: str | None = None
    """Variant of the same file that `run` takes where the data can't be had."""
    schema: int = SCHEMA
    """Version of the vocabulary that the recipe was written in."""

    def check(self):
        if self.schema != SCHEMA:
            raise RecipeError(
                "schema", f"must be {SCHEMA} in this version of keras_recipes; got {self.schema}",
                "Install the version that wrote the recipe, or rewrite it and drop `schema`.",
            )  # fmt: skip
        if self.stand_in is not None and not self.stand_in.isidentifier():
            raise RecipeError(
                "stand_in", f"must be the name of a variant in the file; got {self.stand_in!r}",
                'Write, for example, stand_in="digits" beside digits = replace(recipe, ...).',
            )  # fmt: skip
        self._check_phases()
        resolved = resolve_phases(self)
        for index, phase in enumerate(resolved):
            check_phase(phase, self._phase_place(index), self.batch_size)
        check_threshold(resolved, self._phase_place)
        check_image_sizes(self.phases, self.model, self._phase_place)
        self._check_mixup_off()
        check_pretraining(self)

    def _check_phases(self):
        if not self.phases:
            raise RecipeError("phases", "must hold at least one Phase; got ()", "Leave it out.")
        names = [phase.name for phase in self.phases]
        for name in names:
            if not re.fullmatch(r"[A-Za-z0-9_-]+", name):
                raise RecipeError(
                    "phases", f"have a name {name!r} that is not of letters, digits, - and _",
                    'Write, for example, Phase(name="head").',
                )  # fmt: skip
            if names.count(name) > 1:
                raise RecipeError(
                    "phases", f"have two of the name {name!r}", "Give each a name of its own."
                )
        without = [index for index, phase in enumerate(self.phases) if phase.epochs is None]
        if self.epochs is None and without:
            raise RecipeError(
                "epochs", "is missing", "Say how long to train, for example epochs=30."
            )
        for each in fields(Recipe):
            unused = all(getattr(phase, each.name, None) is not None for phase in self.phases)
            unused = unused and not inherits(self, each.name)
            if unused and getattr(self, each.name) != each.default:
                raise RecipeError(
                    each.name, "takes no effect, since every phase states its own",
                    f"Leave it out, or take {each.name} out of a phase.",
                )  # fmt: skip
        if len({phase.stopping.monitor for phase in resolve_phases(self)}) > 1:
            raise RecipeError(
                "phases",
                "monitor different values, so the best of one can't be carried into the next",
                "Use one stopping.monitor throughout.",
            )

    def _check_mixup_off(self):
        """What is to rest must be there; the recipe's own number may find it in any phase."""
        resolved = resolve_phases(self)
        for index, phase in enumerate(self.phases):
            if phase.mixup_off_epochs and not may_mix(resolved[index].augment):
                raise RecipeError(
                    f"{self._phase_place(index)}mixup_off_epochs",
                    "takes no effect: the phase has no MixUp or CutMix",
                    "Leave it out, or add MixUp or CutMix.",
                )
        inherit = [
            full
            for phase, full in zip(self.phases, resolved, strict=True)
            if phase.mixup_off_epochs is None
        ]
        if self.mixup_off_epochs and not any(may_mix(phase.augment) for phase in inherit):
            raise RecipeError(
                "mixup_off_epochs", "takes no effect: augment has no MixUp or CutMix",
                "Leave it out, or add MixUp or CutMix.",
            )  # fmt: skip

    def _phase_place(self, index):
        return "" if len(self.phases) == 1 else f"phases.{index}."


def run_phases(recipe: Recipe) -> tuple[Phase, ...]:
    """The phases of a run in turn: pretraining, where there is some, and the recipe's own."""
    pretraining = pretraining_phase(recipe)
    return (*([] if pretraining is None else [pretraining]), *resolve_phases(recipe))


def resolve_phases(recipe: Recipe) -> tuple[Phase, ...]:
    """The phases with every choice that they leave to the recipe filled in."""
    states_trainable = any(phase.trainable is not None for phase in recipe.phases)
    return tuple(
        replace(
            phase,
            # Where none states it, the layers stay as the model's builder left them.
            trainable=phase.trainable or ("all" if states_trainable else None),
            **{name: getattr(recipe, name) for name in _INHERITED if getattr(phase, name) is None},
        )
        for phase in recipe.phases
    )
