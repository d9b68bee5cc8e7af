"""What `noise-scale` prints: the numbers of the theory, and no number where there is none."""

import io

from rich.console import Console

from keras_recipes.cli.noise_scale_summary import print_noise_scale, suggest_batch_size
from keras_recipes.tuning import NoiseScale, NoiseScaleOverTraining

NONE = NoiseScale(None, None, None, 20, 0, 190, "too much noise")
EARLY = NoiseScale(20.0, 10.0, 30.0, 20, 0, 190)
LATE = NoiseScale(180.0, 120.0, 300.0, 20, 600, 790)
AVERAGE = NoiseScale(96.0, 64.0, 128.0, 80, 0, 790)
WHOLE = NoiseScale(24.0, 16.0, 32.0, 80, 0, 790)


def printed(average, whole, quarters=(EARLY, EARLY, LATE, LATE), **changed):
    console = Console(width=120, file=io.StringIO())
    arguments = {
        "not_finite": 0, "batch_size": 32, "accumulate": 1, "images": 10_000, "scales_rate": True,
        "command": "keras-recipes run mine.py --set 'augment=[]'", "out": "noise.png", **changed,
    }  # fmt: skip
    found = NoiseScaleOverTraining(average, quarters, quarters, whole)
    return print_noise_scale(console, found, **arguments), console.file.getvalue()


def test_costs_and_suggestion():
    code, text = printed(AVERAGE, WHOLE)
    assert code == 0
    assert "early    20  (95 % interval 10 to 30, 20 measurements, steps 0 to 190)" in text
    assert "late     180" in text
    assert "of all   24  (95 % interval 16 to 32, 80 measurements" in text
    assert "critical batch size 96" in text
    assert "stands in" not in text
    in_use = next(line for line in text.splitlines() if "in use" in line)
    assert "4.00 x least (3.00 to 5.00)" in in_use  # 1 + 96 / 32
    assert "1.33 x least (1.25 to 1.50)" in in_use  # 1 + 32 / 96
    assert "run mine.py --set 'augment=[]' --set batch_size=128" in text
    assert "1.75 times the epochs" in text  # (1 + 128 / 96) / (1 + 32 / 96)
    assert "the recipe's rate goes with it" in text


def test_the_ratio_of_all_stands_in_and_says_so():
    code, text = printed(NONE, WHOLE, (NONE, EARLY, LATE, LATE), scales_rate=False, not_finite=3)
    assert code == 0
    assert "early    no usable estimate yet: too much noise" in text
    assert "critical batch size 24" in text
    assert "stands in for the average over training" in text
    assert "3 measurements were not finite" in text
    assert "tune the rate for it" in text


def test_no_number_where_there_is_none():
    code, text = printed(NONE, NONE)
    assert code == 1
    assert "no usable estimate yet: give more --epochs" in text
    assert "critical" not in text
    assert "--set" not in text


def test_the_suggestion_is_next_and_keeps_ten_steps_an_epoch():
    assert suggest_batch_size(90.0, 1, 10_000) == 64
    assert suggest_batch_size(91.0, 1, 10_000) == 128
    assert suggest_batch_size(360.0, 4, 10_000) == 64
    assert suggest_batch_size(5000.0, 1, 1152) == 64
    assert suggest_batch_size(5000.0, 1, 1280) == 128
    assert suggest_batch_size(0.1, 1, 10_000) == 1
