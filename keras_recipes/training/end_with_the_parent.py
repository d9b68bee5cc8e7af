"""For a process that must not outlive the one that started it, in whatever way that ends."""

import os
import threading


def end_with_the_parent(clean_up=lambda: None):
    """End this process when the pipe that is its standard input closes.

    The parent holds the other end (`subprocess.PIPE`), which the system closes for it even after
    SIGKILL.

    Args:
        clean_up: called first, in a thread of its own.
    """

    def wait():
        os.read(0, 1)  # not sys.stdin, whose lock the interpreter wants when it ends
        clean_up()
        os._exit(1)

    threading.Thread(target=wait, daemon=True).start()
