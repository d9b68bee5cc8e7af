"""Whether data can be downloaded at all, known within seconds."""

import http.client
import threading
import urllib.error
import urllib.request

PROBE = "https://storage.googleapis.com/tfds-data/"
"""Where TensorFlow Datasets looks first."""


def is_reachable(seconds: float = 3.0, url: str = PROBE) -> bool:
    """Whether `url` answers, whatever it says, through the environment's proxies where set.

    It runs in a thread of its own, since looking up a name can take minutes and heeds no limit.
    """
    answered = []

    def probe():
        try:
            # A new opener: the shared one keeps the proxies that it first saw.
            urllib.request.build_opener().open(url, timeout=seconds).close()
            answered.append(True)
        except urllib.error.HTTPError:
            answered.append(True)
        except (OSError, ValueError, http.client.HTTPException):
            pass

    thread = threading.Thread(target=probe, daemon=True)
    thread.start()
    thread.join(seconds)
    return bool(answered)
