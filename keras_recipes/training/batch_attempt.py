"""One batch size tried in a process of its own: `python -m keras_recipes.training.batch_attempt`.

It is a run like any other (`training.run`), with the same model, precision, augmentation, optimizer
and checkpoints, cut short in three places: each phase ends after a few epochs of a few steps, an
evaluation and a checkpoint each; some batches are evaluated instead of all; and the test set is
read, since its images stay in memory, but not scored. The learning rate is next to nothing, so that
no batch size ends in a loss that is not a number; neither memory nor time depend on it.
"""

import json
import shutil
import sys
from dataclasses import replace
from pathlib import Path

from keras_recipes.errors import RecipeError
from keras_recipes.recipe.call import Call
from keras_recipes.training.end_with_the_parent import end_with_the_parent

RATE = 1e-6
EVALUATED_BATCHES = 4
"""More than `evaluation_batches` prepares at once: two, and two that wait."""
_MEMORY_ENDED = (
    "resource_exhausted", "resourceexhausted", "out of memory", "out_of_memory",
    "oom when allocating", "failed to allocate", "status_alloc_failed",
)  # fmt: skip
"""In what TensorFlow says, CUDA_ERROR_OUT_OF_MEMORY and CUDNN_STATUS_ALLOC_FAILED included."""
_TOLD = 200
"""Letters of a reason."""


def harmless(recipe):
    """The recipe as an attempt trains it: at a rate that moves nothing, without own callbacks.

    Callbacks of one's own may write files or call for help, which an attempt must not. Features are
    computed for each batch: to keep those of all images would take longer than the attempt.
    """
    phases = tuple(
        replace(
            phase,
            callbacks=None,
            keep_features=False,
            optimizer=phase.optimizer and _at_rest(phase.optimizer),
        )
        for phase in recipe.phases
    )
    idle = all(phase.optimizer is not None for phase in phases)
    optimizer = recipe.optimizer if idle else _at_rest(recipe.optimizer)
    return replace(recipe, phases=phases, optimizer=optimizer, callbacks=(), stand_in=None)


def _at_rest(optimizer):
    if isinstance(optimizer, Call):
        return Call(optimizer.target, **{**dict(optimizer.arguments), "learning_rate": RATE})
    rates = {"learning_rate": RATE, "reference_batch_size": None}
    if hasattr(optimizer, "adam_learning_rate"):
        rates["adam_learning_rate"] = RATE
    return replace(optimizer, **rates)


def shorten(dataset, in_memory: bool, evaluation_batch: int):
    """The data of a run for an attempt: fewer images to evaluate, none to test on.

    Args:
        dataset: as it was read, its images perhaps in a memory-mapped file.
        in_memory: whether a run would hold the images in memory.
        evaluation_batch: images of a batch to evaluate.
    """
    import numpy as np

    def held(examples):
        return replace(examples, images=np.array(examples.images)) if in_memory else examples

    train = held(dataset.train)
    same = dataset.validation.images is dataset.train.images
    validation = dataset.validation
    validation = replace(validation, images=train.images) if same else held(validation)
    most = EVALUATED_BATCHES * evaluation_batch
    few = validation.subset(np.arange(min(len(validation), most)))
    kept = []

    def read_test():
        kept.append(held(dataset.read_test()))
        # As many as there are to test on, since a batch of them may be the larger one.
        return validation.subset(np.arange(min(len(kept[0]), most)) % len(validation))

    return replace(dataset, train=train, validation=few, read_test=read_test)


def attempt(request: dict) -> dict:
    """Try what is asked for; returns what came of it, for JSON."""
    limit_gpus(request["gpu_limit"])
    from keras_recipes.recipe.load import load
    from keras_recipes.training import run as training
    from keras_recipes.training.cut_short import CutShort
    from keras_recipes.training.evaluate import EVALUATION_BATCH
    from keras_recipes.training.job import Job

    loaded = load(request["recipe"], request["assignments"])
    recipe, folder = loaded.recipe, Path(request["folder"])
    dataset = shorten(recipe.data.build(), request["in_memory"], EVALUATION_BATCH)
    timer = CutShort(request["steps"], request["epochs"], request["phase"])
    directory = training.start(
        Job(name="attempt", recipe=recipe), dataset, folder, sources=loaded.directory, command=[]
    )
    training.train(recipe, dataset, directory, display=[timer])
    return {"seconds": timer.seconds, "gpu_peak": gpu_peak()}


def limit_gpus(limit: int | None):
    """Give each GPU at most `limit` bytes; None for what TensorFlow takes by itself."""
    import tensorflow as tf

    for gpu in tf.config.list_physical_devices("GPU") if limit else ():
        mebibytes = tf.config.LogicalDeviceConfiguration(memory_limit=limit >> 20)
        tf.config.set_logical_device_configuration(gpu, [mebibytes])


def gpu_peak() -> int | None:
    """The most bytes that tensors took on one GPU; None where there is none."""
    import tensorflow as tf

    names = [each.name.rpartition("device:")[2] for each in tf.config.list_logical_devices("GPU")]
    return max(
        (tf.config.experimental.get_memory_info(each)["peak"] for each in names), default=None
    )


def memory_ended(error: BaseException) -> str | None:
    """The line that says so, of an error or one that it came from; None if memory did not end."""
    while error is not None:
        name, lines = type(error).__name__, str(error).strip().splitlines()
        for line in lines:
            if _says_so(line):
                return line.strip()[:_TOLD]
        if isinstance(error, MemoryError):
            return lines[0][:_TOLD] if lines else name
        if _says_so(name):
            return name
        error = error.__cause__ or error.__context__
    return None


def _says_so(text):
    return any(each in text.lower() for each in _MEMORY_ENDED)


def outcome_of(request: dict) -> dict:
    """What `attempt` returns, or why it did not; an error that is neither goes through."""
    try:
        return attempt(request)
    except Exception as error:
        if reason := memory_ended(error):
            return {"memory": reason}
        if isinstance(error, RecipeError):
            return {"refused": [error.where, error.problem, error.fix]}
        raise  # its traceback goes to standard error, and the parent passes it on


def main():
    """Read the request that the argument names and write the outcome beside it."""
    path = Path(sys.argv[1])
    request = json.loads(path.read_text())
    # The folder of all attempts holds the decoded data; with the parent gone nobody removes it.
    end_with_the_parent(lambda: shutil.rmtree(path.parent.parent, ignore_errors=True))
    path.with_name("outcome.json").write_text(json.dumps(outcome_of(request)))


if __name__ == "__main__":
    main()
