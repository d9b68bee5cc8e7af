"""Options of what runs a study's trials: this machine, or a Ray cluster."""

import math

from keras_recipes.errors import RecipeError
from keras_recipes.studies.local_workers import LocalWorkers, core_groups
from keras_recipes.studies.ray_cluster import LOCAL, check_address


def add_worker_arguments(parser):
    """Add `--jobs`, and `--ray` with what each trial takes there."""
    parser.add_argument(
        "--jobs", type=int, metavar="N", help="trials at once, the cores divided among them; 1"
    )
    parser.add_argument(
        "--ray", nargs="?", const=LOCAL, metavar="ADDRESS",
        help="run the trials on a Ray cluster: auto, HOST:PORT or ray://HOST:PORT; one of this "
        "machine alone without an address",
    )  # fmt: skip
    parser.add_argument(
        "--cpus-per-trial", type=int, metavar="N", help="with --ray: cores of each trial; 1"
    )
    parser.add_argument(
        "--gpus-per-trial", type=float, metavar="N",
        help="with --ray: GPUs of each trial, or the share of one; 1 where the cluster has any",
    )  # fmt: skip


def check_workers(options):
    """Raise `RecipeError` if the options can't be had; loads nothing heavy."""
    if options.ray is None:
        for name in ("cpus_per_trial", "gpus_per_trial"):
            if getattr(options, name) is not None:
                raise RecipeError(
                    f"--{name.replace('_', '-')}", "takes no effect without --ray",
                    "Add --ray, or divide this machine's cores by --jobs.",
                )  # fmt: skip
        core_groups(_jobs(options))
        return
    if options.jobs is not None:
        raise RecipeError(
            "--jobs", "divides the cores of this machine, and --ray has Ray do that",
            "Say by --cpus-per-trial what each trial takes.",
        )  # fmt: skip
    if _cpus(options) < 1:
        raise RecipeError(
            "--cpus-per-trial", f"must be at least 1; got {options.cpus_per_trial}", "Use 1."
        )
    gpus = options.gpus_per_trial
    if gpus is not None and not (0 <= gpus < math.inf and (gpus < 1 or gpus == int(gpus))):
        raise RecipeError(
            "--gpus-per-trial", f"must be whole, or a share below 1; got {gpus:g}",
            "Use 1; 0.5 for two trials on each GPU; 0 for none.",
        )  # fmt: skip
    check_address(options.ray)


def make_workers(options, kept):
    """(what runs the trials, a word on how many at once) as the options say.

    Raises:
        RecipeError: if they can't be had.
    """
    if options.ray is None:
        return LocalWorkers(kept, _jobs(options)), f"{_jobs(options)} at a time"
    from keras_recipes.studies.ray_workers import RayWorkers

    workers = RayWorkers(kept, options.ray, cpus=_cpus(options), gpus=options.gpus_per_trial)
    takes = f"{workers.cpus} CPU{'s' * (workers.cpus > 1)}"
    if workers.gpus:
        takes += f" and {workers.gpus:g} GPU{'s' * (workers.gpus > 1)}"
    return workers, f"on Ray with {takes} each"


def _jobs(options):
    return 1 if options.jobs is None else options.jobs


def _cpus(options):
    return 1 if options.cpus_per_trial is None else options.cpus_per_trial
