"""Searches: the logic with scripted scores, and real ones with real processes."""

import csv
import io
import json
import math
from dataclasses import replace
from pathlib import Path

import pytest
from scripted_workers import ScriptedWorkers

from keras_recipes import MLP, SGD, Cosine, Digits, Recipe
from keras_recipes.cli.main import main
from keras_recipes.report.search_plot import draw_search
from keras_recipes.studies.rows import compare
from keras_recipes.studies.search import ENDED, FAILED, FINISHED, Drawn, Searched, Tried, run_search
from keras_recipes.studies.search_results import search_cells, search_csv
from keras_recipes.studies.search_verdict import fresh_scores, search_verdict
from keras_recipes.studies.space import Values, draw_all, parse_space, setting
from keras_recipes.studies.study import Study
from keras_recipes.studies.trials import Outcome, Trial, Trials
from keras_recipes.studies.variant import Variant

RECIPE = Recipe(
    data=Digits(), model=MLP(), optimizer=SGD(learning_rate=1e-4), epochs=9, batch_size=32
)
SPACE = parse_space(["optimizer.learning_rate=log(0.0001, 1.0)", "model.dropout=uniform(0, 0.9)"])


def planted(recipe, epoch=9):
    """Best at a rate of 0.03 without dropout, and better with the epochs."""
    distance = abs(math.log10(recipe.optimizer.learning_rate / 0.03)) / 3
    return (1 - distance / 2 - recipe.model.dropout / 4) * (0.5 + epoch / 18)


def kept_in(folder):
    return Trials(folder, sources=folder, versions={}, fingerprint=lambda data: "pixels")


@pytest.fixture
def impatient(monkeypatch):
    """Scripted workers have nothing to wait for."""
    monkeypatch.setattr("keras_recipes.studies.search._LOOKED_AT_EVERY_SECONDS", 0)


@pytest.fixture
def kept(tmp_path, impatient):
    return kept_in(tmp_path / "trials")


def drawn(number, seed=0):
    return Drawn(draw_all(SPACE, number, seed, "--random"))


def test_the_best_by_validation_comes_first(kept):
    workers, told = ScriptedWorkers(planted, jobs=3), []
    found = run_search(RECIPE, drawn(20), kept, workers, tell=told.append)
    assert [each.number for each in found.tried] == list(range(21))
    assert sorted(each.number for each in told) == list(range(21))
    assert workers.most == 3
    assert workers.closed
    scores = [each.score for each in found.best()]
    assert scores == sorted(scores, reverse=True)
    assert len(scores) == 20
    assert found.best()[0].score == max(planted(each.trial.recipe) for each in found.tried[1:])
    assert found.plain.trial.recipe == RECIPE
    assert {each.trial.seed for each in found.tried} == {RECIPE.seed}


def test_a_lower_nll_is_better(kept):
    recipe = replace(RECIPE, stopping=replace(RECIPE.stopping, monitor="val_nll"))
    found = run_search(recipe, drawn(5), kept, ScriptedWorkers(planted))
    assert found.monitor == "val_nll"
    assert found.best()[0].score == min(each.score for each in found.tried[1:])


def test_what_is_finished_is_not_trained_again(kept):
    run_search(RECIPE, drawn(5), kept, ScriptedWorkers(planted))
    workers = ScriptedWorkers(planted)
    found = run_search(RECIPE, drawn(8), kept, workers)
    assert len(workers.started) == 3
    assert [each.state for each in found.tried] == [FINISHED] * 9


def test_a_setting_that_can_not_be_stops_no_other(kept):
    space = parse_space(["epochs=int(1, 3)", "schedule.warmup_epochs=int(0, 1)"])
    recipe = replace(RECIPE, schedule=Cosine())
    proposals = Drawn(draw_all(space, 6, 0, "--random"))
    found = run_search(recipe, proposals, kept, ScriptedWorkers(planted))
    failed = [each for each in found.tried if each.state == FAILED]
    assert [each.variant.name for each in failed] == ["epochs=1, warmup_epochs=1"]
    assert "must be less than the 1 epochs" in failed[0].error
    assert len(found.best()) == 5


def test_a_setting_that_changes_nothing_is_no_answer(kept):
    """It is run once, and what it scores is the recipe's."""
    space = parse_space(["optimizer.learning_rate=0.0001,0.03"])
    workers = ScriptedWorkers(planted, jobs=2)
    found = run_search(RECIPE, Drawn(draw_all(space, 2, 0, "--random")), kept, workers)
    assert len(workers.started) == 2
    assert [each.variant.name for each in found.best()] == ["learning_rate=0.03"]
    assert len({each.trial.key for each in found.tried}) == 2


def test_tpe_finds_a_planted_optimum_sooner_than_chance(tmp_path, impatient):
    """Over five seeds its last ten settings are better than ten drawn ones, and its best too."""
    pytest.importorskip("optuna")
    from keras_recipes.studies.optuna_proposals import TPE

    later, best, by_chance, best_by_chance = [], [], [], []
    for seed in range(5):
        kept = kept_in(tmp_path)
        recipe = replace(RECIPE, epochs=1)
        tpe = TPE(SPACE, 30, seed, "val_accuracy")
        found = run_search(recipe, tpe, kept, ScriptedWorkers(planted)).tried[1:]
        chance = run_search(recipe, drawn(30, seed), kept, ScriptedWorkers(planted)).tried[1:]
        assert [each.variant for each in found[:10]] == [each.variant for each in chance[:10]]
        later += [each.score for each in found[-10:]]
        by_chance += [each.score for each in chance[-10:]]
        best.append(max(each.score for each in found))
        best_by_chance.append(max(each.score for each in chance))
    assert sum(later) / len(later) > sum(by_chance) / len(by_chance) + 0.03
    assert sum(best) > sum(best_by_chance)


def test_tpe_goes_on_as_it_began(kept, tmp_path):
    pytest.importorskip("optuna")
    from keras_recipes.studies.optuna_proposals import TPE

    space = parse_space([
        "optimizer.learning_rate=log(0.0001, 1.0)", "model.dropout=uniform(0, 0.9)",
        "batch_size=int(16, 64)", "model.activation=relu,gelu",
    ])  # fmt: skip
    first = run_search(RECIPE, TPE(space, 14, 0, "val_accuracy"), kept, ScriptedWorkers(planted))
    workers = ScriptedWorkers(planted)
    more = run_search(RECIPE, TPE(space, 17, 0, "val_accuracy"), kept, workers)
    assert more.tried[:15] == first.tried
    assert len(workers.started) == 3
    several = ScriptedWorkers(planted, jobs=4)
    elsewhere = kept_in(tmp_path / "elsewhere")
    found = run_search(RECIPE, TPE(space, 17, 0, "val_accuracy"), elsewhere, several)
    assert several.most == 4
    assert [each.state for each in found.tried] == [FINISHED] * 18


def test_halving_ends_the_bad_ones_at_its_rungs(kept):
    pytest.importorskip("optuna")
    from keras_recipes.studies.optuna_proposals import Halving

    variants = draw_all(SPACE, 30, 0, "--halving")
    found = run_search(RECIPE, Halving(variants, 9, "val_accuracy"), kept, ScriptedWorkers(planted))
    ended = [each for each in found.tried if each.state == ENDED]
    assert {each.epochs for each in ended} == {1, 3}
    assert len(ended) >= 15
    finished = [each for each in found.tried[1:] if each.state == FINISHED]
    best = max(planted(each.trial.recipe) for each in found.tried[1:])
    assert found.best()[0].score == best
    assert len(finished) + len(ended) == 30
    assert sum(each.epochs for each in found.tried[1:]) < 0.5 * 30 * 9
    for each in ended:
        assert len(ScriptedWorkers.epochs(each.trial)) == each.epochs
    mean = sum(planted(each.trial.recipe) for each in ended) / len(ended)
    assert mean < sum(each.score for each in finished) / len(finished)


def test_halving_decides_again_what_it_decided(kept):
    """Whatever has been trained to its end in between, and without training any of it again."""
    pytest.importorskip("optuna")
    from keras_recipes.studies.optuna_proposals import Halving

    variants = draw_all(SPACE, 12, 0, "--halving")

    def search(workers, number=12):
        halving = Halving(variants[:number], 9, "val_accuracy")
        return run_search(RECIPE, halving, kept, workers)

    first = search(ScriptedWorkers(planted))
    again = ScriptedWorkers(planted)
    assert search(again).tried == first.tried
    assert again.started == []
    whole = ScriptedWorkers(planted)
    run_search(RECIPE, Drawn(variants), kept, whole)
    ended = [each for each in first.tried if each.state == ENDED]
    assert len(whole.started) == len(ended) > 0  # those alone, to their last epoch
    assert all(len(ScriptedWorkers.epochs(each.trial)) == 9 for each in first.tried)
    assert search(again).tried == first.tried


def test_what_was_killed_goes_on_where_it_was(kept, tmp_path):
    pytest.importorskip("optuna")
    from keras_recipes.studies.optuna_proposals import Halving

    class Killed(ScriptedWorkers):
        def ended(self):
            if len(self.started) == 2 and len(self.epochs(self.started[-1])) == 4:
                raise KeyboardInterrupt
            return super().ended()

    variants = draw_all(SPACE, 6, 1, "--halving")
    with pytest.raises(KeyboardInterrupt):
        run_search(RECIPE, Halving(variants, 9, "val_accuracy"), kept, Killed(planted))
    after = run_search(RECIPE, Halving(variants, 9, "val_accuracy"), kept, ScriptedWorkers(planted))
    fresh = kept_in(tmp_path / "fresh")
    whole = run_search(
        RECIPE, Halving(variants, 9, "val_accuracy"), fresh, ScriptedWorkers(planted)
    )
    assert [(each.state, each.score, each.epochs) for each in after.tried] == [
        (each.state, each.score, each.epochs) for each in whole.tried
    ]


def scored(scores, monitor="val_accuracy", plain=0.9):
    """A `Searched` of settings with scores; None for one that failed, text for one ended early."""
    tried = []
    for number, score in enumerate([plain, *scores]):
        variant = setting(SPACE, [f"0.{number}", "0.0"]) if number else Variant(name="as it is")
        trial = Trial(variant=variant.name, recipe=RECIPE, key=str(number), folder=Path())
        about = {"number": number, "variant": variant, "trial": trial}
        if score is None:
            tried.append(Tried(**about, state=FAILED, error="no such network"))
        else:
            state = ENDED if isinstance(score, str) else FINISHED
            tried.append(Tried(**about, state=state, score=float(score), epochs=2))
    return Searched(monitor=monitor, tried=tried)


def rows_of(metric, plain, chosen):
    study = Study(
        RECIPE, [Variant(name="as it is"), Variant(name="chosen", assignments=("epochs=2",))],
        len(plain), target="r.py",
    )  # fmt: skip
    trials = {name: [Trial(variant=name, recipe=RECIPE, key=f"{name}{index}", folder=Path())
                     for index in study.seeds] for name in study.recipes}  # fmt: skip
    outcomes = {}
    for name, values in (("as it is", plain), ("chosen", chosen)):
        for index, value in enumerate(values):
            test = {"accuracy": 0.5, "nll": 1.0, "calibration_error": 0.0, metric: value}
            run = {"results": {"test": test, "best": value + 0.01}, "seconds": 1.0}
            outcomes[f"{name}{index}"] = Outcome(run=run, directory=None)
    return compare(study, trials, outcomes), [outcomes[f"chosen{each}"] for each in study.seeds]


def test_the_verdict_tells_how_much_choosing_flatters():
    rows, fresh = rows_of("accuracy", [0.80, 0.81, 0.79], [0.86, 0.88, 0.85])
    searched = scored([0.94, 0.96, 0.96, "0.99", None])
    assert search_verdict(searched, fresh_scores(fresh), rows) == [
        "The best val_accuracy of 5 settings (1 ended early, 1 failed) is 0.9600, of "
        "learning_rate=0.2, dropout=0.0 and 1 more, of which the first is taken; the recipe as it "
        "is has 0.9000.",
        "With 3 other seeds its val_accuracy is 0.8733: the score that chose it was 0.0867 better "
        "than that.",
        "chosen is better than as it is: accuracy +0.0633 (+0.0490 to +0.0777, p 0.0028).",
    ]


def test_the_verdict_on_nll_and_on_a_search_that_found_nothing():
    rows, fresh = rows_of("nll", [0.50, 0.52, 0.51], [0.50, 0.53, 0.50])
    searched = scored([0.42, 0.40], "val_nll", plain=0.39)
    said = search_verdict(searched, fresh_scores(fresh), rows)
    assert said[0].endswith("dropout=0.0: no better than the recipe as it is, 0.3900.")
    assert said[1].endswith("is 0.5200: the score that chose it was 0.1200 better than that.")
    assert said[2].startswith("No measurable effect on nll of chosen: 3 pairs")


def test_the_search_is_written_setting_by_setting():
    searched = scored([0.94, "0.5", None])
    lines = list(csv.DictReader(io.StringIO(search_csv(searched, SPACE))))
    assert [(each["number"], each["state"], each["val_accuracy"]) for each in lines] == [
        ("0", "finished", "0.9"), ("1", "finished", "0.94"), ("2", "ended early", "0.5"),
        ("3", "failed", ""),
    ]  # fmt: skip
    assert [each["optimizer.learning_rate"] for each in lines] == ["", "0.1", "0.2", "0.3"]
    assert [each[:2] for each in search_cells(searched)] == [
        ["learning_rate=0.1, dropout=0.0", "0.9400"], ["as it is", "0.9000"],
    ]  # fmt: skip


@pytest.mark.parametrize("monitor", ["val_accuracy", "val_nll"])
@pytest.mark.parametrize("scores", [[0.94, "0.5", None, 0.95], [None]])
@pytest.mark.filterwarnings("error")
def test_a_search_is_drawn_whatever_came_of_it(monitor, scores):
    space = (SPACE[0], Values(path="model.dropout", values=("0.0", "0.5")))
    figure = draw_search(scored(scores, monitor), space, "name")
    figure.savefig(io.BytesIO())
    order, rate, dropout = figure.axes
    assert rate.get_title(loc="left") == "optimizer.learning_rate"
    assert rate.get_xscale() == "log"
    assert [each.get_text() for each in dropout.get_xticklabels()] == ["0.0", "0.5"]
    drawn = {line.get_label(): list(line.get_xdata()) for line in order.lines}
    if len(scores) > 1:
        chosen = 4 if monitor == "val_accuracy" else 1
        assert (drawn["trained"], drawn["ended early"], drawn["chosen"]) == ([1, 4], [2], [chosen])


FILE = """
from keras_recipes import MLP, SGD, Digits, Recipe

recipe = Recipe(
    data=Digits(train_examples=300), model=MLP(hidden_units=(8,)),
    optimizer=SGD(learning_rate=0.2), epochs=16, batch_size=32, precision="float32",
)
"""


@pytest.fixture
def sweep(tmp_path, monkeypatch):
    """Function of further arguments to the exit code of a search over two learning rates."""
    (tmp_path / "small.py").write_text(FILE)
    monkeypatch.chdir(tmp_path)
    rates = ("--space", "optimizer.learning_rate=0.00001,0.15", "--seeds", "1")
    return lambda *arguments: main(["sweep", "small.py", *rates, *arguments])


def tried_in(file):
    """Number to (state, epochs) of each line, the header left out, and each trial's folder."""
    lines = list(csv.DictReader(io.StringIO(file.read_text())))
    folders = {each["number"]: Path("studies/trials") / each["trial"] for each in lines}
    return {each["number"]: (each["state"], each["epochs"]) for each in lines}, folders


def test_a_real_search_ends_a_bad_trial_and_another_goes_on_with_it(sweep, capsys):
    """The first setting drawn is the good one; in all six processes."""
    pytest.importorskip("optuna")
    assert sweep("--random", "1") == 0
    printed = capsys.readouterr().out
    assert "chosen by val_accuracy" in printed
    command = "keras-recipes run small.py --set optimizer.learning_rate=0.15 --seed 1"
    assert command in printed
    study = Path("studies/sweep-small-random-learning_rate")
    about = json.loads((study / "study.json").read_text())
    (chosen,) = [each for each in about["search"]["trials"] if each["number"] == 1]
    (run,) = Path("studies/trials", chosen["key"]).glob("run-*/run.json")
    results = json.loads(run.read_text())["results"]
    assert chosen["score"] == results["best"] != results["test"]["accuracy"]
    assert about["seeds"] == [1]
    assert [each["assignments"] for each in about["variants"]] == [
        [], ["optimizer.learning_rate=0.15"],
    ]  # fmt: skip
    fresh = about["variants"][1]["trials"][0]
    assert fresh["key"] != chosen["key"]
    assert about["search"]["fresh_scores"] == [
        json.loads(Path(fresh["run"], "run.json").read_text())["results"]["best"]
    ]
    assert command in (study / "study.md").read_text()
    assert (study / "search.png").stat().st_size > 10_000

    assert sweep("--halving", "2") == 0
    states, folders = tried_in(Path("studies/sweep-small-halving-learning_rate/search.csv"))
    assert states == {
        "0": ("finished", "16"), "1": ("finished", "16"), "2": ("ended early", "2"),
    }  # fmt: skip
    (ended,) = folders["2"].glob("run-*")
    trained = (ended / "metrics.jsonl").read_text().splitlines()
    assert 2 <= len(trained) < 16
    assert json.loads((ended / "run.json").read_text())["state"] == "running"
    assert "1 ended early" in capsys.readouterr().out

    assert sweep("--random", "2") == 0
    assert tried_in(study / "search.csv")[0]["2"] == ("finished", "16")
    assert list(folders["2"].glob("run-*")) == [ended]  # it went on there
    lines = (ended / "metrics.jsonl").read_text().splitlines()
    losses = [[json.loads(line)["loss"] for line in each] for each in (lines, trained)]
    assert losses[0][: len(trained)] == losses[1]  # an epoch without a checkpoint is repeated
    assert len(lines) == 16


@pytest.mark.parametrize("option", ["--tpe", "--halving"])
def test_without_optuna_the_extra_is_named(option, sweep, monkeypatch, capsys):
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    assert sweep(option, "2") == 2
    told = capsys.readouterr().err
    assert told.startswith(f"error: {option} needs optuna, which is not installed. Install it: pip")
    assert "keras_recipes[search]" in told
    assert not Path("studies").exists()
