"""Trials on a real Ray cluster of two nodes, one worker of which is killed in the middle of one."""

import argparse
import contextlib
import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from dataclasses import replace
from pathlib import Path

import pytest

from keras_recipes import MLP, SGD, Call, Digits, Recipe, RecipeError
from keras_recipes.cli.trial_workers import add_worker_arguments, check_workers, make_workers
from keras_recipes.studies import ray_cluster, ray_workers
from keras_recipes.studies.core_leases import leased_cores, own_cores
from keras_recipes.studies.local_workers import LocalWorkers
from keras_recipes.studies.run_trials import run_trials
from keras_recipes.studies.trial_folder import temporary_folder
from keras_recipes.studies.trials import Trials

ray = pytest.importorskip("ray")
pytestmark = pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="reads /proc")

PARTS = """
import keras

def network(input_shape, num_classes):
    inputs = keras.Input(input_shape)
    return keras.Model(inputs, keras.layers.Dense(num_classes)(keras.layers.Flatten()(inputs)))

def broken(input_shape, num_classes):
    raise ValueError("no such network")
"""
RECIPE = Recipe(
    data=Digits(train_examples=300), model=MLP(hidden_units=(8,)), optimizer=SGD(learning_rate=0.2),
    epochs=2, batch_size=32, precision="float32",
    seed=os.getpid(),  # so that no other run of these tests has trials of the same keys
)  # fmt: skip
LONG = replace(RECIPE, epochs=400)
SENT_AND_PRINTED = ("parts.py", "recipe.json", "recipe.py", "output.txt")
VERSIONS = {"python": sys.version.partition(" ")[0]}


@pytest.fixture(scope="module")
def address(root_on_path):
    """Of a cluster of two nodes with a CPU each."""
    from ray.cluster_utils import Cluster

    cluster = Cluster(
        initialize_head=True, head_node_args={"num_cpus": 1, "include_dashboard": False}
    )
    cluster.add_node(num_cpus=1)
    yield cluster.address
    cluster.shutdown()


@pytest.fixture(scope="module")
def connected(address):
    """Its address, with this process connected already, which takes a while."""
    ray.init(address=address, log_to_driver=False, logging_level="ERROR")
    yield address
    ray.shutdown()


@pytest.fixture(scope="module")
def root_on_path():
    """This checkout for the workers as well, whatever is installed."""
    root = str(Path(__file__).parent.parent.parent)
    before = os.environ.get("PYTHONPATH")
    os.environ["PYTHONPATH"] = os.pathsep.join([root, *([before] if before else [])])
    yield
    if before is None:
        del os.environ["PYTHONPATH"]
    else:
        os.environ["PYTHONPATH"] = before


def kept_in(folder, *, versions=VERSIONS, fingerprint=lambda data: data.build().fingerprint):
    (folder / "parts.py").write_text(PARTS)
    return Trials(folder / "trials", sources=folder, versions=versions, fingerprint=fingerprint)


def trial_processes(key):
    """Each process that runs the trial for a worker."""
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):  # ended meanwhile
            command = (folder / "cmdline").read_text(errors="replace").split("\0")
            if "--temporary" in command and f"keras-recipes-trial-{key}-" in " ".join(command):
                found.append(int(folder.name))
    return found


def kill_worker(key):
    """SIGKILL for a worker that runs the trial; returns the trial's process, None if none does."""
    for process in trial_processes(key):
        with contextlib.suppress(OSError):
            parent = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[1]
            if Path(f"/proc/{parent}/cmdline").read_text(errors="replace").startswith("ray::"):
                os.kill(int(parent), signal.SIGKILL)
                return process
    return None


def temporary_folders(key):
    return list(Path(tempfile.gettempdir()).glob(f"keras-recipes-trial-{key}-*"))


def epochs_done(key):
    return sum(
        len(file.read_text().splitlines())
        for folder in temporary_folders(key)
        for file in folder.glob("run-*/metrics.jsonl")
    )


def wait_for(what, seconds=120):
    """Wait until `what()` is true; fails where it does not become so."""
    deadline = time.monotonic() + seconds
    while not (found := what()):
        assert time.monotonic() < deadline, what
        time.sleep(0.02)
    return found


def records(outcome):
    lines = (outcome.directory / "metrics.jsonl").read_text().splitlines()
    times = dict.fromkeys(("seconds", "images_per_second"))
    return [{**json.loads(line), **times} for line in lines]


def test_a_study_whose_worker_is_killed_ends_as_here(address, tmp_path):
    """The killed trial is done again, a failing one is told, and all is where it is otherwise."""
    kept = kept_in(tmp_path)
    victim = kept.trial("own", replace(RECIPE, model=Call("parts.py:network"), epochs=15))
    broken = kept.trial("broken", replace(RECIPE, model=Call("parts.py:broken")))
    killed = []

    def kill():
        wait_for(lambda: epochs_done(victim.key) >= 2)
        killed.append(kill_worker(victim.key))

    killing = threading.Thread(target=kill)
    killing.start()
    outcomes = run_trials([victim, broken], ray_workers.RayWorkers(kept, address))
    killing.join()
    assert not Path(f"/proc/{killed[0]}").exists()
    assert not ray.is_initialized()
    printed = (victim.folder / "output.txt").read_text()
    assert printed.startswith("begun again, since its worker was lost: WorkerCrashedError")
    assert "no such network" in outcomes[broken.key].error
    assert "no such network" in (broken.folder / "output.txt").read_text()
    assert not temporary_folders(victim.key) + temporary_folders(broken.key)

    (tmp_path / "here").mkdir()
    kept_here = kept_in(tmp_path / "here")
    again = kept_here.trial(victim.variant, victim.recipe)
    assert again.key == victim.key
    one_core_each = LocalWorkers(kept_here, len(own_cores()))
    there, here = outcomes[victim.key], run_trials([again], one_core_each)[again.key]
    assert there.run["results"] == here.run["results"]
    assert records(there) == records(here)
    assert there.run["command"] == [*here.run["command"][:2], str(victim.folder / "recipe.py")]
    assert there.run["machine"] == here.run["machine"]
    assert {each.name for each in there.directory.iterdir()} == {
        each.name for each in here.directory.iterdir()
    }
    assert set(there.directory.parent.iterdir()) == {
        there.directory, *(victim.folder / name for name in SENT_AND_PRINTED)
    }  # fmt: skip


def test_a_trial_whose_workers_are_always_lost_fails(address, tmp_path):
    kept = kept_in(tmp_path)
    trial = kept.trial("long", LONG)
    killed = set()

    def kill():
        while len(killed) < ray_workers.TRIES:
            killed.add(wait_for(lambda: kill_worker(trial.key)))

    killing = threading.Thread(target=kill)
    killing.start()
    outcome = run_trials([trial], ray_workers.RayWorkers(kept, address))[trial.key]
    killing.join()
    assert outcome.error.startswith("its worker was lost 3 times, at last by WorkerCrashedError")
    wait_for(lambda: not trial_processes(trial.key) and not temporary_folders(trial.key))


def test_nothing_is_left_when_a_study_is_ended(address, tmp_path):
    """Two trials run, each on a core of its own, and one waits."""
    kept = kept_in(tmp_path)
    workers = ray_workers.RayWorkers(kept, address)
    trials = [kept.trial("a", replace(LONG, seed=RECIPE.seed + more)) for more in range(3)]
    for trial in trials:
        assert workers.has_room()
        workers.start(trial)
    wait_for(lambda: sum(epochs_done(each.key) > 0 for each in trials) == 2)
    assert workers.ended() == []
    cores = [
        os.sched_getaffinity(process) for each in trials for process in trial_processes(each.key)
    ]
    assert [len(each) for each in cores] == [1, 1]
    if len(own_cores()) > 1:
        assert cores[0] != cores[1]
    workers.close()
    wait_for(lambda: not any(trial_processes(each.key) for each in trials), seconds=10)
    wait_for(lambda: not any(temporary_folders(each.key) for each in trials), seconds=10)
    assert not any(list(each.folder.glob("run-*")) for each in trials)


def test_where_something_else_listens_nobody_waits_for_long(monkeypatch):
    monkeypatch.setattr(ray_cluster, "_CONNECTS_WITHIN_SECONDS", 4)
    with socket.create_server(("127.0.0.1", 0)) as listening:
        other = f"127.0.0.1:{listening.getsockname()[1]}"
        with pytest.raises(RecipeError, match=f"--ray {other} can't be reached: no Ray cluster"):
            ray_cluster.connect(other)


@pytest.mark.parametrize("wrong", ["versions", "data"])
def test_a_node_that_would_give_other_results_is_refused(connected, tmp_path, wrong):
    if wrong == "versions":
        kept = kept_in(tmp_path, versions={**VERSIONS, "keras": "1.0"})
        says = r"--ray: the node .* has keras [\d.]+ where the study has 1.0\. Install the same"
    else:
        kept = kept_in(tmp_path, fingerprint=lambda data: "of other pixels")
        says = "--ray: the node .* has other data than this machine"
    trial = kept.trial("plain", RECIPE)
    with pytest.raises(RecipeError, match=says):
        run_trials([trial], ray_workers.RayWorkers(kept, connected))
    assert not list(trial.folder.glob("run-*"))


def test_more_than_a_node_has_is_refused(connected, tmp_path):
    with pytest.raises(RecipeError, match="are 2 and 0, which no node has; there is 1 and 0, 1 an"):
        ray_workers.RayWorkers(kept_in(tmp_path), connected, cpus=2)
    assert ray.is_initialized()  # it was not the workers' to end


def test_an_address_without_ray_is_told_in_time():
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        nobody = f"127.0.0.1:{listening.getsockname()[1]}"
    began = time.monotonic()
    for each in (nobody, f"ray://{nobody}"):
        with pytest.raises(RecipeError, match=f"--ray {each} can't be reached: .*refused"):
            ray_cluster.check_address(each)
    assert time.monotonic() - began < 5


def test_a_study_does_not_wait_for_ever_for_nodes(connected, tmp_path, monkeypatch):
    monkeypatch.setattr(ray_workers, "_NODES_LOOKED_AT_EVERY_SECONDS", 0)
    monkeypatch.setattr(ray_workers, "_WITHOUT_NODES_SECONDS", 0)
    kept = kept_in(tmp_path)
    workers = ray_workers.RayWorkers(kept, connected)
    workers.cpus = 2  # as though the nodes that had them were gone
    with pytest.raises(RecipeError, match="--ray has had no node for a trial for 0 s"):
        run_trials([kept.trial("plain", RECIPE)], workers)


def test_the_command_line_chooses_the_workers(connected, tmp_path):
    parser = argparse.ArgumentParser()
    add_worker_arguments(parser)

    def chosen(*arguments):
        options = parser.parse_args(arguments)
        check_workers(options)
        return make_workers(options, kept_in(tmp_path))

    workers, how = chosen()
    assert isinstance(workers, LocalWorkers)
    assert how == "1 at a time"
    workers, how = chosen("--ray", connected)
    assert (workers.cpus, workers.gpus, how) == (1, 0, "on Ray with 1 CPU each")
    with pytest.raises(RecipeError, match="are 1 and 0.5, which no node has"):
        chosen("--ray", connected, "--gpus-per-trial", "0.5")


def test_without_ray_the_command_says_what_to_install(root, without_keras):
    hidden = "import sys; sys.modules['ray'] = None; from keras_recipes.cli.main import main; "
    command = "sys.exit(main(['ablate', 'recipes/digits_mlp.py', '--ray']))"
    done = subprocess.run(
        [sys.executable, "-c", hidden + command], capture_output=True, text=True, cwd=root,
        env=without_keras,
    )  # fmt: skip
    assert done.returncode == 2
    assert done.stderr == (
        "error: --ray needs the package ray, not installed."
        " Install it: pip install 'keras_recipes[ray]'.\n"
    )


def test_folders_that_a_killed_study_has_left_are_removed(tmp_path, monkeypatch):
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    kept = tmp_path / "keras-recipes-of-something-else"
    kept.mkdir()
    hold = "import sys; from keras_recipes.studies.trial_folder import temporary_folder as made\n"
    hold += "with made('a') as (folder, _): print(folder, flush=True); input()"
    holding = subprocess.Popen(
        [sys.executable, "-c", hold], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
        env={**os.environ, "TMPDIR": str(tmp_path)},
    )  # fmt: skip
    left = Path(holding.stdout.readline().strip())
    with temporary_folder("b") as (folder, _):
        assert left.is_dir()  # in use
    holding.kill()
    holding.communicate()
    assert left.is_dir()
    assert not folder.exists()
    with temporary_folder("c") as (folder, _):
        assert set(tmp_path.iterdir()) == {folder, kept}


def test_leases_share_no_core_while_there_are_enough(tmp_path, monkeypatch):
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))  # not those of trials that run now
    cores = own_cores()
    with leased_cores(1) as first:
        with leased_cores(max(1, len(cores) - 1)) as others:
            assert len(set(first) & set(others)) == (len(cores) == 1)
        with leased_cores(len(cores)) as every:
            assert list(every) == cores
    says = f"but a process may run on {len(cores)} cores there"
    with pytest.raises(RecipeError, match=says), leased_cores(len(cores) + 1):
        pass
