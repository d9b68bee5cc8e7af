"""What `sweep --named initializers` shows beside the scores: scales by layer at the start."""

import tempfile
from pathlib import Path

from keras_recipes.atomic_file import replacing


def initial_scales(begun, study, folder: Path, name: str) -> list[Path]:
    """Print the scales of each variant, and write scales.md, scales.json and scales.png."""
    from keras_recipes.cli.study_command import study_table
    from keras_recipes.report.scales_plot import draw_scales
    from keras_recipes.studies.initial_scales import (
        HEADINGS,
        initial_passage,
        scale_cells,
        scales_json,
        scales_markdown,
    )
    from keras_recipes.studies.trials import write_json
    from keras_recipes.training.devices import training_devices
    from keras_recipes.training.run import choose_speed_on
    from keras_recipes.training.run_directory import RunDirectory

    speed = choose_speed_on(training_devices()[:1], begun.job.recipe.precision)
    dataset, passages = begun.job.recipe.data.build(), {}
    for variant, recipe in study.recipes.items():
        with tempfile.TemporaryDirectory() as scratch:
            directory = RunDirectory.create(
                Path(scratch), begun.job.name, recipe, begun.loaded.directory
            )
            passages[variant] = initial_passage(recipe, dataset, directory, speed)
    begun.console.print(
        "before the first step: deviation of hidden layers' outputs, and gradients by them",
        style="dim",
    )
    begun.console.print(study_table(HEADINGS, [scale_cells(*each) for each in passages.items()]))
    with replacing(folder / "scales.md") as partial:
        partial.write_text(scales_markdown(passages), encoding="utf-8")
    with replacing(folder / "scales.png") as partial:
        draw_scales(passages, name).savefig(partial, dpi=150)
    write_json(folder / "scales.json", scales_json(passages))
    return [folder / each for each in ("scales.md", "scales.json", "scales.png")]
