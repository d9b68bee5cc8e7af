"""What is wrong with a data set, before anything is trained on it."""

from keras_recipes.audit.finding import AuditedImage, Finding, Group
from keras_recipes.audit.images import AuditedImages

__all__ = ["AuditedImage", "AuditedImages", "Finding", "Group"]
