"""Faults planted in real CIFAR-10: how many of them an audit finds, and what else it finds.

python benchmarks/audit_planted.py [--train 50000] [--test 10000] [--seed 0] [--out planted]

In copies of the images, chosen by the seed: 200 training images come a second time in the training
set and 200 others in the test set, each a quarter with a crop (0 to 2 pixels off each side, scaled
back), another brightness (times 0.8 to 1.2), JPEG (quality 50 to 90), and all three. 50 training
images become of one colour (with noise of 1 grey value), 50 others are blurred (Gaussian, of 1 to
2.5 pixels).
Beside it: pHash of imagehash (64 bits), if it is installed, on the same pairs.

What is found beside what was planted may be there in CIFAR-10: pairs.png shows a pair of each of a
hundred such groups.
"""

import argparse
import io
import json
import time
from pathlib import Path

import numpy as np
from PIL import Image, ImageFilter

from keras_recipes import TFDS
from keras_recipes.audit import AuditedImages
from keras_recipes.audit.audit import audit
from keras_recipes.audit.duplicates import connected
from keras_recipes.data.dataset import Examples

PLANTED, BLANK, BLURRED = 200, 50, 50
CHANGES = ("crop", "brightness", "jpeg", "all three")


def changed(pixels, how, generator):
    image = Image.fromarray(pixels)
    if how in ("crop", "all three"):
        left, top, right, bottom = generator.integers(0, 3, 4)
        box = (left, top, image.width - right, image.height - bottom)
        image = image.crop(box).resize(image.size, Image.Resampling.BILINEAR)
    if how in ("brightness", "all three"):
        scaled = np.asarray(image) * generator.uniform(0.8, 1.2)
        image = Image.fromarray(np.clip(np.round(scaled), 0, 255).astype(np.uint8))
    if how in ("jpeg", "all three"):
        file = io.BytesIO()
        image.save(file, "JPEG", quality=int(generator.integers(50, 91)))
        image = Image.open(file)
    return np.asarray(image)


def plant(train, test, labels, test_labels, generator):
    """The data set with faults, and where they are."""
    chosen = generator.choice(len(train), 2 * PLANTED + BLANK + BLURRED, replace=False)
    inside, across, blank, blurred = np.split(chosen, [PLANTED, 2 * PLANTED, 2 * PLANTED + BLANK])
    train = train.copy()
    copies = {
        name: np.stack([
            changed(train[row], CHANGES[number % len(CHANGES)], generator)
            for number, row in enumerate(rows)
        ])
        for name, rows in (("inside", inside), ("across", across))
    }  # fmt: skip
    for row in blank:
        colour = generator.integers(0, 256, 3) + generator.normal(0, 1, train[row].shape)
        train[row] = np.clip(np.round(colour), 0, 255)
    for row in blurred:
        blur = ImageFilter.GaussianBlur(generator.uniform(1, 2.5))
        train[row] = np.asarray(Image.fromarray(train[row]).filter(blur))
    count = len(train) + PLANTED
    images = np.concatenate([train, copies["inside"], test, copies["across"]])
    labels = np.concatenate([labels, labels[inside], test_labels, labels[across]])
    pairs = {
        "inside": np.stack([inside, len(train) + np.arange(PLANTED)], axis=1),
        "across": np.stack([across, count + len(test) + np.arange(PLANTED)], axis=1),
    }
    whole = Examples.whole(images, labels)
    rows = np.arange(len(images))
    parts = {
        "train": whole.subset(rows[:count]),
        "validation": whole.subset(rows[:0]),
        "test": whole.subset(rows[count:]),
    }
    return parts, pairs, {"blank": blank, "blurred": blurred}


def by_perceptual_hash(images, pairs):
    """Of imagehash's pHash: the distances of planted pairs, and of how many pairs in all."""
    import imagehash

    hashes = [
        np.packbits(imagehash.phash(Image.fromarray(images.read(index))).hash).view(np.uint64)[0]
        for index in range(len(images))
    ]
    hashes = np.array(hashes)
    distances = np.bitwise_count(hashes[pairs[:, 0]] ^ hashes[pairs[:, 1]])
    counts = np.zeros(65, np.int64)
    for first in range(0, len(hashes), 512):
        block = hashes[first : first + 512]
        for second in range(first, len(hashes), 8192):
            found = np.bitwise_count(block[:, None] ^ hashes[None, second : second + 8192])
            later = np.arange(second, second + found.shape[1])
            found = found[later[None] > np.arange(first, first + len(block))[:, None]]
            counts += np.bincount(found, minlength=65)
    return distances, np.cumsum(counts)


def draw_pairs(images, pairs, captions, path, columns=10, zoom=2):
    from PIL import ImageDraw

    side = images.shape[0] * zoom
    width, height = 2 * side + 8, side + 14
    sheet = Image.new("RGB", (columns * width, -(-len(pairs) // columns) * height), "white")
    draw = ImageDraw.Draw(sheet)
    for number, (pair, caption) in enumerate(zip(pairs, captions, strict=True)):
        left, top = number % columns * width, number // columns * height
        draw.text((left, top), caption, fill="black")
        for place, index in enumerate(pair):
            image = Image.fromarray(images.read(index)).resize((side, side), Image.NEAREST)
            sheet.paste(image, (left + place * side, top + 13))
    sheet.save(path)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--train", type=int, default=50_000)
    parser.add_argument("--test", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--out", type=Path, default=Path("planted"))
    options = parser.parse_args()
    options.out.mkdir(parents=True, exist_ok=True)
    data = TFDS(
        "cifar10", train_split=f"train[:{options.train}]", test_split=f"test[:{options.test}]"
    ).build()
    test = data.read_test()
    generator = np.random.default_rng(options.seed)
    parts, pairs, faults = plant(
        data.train.images, test.images, data.train.labels, test.labels, generator
    )
    images = AuditedImages("cifar10", data.class_names, parts)
    began = time.process_time()
    found = audit(images)
    result = {
        "images": len(images),
        "seconds": round(found.seconds, 1),
        "processor_seconds": round(time.process_time() - began, 1),
        "correlation": found.duplicates.correlation,
        "pairs_found": len(found.duplicates.pairs),
    }
    group = np.full(len(images), -1)
    for number, (members, _, _) in enumerate(connected(found.duplicates, len(images))):
        group[members] = number
    for name, some in pairs.items():
        is_found = (group[some[:, 0]] >= 0) & (group[some[:, 0]] == group[some[:, 1]])
        result[f"recall_{name}"] = float(is_found.mean())
        for number, how in enumerate(CHANGES):
            result[f"recall_{name}_{how}"] = float(is_found[number :: len(CHANGES)].mean())
    for kind, rows in faults.items():
        listed = [
            group.images[0].index for each in found.findings if each.kind == kind
            for group in each.groups
        ]  # fmt: skip
        result[f"recall_{kind}"] = float(np.isin(rows, listed).mean())
        result[f"precision_{kind}"] = float(np.isin(listed, rows).mean()) if listed else None
        result[f"listed_{kind}"] = len(listed)
        others = [each for each in listed if each not in rows][:100]
        if others:
            draw_pairs(
                images, [(each,) for each in others], [str(each) for each in others],
                options.out / f"{kind}.png",
            )  # fmt: skip
    planted = np.concatenate(list(pairs.values()))
    is_planted = np.isin(group, group[planted][group[planted] >= 0])
    one, others = found.duplicates.pairs[:, 0], []
    # A pair of each group, since a few groups of CIFAR-10 hold most of the pairs.
    for number in generator.permutation(np.unique(group[one[~is_planted[one]]])):
        others.append(generator.choice(np.flatnonzero(group[one] == number)))
    result["groups_not_planted"] = len(others)
    some = np.array(others[:100], int)
    some = some[np.argsort(-found.duplicates.correlations[some])]
    draw_pairs(
        images, found.duplicates.pairs[some],
        [f"{each:.3f}" for each in found.duplicates.correlations[some]], options.out / "pairs.png",
    )  # fmt: skip
    try:
        distances, counts = by_perceptual_hash(images, planted)
    except ImportError:
        print("imagehash is not installed: not compared")
    else:
        result["phash"] = {
            distance: {"recall": float((distances <= distance).mean()),
                       "pairs_found": int(counts[distance])}
            for distance in (0, 2, 4, 6, 8, 10, 12, 14)
        }  # fmt: skip
    print(json.dumps(result, indent=1))
    (options.out / "result.json").write_text(json.dumps(result, indent=1))


if __name__ == "__main__":
    main()
