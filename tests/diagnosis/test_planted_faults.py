"""Each planted fault is found by its name, and nothing is found where there is none."""

import pytest
from planted_faults import FAULTS, SEEN_IN_TIME, SEEN_IN_TRAINING, SOUND
from sound_forms import FORMS, TRAINED

from keras_recipes.diagnosis import diagnose


@pytest.mark.parametrize("name", FAULTS)
def test_a_planted_fault_is_found(name):
    check, _, plant = FAULTS[name]
    found = diagnose(**plant(), memorize=check in SEEN_IN_TRAINING, speed=check in SEEN_IN_TIME)
    assert check in [each.check for each in found.findings], str(found)


@pytest.mark.parametrize("name", SOUND)
def test_no_false_alarm(name):
    told = diagnose(**SOUND[name]())
    assert not told.findings, str(told)
    assert told.tried.real.reached
    assert told.tried.real.nll[-1] < told.tried.blank.nll[-1]


@pytest.mark.parametrize("name", FORMS)
def test_no_false_alarm_of_another_form(name):
    told = diagnose(**FORMS[name](), memorize=name in TRAINED, speed=name in TRAINED)
    assert not told.findings, str(told)
    assert told.passage is not None
    if name in TRAINED:
        assert told.tried.real.nll[-1] < told.tried.blank.nll[-1]
        assert told.speed.step_seconds > 0
