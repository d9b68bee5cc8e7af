"""What a folder of images costs in memory: read through the cache, then trained on for an epoch.

    python benchmarks/memory.py                       # 20,000 photograph-like JPEGs under 1 GiB
    python benchmarks/memory.py --images 2000 --store memory

Generates JPEGs of 256 by 256 pixels (waves of random frequency with noise, seeded), then reads
them by `Folder` with a cache of 128 by 128, measures the channels and draws one epoch of batches of
96 by 96 through a padded crop and a flip, in a process of its own. The memory of that process that
nothing but itself can give back (RssAnon and RssShmem of /proc/PID/status) is sampled every 20 ms;
above the limit the process is killed and the benchmark fails. Pages of the cache file that the
system keeps in memory as long as nobody needs it are not counted; they are shown as "mapped".
Linux only.
"""

import argparse
import json
import os
import platform
import subprocess
import sys
import tempfile
import time
from pathlib import Path

CLASSES = 10
GENERATED_SIDE, KEPT_SIDE, SEEN_SIDE = 256, 128, 96
BATCH = 128


def generate(folder: Path, count: int):
    """Write `count` JPEGs, an equal share a class."""
    import numpy as np
    from PIL import Image

    generator = np.random.default_rng(0)
    rows, columns = np.mgrid[0:GENERATED_SIDE, 0:GENERATED_SIDE].astype(np.float32)
    noise = generator.normal(0, 12, (64, GENERATED_SIDE, GENERATED_SIDE, 1)).astype(np.float32)
    for index in range(count):
        across, down = generator.uniform(0.005, 0.1, (2, 3)).astype(np.float32)
        waves = np.sin(rows[..., None] * down + columns[..., None] * across)
        pixels = np.clip(128 + 90 * waves + noise[index % len(noise)], 0, 255).astype(np.uint8)
        path = folder / f"class_{index % CLASSES}" / f"{index:06}.jpg"
        path.parent.mkdir(exist_ok=True)
        Image.fromarray(pixels).save(path, quality=90)


def read_and_train(folder: str, store: str):
    """What the watched process does; tells its pace, a JSON line a stage."""
    from keras_recipes import Flip, Folder, PaddedCrop
    from keras_recipes.augment import build_pipeline, float32_policy
    from keras_recipes.data import channel_statistics, steps_per_epoch, training_batches

    def told(stage, images, began):
        print(json.dumps({"stage": stage, "images": images, "seconds": time.time() - began}))
        sys.stdout.flush()

    began = time.time()
    part = Folder(
        folder,
        image_size=(SEEN_SIDE, SEEN_SIDE),
        cache_size=(KEPT_SIDE, KEPT_SIDE),
        store=store,
    )
    dataset = part.build()
    total = len(dataset.train.images)
    told("read", total, began)
    began = time.time()
    channel_statistics(dataset.train)
    told("channel statistics", min(10_000, len(dataset.train)), began)
    began = time.time()
    about = {"image_shape": dataset.stored_shape, "num_classes": dataset.num_classes}
    with float32_policy():
        layers = [each.build(**about) for each in (PaddedCrop(16), Flip())]
    augment = build_pipeline(layers, seed=0, batch_size=BATCH, **about)
    steps = steps_per_epoch(dataset.train, BATCH)
    for _ in training_batches(
        dataset.train,
        dataset.num_classes,
        seed=0,
        batch_size=BATCH,
        first_step=0,
        last_step=steps,
        augment=augment,
    ):
        pass
    told("an epoch of batches", steps * BATCH, began)


def memory_of(process: int) -> tuple[int, int]:
    """(bytes that are the process's own, bytes of files mapped); zeros once it has ended."""
    try:
        lines = Path(f"/proc/{process}/status").read_text().splitlines()
    except OSError:
        return 0, 0
    kibibytes = {each.split(":")[0]: each.split()[1] for each in lines if each.startswith("Rss")}
    own = int(kibibytes.get("RssAnon", 0)) + int(kibibytes.get("RssShmem", 0))
    return own * 1024, int(kibibytes.get("RssFile", 0)) * 1024


def watch(folder, store, limit, cache):
    """Run the process under the limit.

    Returns:
        a row for each stage, with the peaks up to its end, in bytes.
    """
    command = [sys.executable, __file__, "--watched", str(folder), "--store", store]
    environment = {**os.environ, "KERAS_RECIPES_CACHE": str(cache), "TF_CPP_MIN_LOG_LEVEL": "3"}
    log = folder / "stages.log"
    rows, own_peak, mapped_peak = [], 0, 0
    with log.open("w") as out:
        process = subprocess.Popen(command, stdout=out, env=environment)
        while process.poll() is None:
            own, mapped = memory_of(process.pid)
            own_peak, mapped_peak = max(own_peak, own), max(mapped_peak, mapped)
            if own > limit:
                process.kill()
                process.wait()
                sys.exit(f"killed: {own / 2**20:.0f} MiB are above the limit")
            for line in log.read_text().splitlines()[len(rows) :]:
                rows.append({**json.loads(line), "own": own_peak, "mapped": mapped_peak})
            time.sleep(0.02)
    if process.returncode:
        sys.exit(f"the process failed with {process.returncode}")
    for line in log.read_text().splitlines()[len(rows) :]:
        rows.append({**json.loads(line), "own": own_peak, "mapped": mapped_peak})
    return rows


def main():
    """Generate, measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--images", type=int, default=20_000)
    parser.add_argument("--limit", type=float, default=1.0, help="GiB; 1")
    parser.add_argument("--store", choices=["auto", "memory", "disk"], default="disk")
    parser.add_argument("--watched", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.watched:
        read_and_train(options.watched, options.store)
        return
    from rich.console import Console
    from rich.table import Table

    with tempfile.TemporaryDirectory() as place:
        folder, cache = Path(place) / "images", Path(place) / "cache"
        folder.mkdir()
        generate(folder, options.images)
        rows = watch(folder, options.store, options.limit * 2**30, cache)
    decoded = options.images * KEPT_SIDE**2 * 3
    title = (
        f"{options.images} images, {decoded / 2**20:.0f} MiB decoded, store={options.store!r}, "
        f"limit {options.limit:g} GiB"
    )
    table = Table(title=title)
    for column in ("stage", "images", "images/s", "own memory MiB, peak", "mapped MiB, peak"):
        table.add_column(column, justify="right")
    for row in rows:
        table.add_row(
            row["stage"],
            str(row["images"]),
            f"{row['images'] / row['seconds']:.0f}",
            f"{row['own'] / 2**20:.0f}",
            f"{row['mapped'] / 2**20:.0f}",
        )
    Console().print(table)
    print(f"{os.cpu_count()} cores; Python {platform.python_version()}, {platform.system()}")


if __name__ == "__main__":
    main()
