"""Learning rates as tables of numbers: one float32 a step, computed in float64 beforehand.

Neither Keras nor NumPy is loaded until something needs it.
"""

from keras_recipes.schedules.accumulation import count_updates, rates_per_batch
from keras_recipes.schedules.constant import constant
from keras_recipes.schedules.cosine import cosine_decay
from keras_recipes.schedules.cosine_restarts import cosine_restarts
from keras_recipes.schedules.exponential import exponential_decay
from keras_recipes.schedules.linear import linear_decay
from keras_recipes.schedules.multi_step import multi_step_decay
from keras_recipes.schedules.one_cycle import one_cycle
from keras_recipes.schedules.polynomial import polynomial_decay
from keras_recipes.schedules.scaling import scale_linearly
from keras_recipes.schedules.step import step_decay
from keras_recipes.schedules.table import as_table
from keras_recipes.schedules.warmup import with_warmup

__all__ = [
    "TableSchedule",
    "as_table",
    "constant",
    "cosine_decay",
    "cosine_restarts",
    "count_updates",
    "exponential_decay",
    "linear_decay",
    "multi_step_decay",
    "one_cycle",
    "polynomial_decay",
    "rates_per_batch",
    "scale_linearly",
    "step_decay",
    "with_warmup",
]


def __getattr__(name):
    if name == "TableSchedule":  # a Keras class: the one name here that loads Keras
        from keras_recipes.schedules.table_schedule import TableSchedule

        return TableSchedule
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
