"""One image file as pixels of a given size, whatever it was saved as."""

from dataclasses import dataclass
from typing import Literal

import numpy as np
from PIL import ExifTags, Image

Image.init()  # loads Pillow's readers, before threads ask for them

FORMATS = ("JPEG", "PNG", "WEBP", "BMP", "DIB", "GIF")
"""What Pillow is asked to read, by content and not by name; JPEG takes cameras' MPO files too."""

_UPRIGHT = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
"""What undoes each EXIF orientation."""


@dataclass(frozen=True)
class PixelFormat:
    """What every image is made into."""

    size: tuple[int, int]
    """(height, width)."""
    channels: Literal[1, 3] = 3
    """1 for grey, 3 for RGB."""
    resize: Literal["crop", "pad", "squash"] = "crop"
    """How an image of other proportions is fitted: cut at its longer sides, with black bars at its
    shorter sides, or distorted."""

    @property
    def shape(self) -> tuple[int, int, int]:
        """(height, width, channels)."""
        return (*self.size, self.channels)


def read_image(path, pixels: PixelFormat) -> np.ndarray:
    """Read a JPEG (grey, RGB or CMYK), PNG (8 or 16 bit, palette), WebP, BMP or GIF file.

    It is turned upright as its EXIF orientation says; transparency lies on white; 16 bits are
    scaled to 8 over their whole range; of an animation the first frame is read. Scaled bilinearly
    with antialiasing; a JPEG much larger than needed is decoded at a fraction of its size, yet at
    least at twice the size wanted.

    Returns:
        uint8, of `pixels.shape`.

    Raises:
        Exception: of many kinds, where the file is not there, is damaged or is cut short; see
            `why_unreadable`.

    Example:
        ```python
        image = read_image("cat.jpg", PixelFormat(size=(96, 96)))
        ```
    """
    with Image.open(path, formats=FORMATS) as image:
        twice = 2 * max(pixels.size)
        image.draft("RGB", (twice, twice))
        image.load()
        upright = _UPRIGHT.get(_orientation(image))
        image = _eight_bits(image, pixels.channels)
        image = image.transpose(upright) if upright is not None else image
        array = np.asarray(_fit(image, pixels))
    return array.reshape(pixels.shape)


def upright_size(path) -> tuple[int, int]:
    """(height, width) of an image as `read_image` turns it, from its header alone.

    Raises:
        Exception: as `read_image`, of what the header shows.
    """
    return header(path)[:2]


def header(path) -> tuple[int, int, str, str]:
    """(height, width, format, colours) of an image: turned upright, `"JPEG"`, Pillow's `"RGB"`.

    Raises:
        Exception: as `read_image`, of what the header shows.
    """
    with Image.open(path, formats=FORMATS) as image:
        on_its_side = _orientation(image) in (5, 6, 7, 8)
        height, width = image.size if on_its_side else image.size[::-1]
        return height, width, image.format or "unknown", image.mode


def why_unreadable(path, pixels: PixelFormat) -> str | None:
    """Why a file can't be read, in a few words; None if it can."""
    try:
        read_image(path, pixels)
    except Image.UnidentifiedImageError:
        return "not an image of a known format"
    except OSError as error:
        return error.strerror or str(error)
    except Exception as error:  # Pillow's readers raise what they stumble over
        return f"{type(error).__name__}: {error}"
    return None


def _orientation(image) -> int:
    try:
        return image.getexif().get(ExifTags.Base.Orientation, 1)
    except Exception:  # damaged EXIF leaves the pixels whole
        return 1


def _eight_bits(image, channels):
    """The image in mode L or RGB."""
    if image.mode.startswith("I"):  # 16 bits, which Pillow's own conversion would clip
        wide = np.asarray(image).astype(np.uint32)
        image = Image.fromarray(((wide + 128) // 257).astype(np.uint8))
    if image.has_transparency_data:
        image = image.convert("RGBA")
        image = Image.alpha_composite(Image.new("RGBA", image.size, "white"), image)
    return image.convert("L" if channels == 1 else "RGB")


def _fit(image, pixels):
    height, width = pixels.size
    old_width, old_height = image.size
    if pixels.resize == "squash":
        return image.resize((width, height), Image.Resampling.BILINEAR)
    if pixels.resize == "crop":
        scale = max(width / old_width, height / old_height)
        left, top = (old_width - width / scale) / 2, (old_height - height / scale) / 2
        # Rounding may leave the box a hair outside.
        left, top = max(left, 0.0), max(top, 0.0)
        box = (left, top, old_width - left, old_height - top)
        return image.resize((width, height), Image.Resampling.BILINEAR, box=box)
    scale = min(width / old_width, height / old_height)
    inside = (max(1, round(old_width * scale)), max(1, round(old_height * scale)))
    whole = Image.new(image.mode, (width, height))
    corner = ((width - inside[0]) // 2, (height - inside[1]) // 2)
    whole.paste(image.resize(inside, Image.Resampling.BILINEAR), corner)
    return whole
