"""What keeps a network from learning, found before it is trained."""

from keras_recipes.diagnosis.diagnose import Diagnosis, diagnose
from keras_recipes.diagnosis.finding import Finding

__all__ = ["Diagnosis", "Finding", "diagnose"]
