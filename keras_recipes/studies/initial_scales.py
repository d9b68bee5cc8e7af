"""How large signals and gradients are by layer before the first step, variant by variant."""

import keras

from keras_recipes.data import Dataset
from keras_recipes.diagnosis.passage import Passage, pass_through
from keras_recipes.recipe import Recipe, resolve_phases
from keras_recipes.studies.doctor import subject_of
from keras_recipes.training.build import build_model
from keras_recipes.training.fit import dtype_policy
from keras_recipes.training.phase_trainer import PhaseTrainer
from keras_recipes.training.precision import Speed
from keras_recipes.training.run_directory import RunDirectory

HEADINGS = ("variant", "first", "last", "logits", "gradient first", "last")


def initial_passage(
    recipe: Recipe, dataset: Dataset, directory: RunDirectory, speed: Speed
) -> Passage:
    """One batch forward and back through what the first phase of a run begins with.

    Args:
        recipe: what would train; its seed is that of the weights.
        dataset: its data.
        directory: with the files that the recipe names.
        speed: as the run's; scales are taken in float32 all the same.
    """
    with dtype_policy("float32"):
        keras.utils.set_random_seed(recipe.seed)
        model = build_model(recipe, dataset, directory.path, speed)
        phase = resolve_phases(recipe)[0]
        trainer = PhaseTrainer(model, phase, recipe, dataset, directory, speed)
        return pass_through(subject_of(trainer, trainer.training_data(1)))


def scale_cells(name: str, passage: Passage) -> list[str]:
    """A variant's line under `HEADINGS`: standard deviations, and the hidden layers' gradients."""
    layers = passage.weighted
    hidden = layers[:-1] or layers
    return [
        name,
        f"{hidden[0].deviation:.3g}",
        f"{hidden[-1].deviation:.3g}",
        f"{layers[-1].deviation:.3g}",
        *("none" if each.gradient is None else f"{each.gradient:.2g}"
          for each in (hidden[0], hidden[-1])),
    ]  # fmt: skip


def scales_markdown(passages: dict[str, Passage]) -> str:
    """The table as text, for study.md."""
    lines = [
        "Before the first step, one batch, in float32: standard deviation of the outputs of the",
        "first and the last hidden layer and of the logits, and root mean square of the loss's",
        "gradient by the outputs of the first and the last hidden layer, an example's own.",
        "",
        f"| {' | '.join(HEADINGS)} |", f"|{'---|' * len(HEADINGS)}",
    ]  # fmt: skip
    lines += [f"| {' | '.join(scale_cells(*each))} |" for each in passages.items()]
    return "\n".join([*lines, ""])


def scales_json(passages: dict[str, Passage]) -> dict:
    """Variant to a list of its layers, with the scale of each."""
    return {
        name: [
            {"layer": each.name, "output_deviation": each.deviation, "gradient": each.gradient}
            for each in passage.weighted
        ]
        for name, passage in passages.items()
    }
