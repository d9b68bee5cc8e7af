"""Lightning's side of `find_lr.py`, run by the Python of an environment of its own.

Reads a line of JSON for each range test, `[rates, losses]` with null for a loss that is not finite,
and answers with the rate that Lightning suggests, or null where it has none. The losses go through
the callback of its finder, which smooths them and says when to stop, and then to its
`_LRFinder.suggestion`; trainer and module are stand-ins that hold what the callback reads.
"""

import json
import logging
import math
import sys
from types import SimpleNamespace

import lightning
import torch
from lightning.pytorch.tuner.lr_finder import _LRCallback, _LRFinder

logging.disable(logging.ERROR)  # what it says of curves that are too short


def suggest(rates, losses):
    """The rate that Lightning's finder suggests for a curve; None where it has none."""
    callback = _LRCallback(len(rates))
    trainer = SimpleNamespace(
        fit_loop=SimpleNamespace(batch_idx=0),
        accumulate_grad_batches=1,
        lr_scheduler_configs=[SimpleNamespace(scheduler=SimpleNamespace(lr=[0.0]))],
        strategy=SimpleNamespace(broadcast=lambda value: value),
        global_step=0,
        should_stop=False,
    )
    for rate, loss in zip(rates, losses, strict=True):
        trainer.lr_scheduler_configs[0].scheduler.lr = [rate]
        callback.on_train_batch_start(trainer, None, None, trainer.fit_loop.batch_idx)
        trainer.global_step += 1  # the trainer counts the step before it tells that it ended
        loss = torch.tensor(math.nan if loss is None else loss)
        callback.on_train_batch_end(trainer, None, loss, None, trainer.fit_loop.batch_idx)
        trainer.fit_loop.batch_idx += 1
        if trainer.should_stop:
            break
    finder = _LRFinder("exponential", rates[0], rates[-1], len(rates))
    finder.results = {"lr": callback.lrs, "loss": callback.losses}
    return finder.suggestion()


def main():
    """Answer until there are no more lines."""
    print(lightning.__version__, flush=True)
    for line in sys.stdin:
        print(json.dumps(suggest(*json.loads(line))), flush=True)


if __name__ == "__main__":
    main()
