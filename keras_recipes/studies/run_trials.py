"""Many trials, as many at a time as the workers have room for."""

import time
from collections import deque

from keras_recipes.studies.trials import Outcome, read_failure, read_outcome

_LOOKED_AT_EVERY_SECONDS = 0.05


def run_trials(trials, workers, *, tell=None) -> dict[str, Outcome]:
    """Run what is not finished yet; nothing of it goes on when this ends in whatever way.

    A trial that fails does not keep the others from running, and is tried again next time.

    Args:
        trials: in the order to run them in; equal ones are run once.
        workers: what runs them, such as `LocalWorkers`; closed at the end.
        tell: called with a `Trial` and its `Outcome` when it has ended, and at the beginning for
            each that was finished already.

    Returns:
        what came of each, by its key.

    Raises:
        RecipeError: if a trial can't be started.
    """
    outcomes, waiting = {}, deque()
    running = 0
    try:
        for trial in {each.key: each for each in trials}.values():
            outcome = read_outcome(trial)
            if outcome is None:
                waiting.append(trial)
                continue
            outcomes[trial.key] = outcome
            if tell is not None:
                tell(trial, outcome)
        while waiting or running:
            while waiting and workers.has_room():
                workers.start(waiting.popleft())
                running += 1
            time.sleep(_LOOKED_AT_EVERY_SECONDS)
            for trial in workers.ended():
                running -= 1
                outcomes[trial.key] = read_outcome(trial) or read_failure(trial)
                if tell is not None:
                    tell(trial, outcomes[trial.key])
    finally:
        workers.close()
    return outcomes
