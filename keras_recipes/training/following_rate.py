"""The callbacks of a phase whose learning rate follows the training."""

import numpy as np

from keras_recipes.recipe.call import offer
from keras_recipes.recipe.schedule import follows_training
from keras_recipes.training.warm_up import WarmUp


def following_callbacks(
    phase, rates, *, peak, first_epoch, steps, batches, validation, after_batch
) -> list:
    """None, or those that set the rate; the last has `get_state` and `set_state`.

    Args:
        phase: a resolved `Phase`.
        rates: rate of each step while nothing changes it, shape `(epochs * steps,)`.
        peak: the full rate.
        first_epoch: epochs that came before the phase.
        steps: steps an epoch.
        batches: function of a first and a last step to the batches that the run trains on from
            the one to before the other.
        validation: batches to judge trials on.
        after_batch: function that is called after each batch of a trial, or None.
    """
    schedule = phase.schedule
    if not follows_training(schedule):
        return []

    def next_batches(finished):
        return batches(finished * steps, finished * steps + schedule.trial_steps)

    callback = offer(
        schedule.callback,
        peak=peak,
        first_epoch=first_epoch,
        train=next_batches,
        validation=validation,
        after_batch=after_batch,
    )
    at_peak = int(np.argmax(rates == rates[-1]))
    warm_up = [WarmUp(rates[: at_peak + 1], first_epoch=first_epoch, steps=steps)]
    return [*(warm_up if at_peak else []), callback]
