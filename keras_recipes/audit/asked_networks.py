"""What the networks that an audit has trained say of augmented images."""

from keras_recipes.audit.augmentations import Tried, nothing_to_try
from keras_recipes.audit.label_changes import LabelChanges, label_changes
from keras_recipes.audit.out_of_fold import require_finished


def pipelines_of(tried: Tried, dataset, sources, seed: int) -> tuple[Tried, dict]:
    """Build each augmentation by itself, before anything is trained for it.

    Args:
        dataset: the recipe's.
        sources: the folder that files named in the recipe are relative to.
        seed: of what the augmentations draw.

    Returns:
        (what can be tried: a `Call` tells only now that it mixes labels; name to pipeline).

    Raises:
        RecipeError: if one can't be built, or all mix labels.
    """
    from keras_recipes.augment import mixes_labels
    from keras_recipes.training.build import build_augmentation

    pipelines, mixing = {}, []
    for name, part in tried.parts.items():
        pipeline = build_augmentation((part,), dataset, sources, seed=seed, batch_size=None)
        if any(mixes_labels(layer) for layer in pipeline.layers):
            mixing.append(name)
        else:
            pipelines[name] = pipeline
    if not pipelines:
        raise nothing_to_try(mixing=True)
    parts = {name: tried.parts[name] for name in pipelines}
    return Tried(parts=parts, left_out=(*tried.left_out, *mixing)), pipelines


def ask_networks(outcomes, pipeline, name: str, num_classes: int) -> list[LabelChanges]:
    """What trained networks say of images predicted again, and of augmented ones.

    Args:
        outcomes: of trials that hold out a fold, in pairs of one fold: trained without the
            augmentation, and with it.
        pipeline: the augmentation.
        name: of it.
        num_classes: length of a label.

    Raises:
        RecipeError: if a trial has failed.
    """
    require_finished([each for pair in outcomes for each in pair])
    return [
        label_changes(what, _networks(outcomes), each, num_classes)
        for what, each in ((f"none, asked again, for {name}", None), (name, pipeline))
    ]


def _networks(outcomes):
    """(both functions to logits, the fold's examples) of each pair, one in memory at a time."""
    from keras_recipes.training.trained_model import find_run, open_model, read_run_data

    for pair in outcomes:
        lacks, has = (find_run(each.directory) for each in pair)
        models = [open_model(each).model for each in (lacks, has)]
        yield *(each.predict_on_batch for each in models), read_run_data(lacks).read_test()
