"""Learning rates as tables of numbers: one float32 a step, computed in float64 beforehand."""

from keras_recipes.schedules.cosine import cosine_decay
from keras_recipes.schedules.linear import linear_decay
from keras_recipes.schedules.step import step_decay
from keras_recipes.schedules.table_schedule import TableSchedule, as_table
from keras_recipes.schedules.warmup import with_warmup

__all__ = [
    "TableSchedule",
    "as_table",
    "cosine_decay",
    "linear_decay",
    "step_decay",
    "with_warmup",
]
