"""Every format and mode, by pictures whose pixels are known; every failure by its sentence."""

from __future__ import annotations

import contextlib
import io
import os
import struct
import warnings
import zlib

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from gemel.errors import ItemError
from gemel.inputs import ImageInput
from gemel.inputs.decode import decode, upright_size
from gemel.inputs.fit import border_colour, fit, framed, ink_box

GREY = ImageInput(height=8, width=8, channels=1)
COLOUR = ImageInput(height=8, width=8, channels=3)


@pytest.fixture
def ramp() -> np.ndarray:
    return (np.arange(64, dtype=np.uint8) * 4).reshape(8, 8)


def saved(image: Image.Image, format: str, **options: object) -> bytes:
    stream = io.BytesIO()
    image.save(stream, format, **options)
    return stream.getvalue()


@pytest.mark.parametrize("format", ["PNG", "BMP", "GIF", "TIFF", "PPM"])
def test_lossless_formats_give_the_very_pixels(ramp, format):
    read = GREY.read(saved(Image.fromarray(ramp), format))
    np.testing.assert_array_equal(read[0], ramp)


@pytest.mark.parametrize(("format", "options"), [("JPEG", {"quality": 95}), ("WEBP", {})])
def test_lossy_formats_come_close(ramp, format, options):
    read = GREY.read(saved(Image.fromarray(ramp), format, **options))
    assert np.abs(read[0].astype(int) - ramp).mean() < 8


def test_a_path_a_string_bytes_an_array_and_an_image_read_alike(ramp, tmp_path):
    path = tmp_path / "ramp.png"
    Image.fromarray(ramp).save(path)
    for raw in (path, str(path), path.read_bytes(), ramp, Image.open(path)):
        np.testing.assert_array_equal(GREY.read(raw)[0], ramp)


def test_the_first_frame_of_a_gif(ramp):
    frames = [Image.fromarray(ramp), Image.fromarray(255 - ramp)]
    moving = saved(frames[0], "GIF", save_all=True, append_images=frames[1:])
    np.testing.assert_array_equal(GREY.read(moving)[0], ramp)


def test_one_bit_is_black_and_white():
    bits = Image.new("1", (8, 8), 1)
    bits.putpixel((0, 0), 0)
    read = GREY.read(saved(bits, "PNG"))
    assert read[0, 0, 0] == 0
    assert (read.ravel()[1:] == 255).all()


@pytest.mark.parametrize("format", ["PNG", "TIFF", "PGM"])
def test_sixteen_bits_are_scaled_to_eight(ramp, format):
    deep = ramp.astype(np.uint16) * 257
    if format == "PGM":  # which older Pillows read and do not write
        content = b"P5 8 8 65535\n" + deep.astype(">u2").tobytes()
    else:
        content = saved(Image.fromarray(deep), format)
    np.testing.assert_array_equal(GREY.read(content)[0], ramp)


def test_a_dark_picture_of_sixteen_bits_is_dark():
    for value, level in ((200, 1), (300, 1), (1000, 4)):
        content = b"P5 4 4 65535\n" + np.full(16, value, ">u2").tobytes()
        assert (GREY.read(content) == level).all()


def test_whole_numbers_and_floats_are_read_by_their_range(ramp):
    by_hand = {
        "I, 0–255": Image.fromarray(ramp.astype(np.int32)),
        "I, 0–65535": Image.fromarray(ramp.astype(np.int32) * 257),
        "F, 0–255": Image.fromarray(ramp.astype(np.float32)),
        "F, 0–1": Image.fromarray(ramp.astype(np.float32) / 255),
    }
    for image in by_hand.values():
        np.testing.assert_array_equal(GREY.read(saved(image, "TIFF"))[0], ramp)


def test_numbers_outside_their_range_are_refused():
    for value in (-1, 70_000):
        with pytest.raises(ItemError, match="0 to 65535 was expected"):
            GREY.read(Image.fromarray(np.full((8, 8), value, np.int32)))
    with pytest.raises(ItemError, match="outside 0 to 255"):
        GREY.read(Image.fromarray(np.full((8, 8), 300, np.float32)))


def test_colours_become_grey_by_their_luminance_and_grey_becomes_three_equal_channels(ramp):
    red = Image.new("RGB", (8, 8), (255, 0, 0))
    # ITU-R 601: 0.299 · 255 = 76.2
    assert (GREY.read(red) == 76).all()
    np.testing.assert_array_equal(COLOUR.read(ramp), np.stack([ramp] * 3))


def test_a_palette_and_cmyk_become_colours():
    palette = Image.new("RGB", (8, 8), (200, 30, 90)).quantize(4)
    assert COLOUR.read(saved(palette, "PNG"))[:, 0, 0].tolist() == [200, 30, 90]
    # No cyan, full magenta and yellow: red.
    inks = Image.new("CMYK", (8, 8), (0, 255, 255, 0))
    assert COLOUR.read(saved(inks, "TIFF"))[:, 0, 0].tolist() == [255, 0, 0]


@pytest.mark.parametrize("mode", ["LA", "RGBA", "PA", "La", "RGBa"])
def test_transparency_is_seen_on_white(mode):
    assert (COLOUR.read(Image.new(mode, (8, 8))) == 255).all()


def test_half_transparent_black_is_middle_grey_and_a_transparent_palette_entry_white():
    # 0 · 128/255 + 255 · 127/255 = 127
    assert (GREY.read(Image.new("LA", (8, 8), (0, 128))) == 127).all()
    palette = Image.new("P", (8, 8), 0)
    palette.putpalette([10, 20, 30])
    assert (COLOUR.read(saved(palette, "PNG", transparency=0)) == 255).all()


@pytest.mark.parametrize("orientation", range(1, 9))
def test_the_size_of_a_jpeg_is_read_from_its_header(orientation):
    image = Image.new("RGB", (30, 20), "red")
    image.getexif()[0x0112] = orientation
    jpeg = saved(image, "JPEG", exif=image.getexif())

    assert upright_size(jpeg) == decode(jpeg).size
    assert upright_size(jpeg) == ((30, 20) if orientation < 5 else (20, 30))
    scan = jpeg.index(b"\xff\xda")
    assert upright_size(jpeg[: scan + 20]) == upright_size(jpeg)


@pytest.mark.parametrize("format", ["PNG", "WEBP", "TIFF", "JPEG"])
def test_the_size_is_that_of_the_upright_picture(format, tmp_path):
    image = Image.new("RGB", (30, 20), "red")
    image.getexif()[0x0112] = 6
    (tmp_path / "a").write_bytes(saved(image, format, exif=image.getexif()))

    assert upright_size(tmp_path / "a") == decode(tmp_path / "a").size == (20, 30)
    assert upright_size(np.zeros((20, 30), np.uint8)) == (30, 20)


@pytest.mark.parametrize("raw", [b"", b"rubbish", b"\xff\xd8\xff\xe0 and no more", 7])
def test_the_size_of_what_is_no_picture_is_refused_as_the_picture_is(raw):
    with pytest.raises(ItemError) as of_picture:
        decode(raw)
    with pytest.raises(ItemError) as of_size:
        upright_size(raw)
    assert str(of_size.value) == str(of_picture.value)


def test_exif_orientation_is_honoured(ramp):
    tag = Image.Exif()
    tag[0x0112] = 6  # the camera was turned: show it rotated by 90° clockwise
    read = GREY.read(saved(Image.fromarray(ramp), "PNG", exif=tag))
    np.testing.assert_array_equal(read[0], np.rot90(ramp, -1))


def test_arrays_of_floats_and_of_four_channels(ramp):
    np.testing.assert_array_equal(GREY.read(ramp / 255)[0], ramp)
    np.testing.assert_array_equal(GREY.read(ramp[..., None])[0], ramp)
    clear = np.zeros((8, 8, 4), np.uint8)
    assert (COLOUR.read(clear) == 255).all()


@pytest.mark.parametrize(
    ("array", "sentence"),
    [
        (np.full((8, 8), 1.5), "must lie in 0–1, got 1.5 to 1.5"),
        (np.full((8, 8), np.nan), "must lie in 0–1"),
        (np.zeros((8, 8), np.int64), "must be uint8 .* got int64: divide .* or for 0–255 use"),
        (np.zeros((8, 8, 2), np.uint8), r"got \(8, 8, 2\)"),
        (np.zeros(8, np.uint8), r"got \(8,\)"),
        (np.zeros((0, 8), np.uint8), "has no pixels"),
    ],
)
def test_arrays_that_are_no_picture_are_refused(array, sentence):
    with pytest.raises(ItemError, match=sentence):
        GREY.read(array)


class TestFit:
    def test_pad_keeps_the_aspect_and_takes_the_colour_of_the_border(self):
        # 4 × 16: at half size 2 × 8, so rows 3 and 4 hold the picture and the rest its border.
        wide = np.full((4, 16), 90, np.uint8)
        wide[1:3, 6:10] = 255
        read = GREY.read(wide)[0]
        assert (read[:3] == 90).all()
        assert (read[5:] == 90).all()
        assert read[3:5, 3:5].min() > 150

    def test_stretch_fills_everything(self):
        halves = np.zeros((4, 16), np.uint8)
        halves[:, 8:] = 255
        read = ImageInput(height=8, width=8, channels=1, fit="stretch").read(halves)[0]
        assert read[:, 0].max() < 10
        assert read[:, -1].min() > 245

    def test_crop_keeps_the_middle(self):
        middle = np.zeros((8, 24), np.uint8)
        middle[:, 8:16] = 255
        read = ImageInput(height=8, width=8, channels=1, fit="crop").read(middle)
        assert (read == 255).all()

    def test_reducing_averages_what_it_leaves_out(self):
        checks = (np.indices((64, 64)).sum(axis=0) % 2 * 255).astype(np.uint8)
        read = GREY.read(checks)
        assert abs(float(read.mean()) - 127.5) < 2
        assert read.std() < 20

    def test_the_median_of_the_border_by_hand(self):
        image = np.zeros((3, 3), np.uint8)
        image[0] = [1, 2, 3]
        # Rows 1 2 3 and 0 0 0, columns 1 0 0 and 3 0 0: eight zeros of twelve.
        assert border_colour(Image.fromarray(image)) == 0

    @settings(max_examples=60, deadline=None)
    @given(
        st.integers(1, 90),
        st.integers(1, 90),
        st.integers(1, 40),
        st.integers(1, 40),
        st.sampled_from(["pad", "stretch", "crop"]),
    )
    def test_any_size_fits_and_a_plain_picture_stays_plain(self, width, height, w, h, how):
        plain = Image.new("RGB", (width, height), (7, 80, 200))
        fitted = np.asarray(fit(plain, (w, h), how))
        assert fitted.shape == (h, w, 3)
        assert (fitted == (7, 80, 200)).all()


def test_floats_are_bytes_over_255():
    (floats,) = GREY.feed(np.array([0, 51, 255], np.uint8))
    np.testing.assert_array_equal(floats, np.array([0, 0.2, 1], np.float32))


class TestDigest:
    def test_one_picture_in_many_files_has_one_digest(self, ramp):
        image = Image.fromarray(ramp)
        raws = [saved(image, "PNG"), saved(image, "BMP"), saved(image.convert("RGB"), "PNG"), ramp]
        assert len({GREY.read_with_digest(raw)[1] for raw in raws}) == 1

    def test_it_does_not_depend_on_the_input(self, ramp):
        assert GREY.read_with_digest(ramp)[1] == COLOUR.read_with_digest(ramp)[1]

    def test_shape_counts_not_only_bytes(self):
        flat, tall = np.zeros((2, 8), np.uint8), np.zeros((8, 2), np.uint8)
        assert GREY.read_with_digest(flat)[1] != GREY.read_with_digest(tall)[1]


@pytest.mark.parametrize("pictures", [1, 2])
def test_a_large_jpeg_is_decoded_smaller_and_looks_the_same(pictures):
    rows, columns = np.mgrid[:1200, :1000]
    smooth = ((rows / 1200 + columns / 1000) * 127).astype(np.uint8)
    image = Image.fromarray(smooth)
    # With more than one picture, as some phones write, Pillow calls the format MPO.
    more = {"save_all": True, "append_images": [image] * (pictures - 1)}
    jpeg = saved(image, "MPO", quality=95, **more)
    assert decode(jpeg, side=64).size == (250, 300)
    input = ImageInput(height=64, width=64, channels=1)
    difference = input.read(jpeg).astype(int) - input.read(smooth)
    assert np.abs(difference).mean() < 2


def bomb(width: int, height: int) -> bytes:
    """A PNG of a few bytes whose header announces `width` × `height` pixels."""

    def chunk(kind: bytes, content: bytes) -> bytes:
        checksum = zlib.crc32(kind + content)
        return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", checksum)

    header = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    body = chunk(b"IDAT", zlib.compress(b"\0" * 1000))
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + body + chunk(b"IEND", b"")


class TestFailures:
    def write(self, folder, name: str, content: bytes):
        path = folder / name
        path.write_bytes(content)
        return path

    def refused(self, path, sentence: str) -> None:
        with pytest.raises(ItemError, match=sentence) as caught:
            GREY.read(path)
        message = str(caught.value)
        assert path.name in message
        assert "\n" not in message

    def test_text_named_jpg(self, tmp_path):
        self.refused(self.write(tmp_path, "a.jpg", b"hello"), "not a picture")

    def test_truncated_jpeg(self, tmp_path):
        noise = np.random.default_rng(0).integers(0, 256, (64, 64, 3), dtype=np.uint8)
        whole = saved(Image.fromarray(noise), "JPEG")
        self.refused(self.write(tmp_path, "a.jpg", whole[: len(whole) // 2]), "damaged")

    def test_no_bytes(self, tmp_path):
        self.refused(self.write(tmp_path, "a.png", b""), "0 bytes")

    def test_missing(self, tmp_path):
        self.refused(tmp_path / "none.png", "does not exist")

    def test_broken_symlink(self, tmp_path):
        link = tmp_path / "link.png"
        link.symlink_to(tmp_path / "gone.png")
        self.refused(link, "symbolic link to .*gone.png.* missing")

    def test_symlink_loop(self, tmp_path):
        link = tmp_path / "loop.png"
        link.symlink_to(link)
        self.refused(link, "cannot be read")

    def test_folder(self, tmp_path):
        self.refused(tmp_path, "is a folder")

    @pytest.mark.skipif(os.name == "nt" or os.geteuid() == 0, reason="root reads everything")
    def test_permission(self, tmp_path):
        path = self.write(tmp_path, "a.png", b"x")
        path.chmod(0)
        self.refused(path, "permissions forbid")

    def test_a_picture_of_the_callers_is_left_as_it_is(self, tmp_path):
        Image.new("L", (1_600, 1_200), 90).save(tmp_path / "large.jpg")
        with Image.open(tmp_path / "large.jpg") as own:
            ImageInput(height=30, width=40, channels=1).read(own)
            assert own.size == (1_600, 1_200)

    @pytest.mark.filterwarnings("ignore::PIL.Image.DecompressionBombWarning")
    @pytest.mark.parametrize("side", [10_001, 12_000, 30_000])
    def test_bomb_is_refused_from_its_header(self, tmp_path, side):
        self.refused(self.write(tmp_path, "a.png", bomb(side, side)), "100 megapixels")

    @pytest.mark.filterwarnings("ignore::PIL.Image.DecompressionBombWarning")
    def test_a_phones_largest_photograph_is_decoded_smaller(self, tmp_path):
        path = tmp_path / "phone.jpg"
        Image.new("L", (12_000, 9_000), 90).save(path, quality=5)
        read = ImageInput(height=30, width=40, channels=1).read(path)
        assert read.shape == (1, 30, 40)
        assert np.abs(read.astype(int) - 90).max() <= 3

    @settings(max_examples=150, deadline=None)
    @given(st.data())
    def test_rubbish_is_an_item_error_or_a_picture(self, data):
        image = Image.fromarray(np.arange(64, dtype=np.uint8).reshape(8, 8))
        format = data.draw(st.sampled_from(["PNG", "JPEG", "GIF", "BMP", "TIFF", "WEBP", "PPM"]))
        content = bytearray(saved(image, format))
        for _ in range(data.draw(st.integers(1, 6))):
            content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
        content = content[: data.draw(st.integers(1, len(content)))]
        with contextlib.suppress(ItemError), warnings.catch_warnings():
            warnings.simplefilter("ignore")
            assert GREY.read(bytes(content)).shape == GREY.shape


def sheet(x, y, size=(60, 60), ink=(12, 24)):
    """White paper with one black block at (x, y)."""
    pixels = np.full(size, 255, np.uint8)
    pixels[y : y + ink[1], x : x + ink[0]] = 0
    return pixels


def test_by_ink_a_drawing_is_the_same_wherever_on_the_sheet_it_stands():
    read = ImageInput(height=20, width=20, channels=1, fit="ink").read
    middle, corner = read(sheet(24, 18)), read(sheet(0, 36))
    assert (middle == corner).all()
    dark = np.flatnonzero((middle[0] < 128).any(1))
    # The longer side of the ink fills 0.8 of the frame: 16 of 20 rows, in the middle.
    assert dark.tolist() == list(range(2, 18))


def test_by_ink_a_dot_stays_a_dot_and_an_empty_sheet_empty():
    read = ImageInput(height=20, width=20, channels=1, fit="ink").read
    assert 0 < (read(sheet(30, 30, ink=(2, 2))) < 128).mean() < 0.05
    assert (read(np.full((60, 60), 255, np.uint8)) == 255).all()
    assert (read(np.full((20, 20), 7, np.uint8)) == 7).all()


@given(x=st.integers(0, 48), y=st.integers(0, 36), light=st.booleans(), colour=st.booleans())
def test_the_box_of_the_ink_is_found_dark_on_light_and_light_on_dark(x, y, light, colour):
    pixels = sheet(x, y)
    image = Image.fromarray(255 - pixels if light else pixels)
    image = image.convert("RGB") if colour else image
    assert ink_box(image) == (x, y, x + 12, y + 24)


def strip(width=3_000, height=30):
    pixels = np.full((height, width), 255, np.uint8)
    pixels[5:25, width // 3 : width // 2] = np.random.default_rng(0).integers(0, 90, (20, 1))
    return Image.fromarray(pixels)


def test_a_narrow_picture_is_framed_without_its_paper(monkeypatch):
    whole = np.asarray(framed(strip(), (56, 56)), np.float32)
    made, new = [], Image.new

    def recorded(mode, size, *colour):
        made.append(size)
        return new(mode, size, *colour)

    monkeypatch.setattr("gemel.inputs.fit.MOST_PAPER", 1e9)
    laid_out = np.asarray(framed(strip(), (56, 56)), np.float32)
    assert (laid_out < 200).any()
    assert np.abs(whole - laid_out).mean() < 3
    monkeypatch.undo()
    monkeypatch.setattr(Image, "new", recorded)
    framed(Image.fromarray(np.zeros((4, 20_000), np.uint8)), (56, 56))
    assert max(width * height for width, height in made) < 1_000_000


def test_what_is_transparent_in_sixteen_bits_is_white():
    grey, stream = np.array([[0, 65535], [32896, 0]], np.uint16), io.BytesIO()
    Image.fromarray(grey).save(stream, "PNG", transparency=0)
    assert np.asarray(decode(stream.getvalue())).tolist() == [[255, 255], [128, 255]]
