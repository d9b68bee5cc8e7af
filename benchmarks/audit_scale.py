"""What an audit costs by the number of images: processor seconds of each stage, and memory.

OPENBLAS_NUM_THREADS=1 python benchmarks/audit_scale.py [--images 20000 60000 200000]

The images are of 32 by 32 pixels in a memory-mapped file, each the mean of two of CIFAR-10, so that
there are as many as wanted and none twice. Looking is linear in the number of images, searching
quadratic; the alignment of those that seem alike depends on the data set and is not in it. The
memory is that of the process, TensorFlow included, without mapped files.
"""

import argparse
import json
import tempfile
import time
from pathlib import Path

import numpy as np

from keras_recipes import TFDS
from keras_recipes.audit import AuditedImages
from keras_recipes.audit.duplicates import SIMILARITY
from keras_recipes.audit.measure import measure
from keras_recipes.audit.neighbours import similar_pairs
from keras_recipes.data.dataset import Examples


def anonymous_memory():
    """MiB of the process that are no mapped files."""
    status = Path("/proc/self/status").read_text()
    return int(status.split("RssAnon:")[1].split()[0]) / 1024


def made(count, images, folder):
    generator = np.random.default_rng(0)
    found = np.lib.format.open_memmap(
        folder / f"{count}.npy", mode="w+", dtype=np.uint8, shape=(count, *images.shape[1:])
    )
    for start in range(0, count, 4096):
        size = min(4096, count - start)
        one, other = generator.integers(0, len(images), (2, size))
        found[start : start + size] = images[one] // 2 + images[other] // 2
    return found


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--images", type=int, nargs="+", default=[20_000, 60_000, 200_000])
    options = parser.parse_args()
    data = TFDS("cifar10").build()
    for count in options.images:
        with tempfile.TemporaryDirectory() as folder:
            whole = Examples.whole(
                made(count, data.train.images, Path(folder)), np.zeros(count, np.int64)
            )
            none = whole.subset(np.arange(0))
            images = AuditedImages(
                "made", ("a", "b"), {"train": whole, "validation": none, "test": none}
            )
            most, began = [0.0], time.process_time()

            def sample(done, most=most):
                most[0] = max(most[0], anonymous_memory())

            measured = measure(images, sample)
            looked = time.process_time()
            similar_pairs(measured.descriptors, SIMILARITY, progress=sample)
            searched = time.process_time()
            result = {
                "images": count,
                "looking_microseconds_an_image": round((looked - began) / count * 1e6),
                "searching_seconds": round(searched - looked, 1),
                "million_pairs_a_second": round(count**2 / 2e6 / (searched - looked)),
                "most_mib": round(most[0]),
            }
            print(json.dumps(result), flush=True)


if __name__ == "__main__":
    main()
