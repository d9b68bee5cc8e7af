"""Recipes and overrides broken at random: an answer for each, never a traceback, never a hang.

Some changes leave a recipe right. For those, `show` must print it and the text must read back to
the same recipe; for all others there is one error on stderr and exit code 2.
"""

import contextlib
import io
import re
import tokenize

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import keras_recipes
from keras_recipes import (
    SGD,
    TFDS,
    AdamW,
    BinaryCrossEntropy,
    Call,
    CifarResNet,
    ConvNet,
    Cosine,
    CropAndResize,
    CrossEntropy,
    CutMix,
    Cutout,
    Digits,
    Flip,
    Folder,
    MixUp,
    OneCycle,
    OneOf,
    PaddedCrop,
    Phase,
    RandAugment,
    Recipe,
    Rotation,
    Sometimes,
    Stopping,
)
from keras_recipes.cli.main import main
from keras_recipes.recipe.load import load
from keras_recipes.recipe.part import is_part
from keras_recipes.recipe.text import to_flat, to_python

RECIPES = [
    Recipe(
        data=TFDS("cifar10", fold=(1, 5), train_examples=100),
        augment=(PaddedCrop(2), Flip(), Cutout(8), MixUp(0.4)),
        model=CifarResNet(),
        loss=CrossEntropy(label_smoothing=0.1),
        optimizer=SGD(weight_decay=5e-3),
        schedule=Cosine(warmup_epochs=1),
        stopping=Stopping(patience=3),
        epochs=12,
        phases=(Phase(name="first"), Phase(name="second", epochs=3, augment=())),
    ),
    Recipe(
        data=Digits(train_fraction=0.5),
        augment=(Call("keras_cv.layers:GridMask", ratio_factor=0.5),),
        model=Call("keras.applications:MobileNet", weights=None),
        optimizer=Call("keras.optimizers:Lion", learning_rate=1e-4),
        callbacks=(Call("keras.callbacks:ReduceLROnPlateau", monitor="val_nll"),),
        epochs=2,
    ),
    Recipe(
        data=Folder("photos", image_size=(64, 64), cache_size=(80, 80), group=r"^(\d+)_"),
        augment=(
            CropAndResize(),
            Rotation(10),
            RandAugment(1, 5),
            Sometimes(OneOf((MixUp(0.2), CutMix()), probabilities=(0.3, 0.7)), probability=0.5),
        ),
        mixup_off_epochs=2,
        model=ConvNet(blocks=4, dropout=0.5),
        loss=BinaryCrossEntropy(target_threshold=0.2, class_weights="balanced"),
        optimizer=AdamW(accumulate=2, ema_momentum=0.99, clip_norm=1.0),
        schedule=OneCycle(),
        epochs=8,
    ),
]
PATHS = sorted({path for recipe in RECIPES for path in to_flat(recipe)})
PARTS = sorted(n for n in keras_recipes.__all__ if is_part(getattr(keras_recipes, n)))

numbers = st.one_of(st.integers(), st.floats(), st.just(10**400)).map(repr)
words = st.one_of(st.sampled_from(["None", "True", "nan", "'", '"x"', "..", "()", "[]", "{}", "*"]))
values = st.recursive(
    st.one_of(numbers, words, st.sampled_from(PARTS), st.text(max_size=12)),
    lambda inner: st.one_of(
        st.tuples(inner, inner).map(lambda pair: f"({pair[0]}, {pair[1]})"),
        st.tuples(st.sampled_from(PARTS), inner).map(lambda pair: f"{pair[0]}({pair[1]})"),
        st.tuples(st.sampled_from(PARTS), st.sampled_from(PATHS), inner).map(
            lambda three: f"{three[0]}({three[1].rpartition('.')[2]}={three[2]})"
        ),
    ),
    max_leaves=4,
)


@st.composite
def paths(draw):
    """A field's path, at times with a slip of the finger in it."""
    path = draw(st.sampled_from(PATHS))
    slip = draw(st.sampled_from(["none", "none", "drop", "double", "longer"]))
    at = draw(st.integers(0, len(path) - 1))
    if slip == "drop":
        return path[:at] + path[at + 1 :]
    if slip == "double":
        return path[:at] + path[at] + path[at:]
    return f"{path}.{draw(st.sampled_from(['0', 'rate', 'name']))}" if slip == "longer" else path


@st.composite
def broken_texts(draw):
    """The file of a recipe with a few of its tokens dropped, doubled or replaced."""
    text = to_python(draw(st.sampled_from(RECIPES)))
    tokens = [each.string for each in tokenize.generate_tokens(io.StringIO(text).readline)]
    text = "".join(each if each.isspace() else f"{each} " for each in tokens)
    pieces = re.split(r"(?<= )", text)
    for _ in range(draw(st.integers(1, 3))):
        at = draw(st.integers(0, len(pieces) - 1))
        new = draw(st.one_of(st.just(""), st.just(pieces[at] * 2), values.map(lambda v: f"{v} ")))
        pieces[at] = new
    return "".join(pieces)


def answer(arguments):
    """(exit code, stdout, stderr) of `keras-recipes`."""
    out, err = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        code = main(arguments)
    return code, out.getvalue(), err.getvalue()


def check_answer(path, assignments=()):
    """Whether the recipe was refused, having seen that it was answered as it should be."""
    options = [each for assignment in assignments for each in ("--set", assignment)]
    code, out, err = answer(["show", str(path), *options])
    assert code in (0, 2), err
    if code == 2:
        assert out == ""
        assert err.startswith("error: ")
        assert err.count("error: ") == 1
        assert "Traceback" not in err
        assert len(err) < 2000
        return True
    recipe = load(str(path), assignments).recipe
    again = path.with_name("again.py")
    again.write_text(to_python(recipe), encoding="utf-8")
    assert to_flat(load(str(again)).recipe) == {**to_flat(recipe), "stand_in": None}
    return False


def example_settings(count):
    """`count` examples, the same in every run, two seconds each at most."""
    return settings(
        max_examples=count,
        derandomize=True,
        deadline=2000,
        database=None,
        suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
    )


def test_overrides_broken_at_random(tmp_path):
    files = [tmp_path / f"recipe_{index}.py" for index in range(len(RECIPES))]
    for file, recipe in zip(files, RECIPES, strict=True):
        file.write_text(to_python(recipe))
    refused = set()

    @example_settings(500)
    @given(file=st.sampled_from(files), path=paths(), value=values)
    def check(file, path, value):
        if check_answer(file, [f"{path}={value}"]):
            refused.add((file, path, value))

    check()
    assert len(refused) > 300


def test_files_broken_at_random(tmp_path):
    file = tmp_path / "broken.py"
    refused = set()

    @example_settings(400)
    @given(text=broken_texts())
    def check(text):
        file.write_bytes(text.encode("utf-8", "surrogatepass"))
        if check_answer(file):
            refused.add(text)

    check()
    assert len(refused) > 250
