"""Pictures and pages of what was measured."""

from keras_recipes.report.page import write_report

__all__ = ["write_report"]
