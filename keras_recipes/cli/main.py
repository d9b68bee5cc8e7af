"""The command line's frame: its commands, its errors, its exit codes.

0 done, 1 a failure that is not the recipe's, 2 a mistake in the recipe or the command, 130 Ctrl-C.
"""

import argparse
import sys

import keras_recipes
from keras_recipes.cli import (
    ablate,
    audit,
    augment,
    compare,
    cross_validate,
    doctor,
    evaluate,
    export,
    find_batch,
    find_lr,
    init,
    learning_curve,
    listing,
    noise_scale,
    overfit,
    predict,
    run,
    show,
    sweep,
)
from keras_recipes.errors import RecipeError, did_you_mean

COMMANDS = {
    "init": init,
    "run": run,
    "list": listing,
    "show": show,
    "audit": audit,
    "augment": augment,
    "find-lr": find_lr,
    "find-batch": find_batch,
    "noise-scale": noise_scale,
    "overfit": overfit,
    "doctor": doctor,
    "sweep": sweep,
    "ablate": ablate,
    "cross-validate": cross_validate,
    "learning-curve": learning_curve,
    "compare": compare,
    "predict": predict,
    "evaluate": evaluate,
    "export": export,
}


def main(arguments=None) -> int:
    """Carry out a command line; returns the exit code."""
    parser = _parser()
    options = parser.parse_args(arguments)
    try:
        return COMMANDS[options.command].run(options) or 0
    except RecipeError as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print("interrupted", file=sys.stderr)
        return 130
    except BrokenPipeError:  # `... | head`
        sys.stderr.close()
        return 0


class _Parser(argparse.ArgumentParser):
    def error(self, message):
        raise SystemExit(_complain(self, message))


def _complain(parser, message):
    if "invalid choice" in message and "argument COMMAND" in message:
        wrong = message.partition("invalid choice: ")[2].partition(" (choose from")[0]
        message = f"there is no command {wrong}. {did_you_mean(wrong.strip(chr(39)), COMMANDS)}"
    print(f"error: {message}", file=sys.stderr)
    print(f"{parser.prog} --help tells what there is.", file=sys.stderr)
    return 2


def _parser():
    parser = _Parser(
        prog="keras-recipes",
        description="Training recipes for Keras that can be trusted.",
        epilog="keras-recipes COMMAND --help tells more of a command.",
    )
    parser.add_argument("--version", action="version", version=keras_recipes.__version__)
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    for name, module in COMMANDS.items():
        summary = module.__doc__.partition("\n")[0]
        command = commands.add_parser(
            name,
            help=summary,
            description=module.__doc__,
            formatter_class=argparse.RawDescriptionHelpFormatter,
        )
        module.add_arguments(command)
    return parser
