"""How often a run is saved, without Keras, for the command that names it."""

EPOCH_SECONDS = 30.0
"""The ends of epochs are saved no closer to each other than that,"""
MOST_OF_THE_TIME = 0.02
"""nor so close that saving takes more of the time."""
DEFAULT_MINUTES = 5.0
"""Between checkpoints within an epoch."""
