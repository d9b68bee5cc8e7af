"""A command that is asked to end, by `kill` or as its terminal closes, ends as by an error."""

import contextlib
import signal
import sys

_SIGNALS = ("SIGTERM", "SIGHUP")


@contextlib.contextmanager
def ending_in_order():
    """Within it these signals raise `SystemExit`, so that whatever is to be tidied up is.

    The exit code is 128 and the signal's number. A signal that is ignored, as `nohup` has it with
    SIGHUP, stays so.
    """
    before = {}
    for number in (getattr(signal, name) for name in _SIGNALS if hasattr(signal, name)):
        if signal.getsignal(number) is not signal.SIG_IGN:
            before[number] = signal.signal(number, lambda received, _: sys.exit(128 + received))
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
