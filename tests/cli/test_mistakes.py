"""Mistakes at the command line: one error on stderr, exit code 2, no traceback, no Keras.

Every command here runs in a process in which NumPy, Keras, TensorFlow and rich can't be imported;
the mistakes share one, since there are many.
"""

import json
import subprocess
import sys
from pathlib import Path

import pytest

RECIPE = "recipes/cifar_resnet.py"
SPACE = ["--space", "optimizer.learning_rate=log(0.001, 1.0)"]

MISTAKES = [
    # arguments, what the error says
    (["rn", RECIPE], "Did you mean 'run'?"),
    ([], "COMMAND"),
    (["show"], "RECIPE"),
    (["show", RECIPE, "--sett", "a=1"], "--sett"),
    (["run"], "needs a recipe"),
    (["run", RECIPE, "--seed", "x"], "--seed"),
    (["run", RECIPE, "--seed", "-1"], "seed must be in [0, 2147483648)"),
    (["run", RECIPE, "--resume", "runs/x"], "Leave out RECIPE"),
    (["run", "--resume"], "names neither a run nor a recipe"),
    (["run", RECIPE, "--resume", "--runs", "none"], "finds no unfinished run of cifar_resnet"),
    (["run", RECIPE, "--resume-anyway"], "Add --resume."),
    (["run", RECIPE, "--checkpoint-minutes", "0"], "--checkpoint-minutes must be a number"),
    (["run", RECIPE[:-3]], "ends in .py"),
    (["run", "recipes/cifar_resnt.py"], "Did you mean 'recipes/cifar_resnet.py'?"),
    (["run", "recipes"], "such as recipes/cifar_from_own_resnet.py"),
    (["run", "--resume", "runs/nope"], "is not a run directory"),
    (["run", "--resume", "runs/nope", "--runs", "x"], "Leave out --runs"),
    (["it's"], "there is no command"),
    (["show", RECIPE + ":smok"], "Did you mean 'smoke'?"),
    (["show", RECIPE + ":replace"], "is not a Recipe"),
    (["list", "no_such_folder"], "does not exist"),
    (["init", "no_such_folder"], "no_such_folder does not exist"),
    (["init", "photos", "--out", "x.txt"], "Use x.py."),
    (["audit", "no_such_folder"], "ends in .py"),
    (["audit", RECIPE, "--correlation", "1.5"], "--correlation must be in (0, 1]; got 1.5"),
    (["audit", RECIPE, "--shown", "0"], "--shown must be at least 1; got 0"),
    (["audit", "recipes", "--set", "seed=1"], "--set takes no effect on a folder"),
    (["audit", RECIPE + ":digits", "--out", "README.md/x"], "--out can't be written"),
    (["augment", RECIPE, "--images", "0"], "must be in [1, 64]; got 0"),
    (["augment", RECIPE, "--out", "x.jpg"], "Use x.png."),
    (["augment", RECIPE, "--phase", "trian"], "Did you mean 'train'?"),
    (["find-lr"], "RECIPE"),
    (["find-lr", RECIPE, "--phase", "trian"], "Did you mean 'train'?"),
    (["find-lr", RECIPE, "--rule", "valey"], "Did you mean 'valley'?"),
    (["find-lr", RECIPE, "--repeats", "0"], "--repeats must be a whole number, at least 1; got 0"),
    (["find-lr", RECIPE, "--steps", "19"], "--steps must be a whole number, at least 20; got 19"),
    (["find-lr", RECIPE, "--min-lr", "0"], "--min-lr must be a number, above 0; got 0.0"),
    (["find-lr", RECIPE, "--min-lr", "1", "--max-lr", "0.1"], "above 1.0; got 0.1"),
    (["find-lr", RECIPE, "--max-lr", "nan"], "--max-lr must be a number, above 1e-06; got nan"),
    (["find-lr", RECIPE, "--out", "x.svg"], "Use x.png."),
    (["find-lr", RECIPE, "--seed", "-1"], "seed must be in [0, 2147483648)"),
    (["find-lr", RECIPE + ":digits", "--out", "README.md/x.png"], "--out can't be written"),
    (["run", "--find-lr"], "needs a recipe"),
    (["run", "--resume", "runs/x", "--find-lr"], "--find-lr can't change the rate"),
    (["find-bach", RECIPE], "Did you mean 'find-batch'?"),
    (["find-batch", RECIPE, "--memory-limit", "2"], "Write, for example, 2GiB."),
    (["find-batch", RECIPE, "--memory-limit", "-2GiB"], "--memory-limit"),
    (["find-batch", RECIPE, "--start", "0"], "--start must be at least 1; got 0"),
    (["find-batch", RECIPE, "--start", "64", "--most", "32"], "--start is 64, above --most, 32"),
    (["find-batch", RECIPE, "--steps", "0"], "--steps must be at least 1; got 0"),
    (["find-batch", RECIPE, "--wanted", "-1"], "--wanted must be at least 1; got -1"),
    (["find-batch", RECIPE, "--out", "x.pdf"], "Use x.png."),
    (["find-batch", RECIPE, "--phase", "trian"], "Did you mean 'train'?"),
    (["noise-scale"], "RECIPE"),
    (["noise-scale", RECIPE, "--epochs", "31"], "--epochs must be in [1, 30]"),
    (["noise-scale", RECIPE, "--epochs", "0"], "--epochs must be in [1, 30]"),
    (["noise-scale", RECIPE, "--measurements", "7"], "--measurements must be at least 8; got 7"),
    (["noise-scale", RECIPE, "--small-batch", "0"], "--small-batch must be at least 1; got 0"),
    (["noise-scale", RECIPE, "--large-batch", "256"], "at least 4 times as large; got 256"),
    (["noise-scale", RECIPE, "--large-batch", "1000"], "a multiple of the small batch, 128"),
    (["noise-scale", RECIPE, "--phase", "trian"], "Did you mean 'train'?"),
    (["noise-scale", RECIPE, "--out", "x.svg"], "Use x.png."),
    (["sweep", RECIPE], "needs --grid, --named, --random, --tpe or --halving, one of them; got 0"),
    (["sweep", RECIPE, "--grid", "epochs=1,2", "--named", "pooling"], "one of them; got 2"),
    (["sweep", RECIPE, "--grid", "epochs"], "must be of the form path=value,value"),
    (["sweep", RECIPE, "--grid", "epocs=1,2"], "Did you mean 'epochs'?"),
    (["sweep", RECIPE, "--grid", "epochs=2,two"], "variant two: --set epochs=two: epochs must be"),
    (["sweep", RECIPE, "--named", "pooling"], "pooling is not a field of CifarResNet"),
    (["sweep", RECIPE, "--grid", "epochs=2,3", "--seeds", "0"], "--seeds must be at least 1"),
    (["sweep", RECIPE, "--grid", "epochs=2,3", "--jobs", "0"], "--jobs must be from 1 to"),
    (["sweep", RECIPE, "--random", "0", *SPACE], "--random must be at least 1; got 0"),
    (["sweep", RECIPE, "--tpe", "-1", *SPACE], "--tpe must be at least 1; got -1"),
    (["sweep", RECIPE, "--random", "2"], "--random needs --space, what to draw from"),
    (["sweep", RECIPE, "--random", "2", "--grid", "epochs=1,2"], "one of them; got 2"),
    (["sweep", RECIPE, "--random", "2", "--halving", "3", *SPACE], "one of them; got 2"),
    (["sweep", RECIPE, "--grid", "epochs=1,2", *SPACE], "--space takes no effect with --grid"),
    (["sweep", RECIPE, "--named", "dropout", "--search-seed", "1"], "--search-seed takes no"),
    (["sweep", RECIPE, "--random", "2", *SPACE, "--seeds", "0"], "--seeds must be at least 1"),
    (["sweep", RECIPE, "--random", "2", *SPACE, *SPACE], "is given twice"),
    (["sweep", RECIPE, "--random", "2", *SPACE, "--space", "epocs=1,2"], "Did you mean 'epochs'?"),
    (["sweep", RECIPE, "--random", "2", "--space", "epochs=int(5, 1)"], "got 5 and 1"),
    (["sweep", RECIPE, "--random", "2", "--space", "batch_size=log(0, 9)"], "above 0 for a log"),
    (["sweep", RECIPE, "--random", "2", "--space", "batch_size=log(8, 64)"], "a whole number"),
    (["sweep", RECIPE, "--random", "2", "--space", "batch_size=sqrt(8, 64)"], "no range sqrt"),
    (["sweep", RECIPE, "--random", "2", "--space", "seed=int(0, 9)"], "can't be searched"),
    (["sweep", RECIPE, "--random", "3", "--space", "epochs=2,3"], "a space that holds 2"),
    (["sweep", RECIPE, "--random", "2", *SPACE, "--set", "seed=2147483647"], "seed must be in"),
    (["sweep", RECIPE, "--tpe", "5", "--space", "epocs=int(1, 9)"], "Did you mean 'epochs'?"),
    (["sweep", RECIPE, "--halving", "2", "--space", "epochs=8,9"], "Leave epochs out of the space"),
    (
        ["sweep", RECIPE, "--halving", "2", *SPACE, "--set", "epochs=1", "--set", "schedule=None"],
        "needs epochs to end a trial after; the recipe has 1",
    ),
    (["sweep", RECIPE, "--grid", "epochs=2,3", "--cpus-per-trial", "2"], "no effect without --ray"),
    (["ablate", RECIPE, "--gpus-per-trial", "0"], "--gpus-per-trial takes no effect without --ray"),
    (["ablate", RECIPE, "--ray", "--jobs", "2"], "Say by --cpus-per-trial what each trial takes."),
    (["ablate", RECIPE, "--ray", "--cpus-per-trial", "0"], "must be at least 1; got 0"),
    (["ablate", RECIPE, "--ray", "--gpus-per-trial", "1.5"], "or a share below 1; got 1.5"),
    (["ablate", RECIPE, "--ray", "--gpus-per-trial", "nan"], "or a share below 1; got nan"),
    (["ablate", "--ray", RECIPE], "RECIPE"),
    (["sweep", RECIPE, "--halving", "9", *SPACE, "--ray"], "--halving can't be run on Ray"),
    (["sweep", RECIPE, "--tpe", "9", *SPACE, "--ray"], "--tpe can't be run on Ray"),
    (["cross-validate", RECIPE, "--folds", "1"], "--folds must be at least 2; got 1"),
    (["cross-validate", RECIPE, "--repeats", "0"], "--repeats must be at least 1; got 0"),
    (["cross-validate", RECIPE, "--set", "data.test_fold=(0, 5)"], "is one fold already"),
    (["learning-curve", RECIPE, "--points", "2"], "--points must be at least 3; got 2"),
    (["learning-curve", RECIPE, "--pays", "1.5"], "--pays must be within (0, 1); got 1.5"),
    (["learning-curve", RECIPE, "--beside", "model.dept=3"], "Did you mean 'depth'?"),
    (["compare", "runs/a"], "needs two runs or more"),
    (["compare", "runs/a", "runs/b"], "runs/a is not a run directory"),
    (["compare", "runs/a", "runs/../runs/a"], "given a run twice"),
    (["compare", "runs/a", "runs/b", "--out", "x.svg"], "Use x.png."),
    (["ablate", RECIPE, "--seeds", "0"], "--seeds must be at least 1; got 0"),
    (["evaluate"], "RUN"),
    (["evaluate", "runs/nope"], "is not a run directory"),
    (["evaluate", "recipes/cifar_resnet.py"], "is not a run directory"),
    (["export", "runs/x"], "--format"),
    (["export", "runs/x", "--format", "onx"], "Did you mean 'onnx'?"),
    (["export", "runs/x", "--format", "litert", "--precision", "int4"], "Did you mean 'int8'?"),
    (["export", "runs/x", "--format", "onnx", "--precision", "int8"], "onnx can't be had"),
    (["export", "runs/nope", "--format", "litert"], "is not a run directory"),
    (["predict"], "RUN"),
    (["predict", "runs/x"], "IMAGE"),
    (["predict", "runs/nope", "x.png"], "is not a run directory"),
    (["predict", "nope.keras", "x.png"], "nope.keras does not exist"),
    (["predict", "runs/nope", "x.png", "--top", "0"], "--top must be at least 1; got 0"),
]
SETS = [
    ("loss.label_smoothing=2", "loss.label_smoothing must be in [0, 1); got 2.0"),
    ("loss.label_smoothing=-0.1", "loss.label_smoothing must be in [0, 1); got -0.1"),
    ("loss.label_smothing=0.1", "Did you mean 'label_smoothing'?"),
    ("los.label_smoothing=0.1", "Did you mean 'loss'?"),
    ("loss.label_smoothing=high", "must be a number; got 'high'"),
    ("loss.label_smoothing", "must be of the form path=value"),
    ("loss=None", "loss must be CrossEntropy(...)"),
    ("loss=0.1", "loss must be CrossEntropy(...)"),
    ("loss=FocalLoss(gama=1)", "Did you mean 'gamma'?"),
    ("loss.class_weights=balance", "Did you mean 'balanced'?"),
    ("loss.class_weights=(1, -1)", "loss.class_weights must be at least 0; got -1.0"),
    ("loss=BinaryCrossEntropy(target_threshold=1)", "target_threshold must be in [0, 1); got 1.0"),
    ("epochs=0", "epochs must be at least 1; got 0"),
    ("epochs=1.5", "epochs must be a whole number or None; got 1.5"),
    ("epochs=None", "Say how long to train"),
    ("epochs=1", "warmup_epochs must be less than the 1 epochs"),
    ("batch_size=0", "batch_size must be at least 1"),
    ("batch_size=big", "batch_size must be a whole number; got 'big'"),
    ("precision=float23", "Did you mean 'float32'?"),
    ("precision=half", "precision must be one of 'auto'"),
    ("model.depth=21", "The nearest are 20 and 26."),
    ("model.depth=True", "model.depth must be a whole number; got True"),
    ("model=CifarResNet", "Call it: CifarResNet(...)."),
    ("model=CifarResnet()", "Did you mean 'CifarResNet'?"),
    ("model=Call('a.py')", 'takes "module:name"'),
    ("model=Call('gone.py:f')", "names a file that does not exist: gone.py"),
    ("augment=Flip()", "Write a tuple of one, with a comma: (Flip(...),)."),
    ("augment=[Flip()]", "Write a tuple"),
    ("augment.9=Flip()", "it has 0 to 1"),
    ("augment=(MixUp(0),)", "augment.MixUp.alpha must be at least 0.05; got 0.0"),
    ("augment=(Flip(mode='up'),)", "augment.Flip.mode must be one of"),
    ("optimizer.learning_rate=0", "optimizer.learning_rate must be above 0"),
    ("optimizer.learning_rate=1e999", "optimizer.learning_rate must be above 0; got inf"),
    ("optimizer.nesterov=yes", "optimizer.nesterov must be True or False; got 'yes'"),
    ("schedule=MultiStep(at=(0.9, 0.1))", "schedule.at must rise"),
    ("schedule=Cosine(warmup_epochs=99)", "must be less than the 30 epochs; got 99.0"),
    ("stopping.patience=0", "stopping.patience must be at least 1"),
    ("stopping.monitor=val_loss", "stopping.monitor must be one of"),
    ("data.fold=(5, 5)", "data.fold must be (index, folds) with index < folds"),
    ("data.fold=(0, 5)", "data.validation_fraction both say what is held out"),
    ("data.exclude=train:3", "Write a tuple of one, with a comma: ('train:3',)."),
    ("data.train_fraction=1.1", "data.train_fraction must be in (0, 1]"),
    ("data=TFDS()", "data.name is missing"),
    ("phases=()", "phases must hold at least one Phase"),
    ("phases.0.epochs=5", "takes no effect"),
    ("seed=0.5", "seed must be a whole number"),
    ("schema=99", "Install the version that wrote the recipe"),
    ("stand_in=no-name", "stand_in must be the name of a variant"),
    ("model=__import__('os').getcwd()", "can't take"),
    ("model=open('x')", "can't take open(...)"),
]


COMMANDS = MISTAKES + [(["show", RECIPE, "--set", each], says) for each, says in SETS]
SHARED_PROCESS = """
import contextlib, io, json, sys, traceback
from keras_recipes.cli.main import main

answers = []
for arguments in json.load(sys.stdin):
    printed, told = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(printed), contextlib.redirect_stderr(told):
        try:
            code = main(arguments)
        except SystemExit as ended:
            code = ended.code
        except BaseException:
            code = traceback.print_exc()
    answers.append((code, printed.getvalue(), told.getvalue()))
json.dump(answers, sys.stdout)
"""


def run(arguments, root, environment):
    return subprocess.run(
        [sys.executable, "-m", "keras_recipes", *arguments],
        capture_output=True,
        text=True,
        cwd=root,
        env=environment,
    )


@pytest.fixture(scope="module")
def answers(without_keras):
    """(exit code, standard output, standard error) of each of `COMMANDS`."""
    asked = json.dumps([arguments for arguments, _ in COMMANDS])
    done = subprocess.run(
        [sys.executable, "-c", SHARED_PROCESS], input=asked, capture_output=True, text=True,
        check=True, cwd=Path(__file__).parent.parent.parent, env=without_keras,
    )  # fmt: skip
    return json.loads(done.stdout)


@pytest.mark.parametrize(
    "number", range(len(COMMANDS)), ids=[" ".join(each)[:60] for each, _ in COMMANDS]
)
def test_one_error_that_names_the_place_and_the_fix(number, answers):
    code, printed, told = answers[number]
    assert code == 2, told
    assert printed == ""
    assert told.startswith("error: ")
    assert COMMANDS[number][1] in told
    assert "Traceback" not in told
    assert told.count("\n") <= 2


@pytest.mark.parametrize(
    "arguments",
    [["--help"], ["--version"], ["run", "--help"], ["list"], ["show", RECIPE],
     ["find-batch", "--help"], ["show", RECIPE + ":digits", "--flat", "--set", "seed=3"]],
)  # fmt: skip
def test_what_needs_no_keras_does_without(arguments, root, without_keras):
    done = run(arguments, root, without_keras)
    assert done.returncode == 0, done.stderr
    assert done.stdout
    assert done.stderr == ""


def test_a_broken_recipe_does_not_hide_the_others(root, without_keras, tmp_path):
    (tmp_path / "a.py").write_text("recipe = nothing")
    (tmp_path / "b.py").write_text((root / RECIPE).read_text())
    done = run(["list", str(tmp_path)], root, without_keras)
    assert done.returncode == 2
    assert "b.py:smoke" in done.stdout
    assert "name 'nothing' is not defined" in done.stdout
