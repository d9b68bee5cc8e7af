"""Trials on the machines of a Ray cluster, each a task with the CPUs and GPUs that it needs."""

import json
import os
import tempfile
import time
from pathlib import Path

from keras_recipes.errors import RecipeError
from keras_recipes.recipe.load import named_files
from keras_recipes.studies import ray_task
from keras_recipes.studies.ray_cluster import LOCAL, connect
from keras_recipes.studies.trials import Trial, Trials, read_outcome

TRIES = 3
"""How often a trial is begun whose workers are lost."""
_NODES_LOOKED_AT_EVERY_SECONDS = 5
_ENDED_WITHIN_SECONDS = 20
_WITHOUT_NODES_SECONDS = 60


class RayWorkers:
    """Runs trials as tasks of Ray; what it has no room for waits there.

    It has the methods of `LocalWorkers`. A trial runs on a node as it would here, to the bit on as
    many cores of the same kind. Its files are sent, its run directory and output come back into
    its folder. It is begun again where its worker is lost, at most `TRIES` times.

    Args:
        kept: the folder of the trials.
        address: of the cluster, as for `ray_cluster.check_address`.
        cpus: cores of each trial.
        gpus: of each trial, or the share of one; None for one where the cluster has any.

    Raises:
        RecipeError: if the cluster can't be reached, or none of its nodes has as many.
    """

    def __init__(
        self, kept: Trials, address: str = LOCAL, *, cpus: int = 1, gpus: float | None = None
    ):
        self._kept, self.cpus = kept, cpus
        self._ray, self._shuts_down = connect(address)
        self._running = {}
        self._looked = self._fitted = time.monotonic()
        try:
            if gpus is None:
                gpus = 1 if self._ray.cluster_resources().get("GPU") else 0
            self.gpus = gpus
            self._check_room()
            self._ray.cloudpickle.register_pickle_by_value(ray_task)
            self._task = self._ray.remote(ray_task.run_on_worker)
        except BaseException:
            self.close()
            raise

    def has_room(self) -> bool:
        """Whether another trial can be started: always, since Ray lets them wait."""
        return True

    def start(self, trial: Trial):
        """Hand a trial to Ray; what it prints is in output.txt in its folder when it has ended.

        Raises:
            RecipeError: if its folder can't be written.
        """
        self._kept.prepare(trial)
        self._submit(trial, [])

    def ended(self) -> list[Trial]:
        """Trials that have ended since this was asked last, in whatever way.

        Raises:
            RecipeError: if a node has other packages or data than this machine, if no node is
                left that could run a trial, or if results can't be written.
        """
        if not self._running:
            return []
        self._watch_nodes()
        ready, _ = self._ray.wait(list(self._running), num_returns=len(self._running), timeout=0)
        found = []
        for reference in ready:
            trial, lost = self._running.pop(reference)
            errors = self._ray.exceptions
            try:
                answer = self._ray.get(reference)
            except errors.RayTaskError as error:
                _write(trial, lost, f"error: {_one_line(error.cause or error)}\n".encode())
            except errors.RayError as error:
                lost.append(_one_line(error))
                if len(lost) < TRIES:
                    self._submit(trial, lost)
                    continue
                reason = f"its worker was lost {TRIES} times, at last by {lost[-1]}"
                _write(trial, lost, f"error: {reason}\n".encode())
            else:
                _receive(trial, lost, answer)
            found.append(trial)
        return found

    def close(self):
        """End what still runs, and the cluster if it was started here; no process is left."""
        # The last first: one that waits would begin as soon as one that runs is cancelled.
        running = list(reversed(self._running))
        self._running.clear()
        try:
            for force in (False, True):  # asked first, a worker removes the files of its trial
                for reference in running:
                    self._ray.cancel(reference, force=force)
                if running:
                    _, running = self._ray.wait(
                        running, num_returns=len(running), timeout=_ENDED_WITHIN_SECONDS
                    )
        finally:
            if self._shuts_down:
                self._ray.shutdown()

    def _submit(self, trial, lost):
        task = self._task.options(
            num_cpus=self.cpus, num_gpus=self.gpus, max_retries=0, name=f"trial {trial.key}"
        )
        names = ("recipe.py", "recipe.json", *named_files(trial.recipe))
        reference = task.remote(
            {name: (trial.folder / name).read_bytes() for name in names},
            key=trial.key, cpus=self.cpus, gpus=self.gpus, versions=self._kept.versions,
            fingerprint=self._kept.fingerprint(trial.recipe),
            given={name: os.environ.get(name) for name in ray_task.DECIDING},
        )  # fmt: skip
        self._running[reference] = trial, lost

    def _resources(self):
        """(CPUs, GPUs) of each node that is there."""
        alive = [each["Resources"] for each in self._ray.nodes() if each["Alive"]]
        return [(each.get("CPU", 0), each.get("GPU", 0)) for each in alive]

    def _fits(self):
        return any(cpus >= self.cpus and gpus >= self.gpus for cpus, gpus in self._resources())

    def _check_room(self):
        """Ray would wait for ever for a node that is large enough."""
        if not self._fits():
            nodes = ", ".join(f"{cpus:g} and {gpus:g}" for cpus, gpus in self._resources())
            raise RecipeError(
                "--cpus-per-trial, --gpus-per-trial",
                f"are {self.cpus} and {self.gpus:g}, which no node has; there is {nodes}",
                "Give a trial fewer, or start a node that has as many.",
            )  # fmt: skip

    def _watch_nodes(self):
        now = time.monotonic()
        if now - self._looked < _NODES_LOOKED_AT_EVERY_SECONDS:
            return
        self._looked = now
        if self._fits():
            self._fitted = now
        elif now - self._fitted > _WITHOUT_NODES_SECONDS:
            raise RecipeError(
                "--ray", f"has had no node for a trial for {_WITHOUT_NODES_SECONDS} s",
                "Start its nodes, then the study again: what is finished is kept.",
            )  # fmt: skip


def _receive(trial, lost, answer):
    """Put what a worker has sent into the trial's folder."""
    if answer["refused"]:
        problem, fix = answer["refused"]
        raise RecipeError(f"--ray: the node {answer['node']}", problem, fix)
    _write(trial, lost, answer["output"])
    if answer["run"] is None or read_outcome(trial) is not None:  # another study was faster
        return
    name, files = answer["run"]
    about = json.loads(files["run.json"])
    about["command"] = [
        each.replace(answer["folder"], str(trial.folder)) for each in about["command"]
    ]
    files["run.json"] = (json.dumps(about, indent=2) + "\n").encode()
    try:
        _put_in_place(trial.folder, name, files)
    except OSError as error:
        raise trial.not_written(error) from None


def _put_in_place(folder, name, files):
    """Write a run directory so that it is never half there.

    It is written a level deeper than runs lie, so that nobody takes it for one, and renamed.
    """
    with tempfile.TemporaryDirectory(prefix=".arriving-", dir=folder) as arriving:
        for path, content in files.items():
            place = Path(arriving) / name / path
            place.parent.mkdir(parents=True, exist_ok=True)
            with open(place, "wb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
        target, number = folder / name, 2
        while target.exists():
            target, number = folder / f"{name}-{number}", number + 1
        os.rename(Path(arriving) / name, target)


def _write(trial, lost, output):
    told = "".join(f"begun again, since its worker was lost: {each}\n" for each in lost)
    try:
        (trial.folder / "output.txt").write_bytes(told.encode() + output)
    except OSError as error:
        raise trial.not_written(error) from None


def _one_line(error):
    return f"{type(error).__name__}: {' '.join(str(error).split())}"[:300]
