"""`python -m keras_recipes`."""

import sys

from keras_recipes.cli.main import main

sys.exit(main())
