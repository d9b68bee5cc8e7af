"""Image files of every kind become the same upright pixels."""

import io

import numpy as np
import pytest
from PIL import Image, ImageOps

from keras_recipes.data.image_file import PixelFormat, read_image, why_unreadable

HEIGHT, WIDTH = 24, 32
ROWS, COLUMNS = np.mgrid[0:HEIGHT, 0:WIDTH]
# Smooth, so that JPEG keeps it, and different in every corner.
PICTURE = np.stack([ROWS * 10, COLUMNS * 7, 200 - ROWS * 4 - COLUMNS * 3], -1).astype(np.uint8)
AS_IT_IS = PixelFormat((HEIGHT, WIDTH))


def saved(path, image, **options):
    image.save(path, **options)
    return path


def rgb():
    return Image.fromarray(PICTURE)


def difference(path, wanted=PICTURE, pixels=AS_IT_IS):
    return np.abs(read_image(path, pixels).astype(int) - wanted.astype(int)).mean()


@pytest.mark.parametrize(
    ("name", "options"),
    [
        ("a.jpg", {"quality": 95}),
        ("a.JPEG", {"quality": 95, "progressive": True}),
        ("a.png", {}),
        ("a.webp", {"lossless": True}),
        ("a.bmp", {}),
    ],
)
def test_colour(tmp_path, name, options):
    path = saved(tmp_path / name, rgb(), **options)
    assert read_image(path, AS_IT_IS).dtype == np.uint8
    assert difference(path) < (3 if name[2] in "jJ" else 1e-9)


def test_cmyk_jpeg(tmp_path):
    path = saved(tmp_path / "a.jpg", rgb().convert("CMYK"), quality=95)
    assert Image.open(path).mode == "CMYK"
    assert difference(path) < 4


@pytest.mark.parametrize("orientation", range(1, 9))
def test_every_exif_orientation_comes_out_upright(tmp_path, orientation):
    # What stands upright after the rotation that the EXIF entry asks for.
    turned = {
        2: Image.Transpose.FLIP_LEFT_RIGHT, 3: Image.Transpose.ROTATE_180,
        4: Image.Transpose.FLIP_TOP_BOTTOM, 5: Image.Transpose.TRANSPOSE,
        6: Image.Transpose.ROTATE_90, 7: Image.Transpose.TRANSVERSE,
        8: Image.Transpose.ROTATE_270,
    }  # fmt: skip
    image = rgb().transpose(turned[orientation]) if orientation > 1 else rgb()
    exif = Image.Exif()
    exif[0x0112] = orientation
    for name, options in (("a.jpg", {"quality": 95}), ("a.png", {}), ("a.webp", {"quality": 95})):
        path = saved(tmp_path / name, image, exif=exif, **options)
        assert difference(path) < 3
        as_pillow = np.asarray(ImageOps.exif_transpose(Image.open(path)).convert("RGB"))
        assert difference(path, as_pillow) == 0


@pytest.mark.filterwarnings("ignore:Corrupt EXIF")
def test_damaged_exif_leaves_the_image_readable(tmp_path):
    path = saved(tmp_path / "a.jpg", rgb(), quality=95, exif=b"Exif\0\0MM\0*\xff\xff\xff\xff")
    assert difference(path) < 3


def test_sixteen_bits_are_scaled_over_their_whole_range(tmp_path):
    wide = (np.arange(HEIGHT * WIDTH).reshape(HEIGHT, WIDTH) * 85).astype(np.uint16)
    path = saved(tmp_path / "a.png", Image.fromarray(wide))
    assert Image.open(path).mode.startswith("I")
    wanted = np.round(wide / 257).astype(np.uint8)
    assert wanted.max() > 250
    assert difference(path, np.repeat(wanted[..., None], 3, -1)) == 0


def test_a_palette_with_a_transparent_colour_lies_on_white(tmp_path):
    image = Image.fromarray(np.where(COLUMNS < 16, 0, 1).astype(np.uint8), mode="P")
    image.putpalette([10, 20, 30, 200, 100, 50])
    for name, options in (("a.png", {"transparency": 0}), ("a.gif", {"transparency": 0})):
        found = read_image(saved(tmp_path / name, image, **options), AS_IT_IS)
        assert found[0, 0].tolist() == [255, 255, 255]
        assert found[0, -1].tolist() == [200, 100, 50]
    opaque = read_image(saved(tmp_path / "b.png", image), AS_IT_IS)
    assert opaque[0, 0].tolist() == [10, 20, 30]


def test_alpha_is_blended_with_white(tmp_path):
    alpha = np.where(COLUMNS < 16, 255, 128).astype(np.uint8)
    image = Image.fromarray(np.dstack([PICTURE, alpha]))
    share = alpha[..., None] / 255
    wanted = np.round(PICTURE * share + 255 * (1 - share))
    for name, options in (("a.png", {}), ("a.webp", {"lossless": True, "exact": True})):
        assert difference(saved(tmp_path / name, image, **options), wanted) < 0.6
    grey = Image.fromarray(np.dstack([PICTURE[..., 0], alpha]))
    assert grey.mode == "LA"
    path = saved(tmp_path / "b.png", grey)
    blended = np.round(PICTURE[..., :1] * share + 255 * (1 - share)).repeat(3, -1)
    assert difference(path, blended) < 0.6


def test_grey_becomes_rgb_and_colour_becomes_grey(tmp_path):
    path = saved(tmp_path / "a.png", rgb().convert("L"))
    grey = np.asarray(rgb().convert("L"))[..., None]
    assert difference(path, grey.repeat(3, -1)) == 0
    path = saved(tmp_path / "b.png", rgb())
    found = read_image(path, PixelFormat((HEIGHT, WIDTH), channels=1))
    assert found.shape == (HEIGHT, WIDTH, 1)
    assert np.array_equal(found, grey)
    black_and_white = saved(tmp_path / "c.png", rgb().convert("1"))
    assert set(np.unique(read_image(black_and_white, AS_IT_IS))) == {0, 255}


def test_of_an_animation_the_first_frame_is_read(tmp_path):
    frames = [Image.new("RGB", (WIDTH, HEIGHT), colour) for colour in ("red", "blue", "lime")]
    for name, options in (("a.gif", {}), ("a.webp", {"lossless": True}), ("a.png", {})):
        path = saved(tmp_path / name, frames[0], save_all=True, append_images=frames[1:], **options)
        assert Image.open(path).n_frames == 3
        assert read_image(path, AS_IT_IS)[0, 0].tolist() == [255, 0, 0]


def test_what_the_content_is_counts_and_not_the_name(tmp_path):
    rgb().save(tmp_path / "a.jpg", format="PNG")
    assert difference(tmp_path / "a.jpg") == 0
    rgb().save(tmp_path / "b.jpg", format="MPO", quality=95)  # as some cameras do
    assert difference(tmp_path / "b.jpg") < 3


def test_three_ways_to_fit_another_shape(tmp_path):
    # 40 by 20: red, green, green, blue quarters from left to right.
    quarters = np.zeros((20, 40, 3), np.uint8)
    quarters[:, :10, 0] = quarters[:, 10:30, 1] = quarters[:, 30:, 2] = 255
    path = saved(tmp_path / "a.png", Image.fromarray(quarters))

    def fitted(resize):
        return read_image(path, PixelFormat((10, 10), resize=resize))

    # Antialiasing lets the outermost column see a little of what is cut off.
    assert np.array_equal(fitted("crop")[:, 1:-1], np.full((10, 8, 3), (0, 255, 0)))
    squashed = fitted("squash")
    assert squashed[5, 0].tolist() == [255, 0, 0]
    assert squashed[5, 9].tolist() == [0, 0, 255]
    padded = fitted("pad")
    assert not padded[:2].any()
    assert not padded[8:].any()
    assert padded[3:7, 4:6].tolist() == np.full((4, 2, 3), (0, 255, 0)).tolist()
    tall = saved(tmp_path / "b.png", Image.new("RGB", (3, 1000), "red"))
    for resize in ("crop", "pad", "squash"):
        assert read_image(tall, PixelFormat((7, 5), resize=resize)).shape == (7, 5, 3)


def test_a_large_jpeg_is_decoded_small_and_looks_the_same(tmp_path):
    large = rgb().resize((1600, 1200), Image.Resampling.BICUBIC)
    path = saved(tmp_path / "a.jpg", large, quality=95)
    whole = large.resize((WIDTH, HEIGHT), Image.Resampling.BILINEAR)
    assert difference(path, np.asarray(whole)) < 2


def test_what_is_cut_short_or_no_image_says_why(tmp_path):
    for kind, options in (
        ("JPEG", {"quality": 95}), ("PNG", {}), ("WEBP", {}), ("BMP", {}), ("GIF", {}),
    ):  # fmt: skip
        data = io.BytesIO()
        noise = np.random.default_rng(0).integers(0, 256, (64, 64, 3), dtype=np.uint8)
        Image.fromarray(noise).save(data, format=kind, **options)
        path = tmp_path / f"a.{kind.lower()}"
        path.write_bytes(data.getvalue())
        assert why_unreadable(path, AS_IT_IS) is None
        path.write_bytes(data.getvalue()[: len(data.getvalue()) // 2])
        assert why_unreadable(path, AS_IT_IS), kind
    (tmp_path / "b.jpg").write_bytes(b"")
    assert why_unreadable(tmp_path / "b.jpg", AS_IT_IS) == "not an image of a known format"
    assert why_unreadable(tmp_path / "c.jpg", AS_IT_IS) == "No such file or directory"
    rgb().save(tmp_path / "d.jpg", format="TIFF")  # a format that is not asked for
    assert why_unreadable(tmp_path / "d.jpg", AS_IT_IS) == "not an image of a known format"
