"""Photos are cleaned to their picture, and hostile files end in a clear sentence."""

from __future__ import annotations

import random
import struct
import zlib
from io import BytesIO
from time import process_time

import pytest
from PIL import Image, ImageCms

from domain.photo import Photo
from starter.photo import MOST_PROFILE_BYTES, PhotoRefused, cleaned, scans
from tests.photos import CORNERS, SECRETS, corners, dressed, exif, parts, picture

BARE_JPEG = {"E0JFIF", "DB", "C0", "C4", "DA"}
BARE_PNG = {"IHDR", "IDAT", "IEND"}
NEAR = 12  # of 255: what JPEG and a turn of colours may change


def clean(raw: bytes, *, most_bytes: int = 20 * 2**20, most_megapixels: int = 50) -> Photo:
    """The photo, with the usual limits."""
    return cleaned(raw, most_bytes=most_bytes, most_megapixels=most_megapixels)


def refusal(raw: bytes, **limits: int) -> str:
    """The code of the refusal, which is told in both languages."""
    with pytest.raises(PhotoRefused) as refused:
        clean(raw, **limits)
    assert refused.value.problem.text("zh") != refused.value.problem.text("en")
    return refused.value.problem.code


def alike(seen: list[tuple[int, ...]], wanted: list[tuple[int, ...]]) -> bool:
    """Whether colours are the same to the eye."""
    return all(
        abs(a - b) <= NEAR for one, other in zip(seen, wanted, strict=True) for a, b in zip(one, other, strict=True)
    )


def written(made: Image.Image, kind: str, **how: object) -> bytes:
    """A picture as a file."""
    out = BytesIO()
    made.save(out, kind, **how)
    return out.getvalue()


@pytest.mark.parametrize(("kind", "kept"), [("JPEG", "image/jpeg"), ("PNG", "image/png"), ("WEBP", "image/jpeg")])
def test_nothing_but_the_picture_is_kept(kind: str, kept: str) -> None:
    """Place, time, device, names, profiles and attachments are gone to the last byte; the picture stays."""
    raw = dressed(kind)
    assert any(secret in raw for secret in SECRETS)
    photo = clean(raw)
    assert photo.media_type == kept
    assert [secret for secret in SECRETS if secret in photo.content] == []
    assert set(parts(photo.content)) <= (BARE_PNG if kept == "image/png" else BARE_JPEG)
    with Image.open(BytesIO(photo.content)) as file:
        assert dict(file.getexif()) == {}
        assert set(file.info) <= {"jfif", "jfif_version", "jfif_unit", "jfif_density"}
    assert (photo.width, photo.height) == (64, 48)
    assert alike(corners(photo.content), list(CORNERS))


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
@pytest.mark.parametrize(
    ("orientation", "order", "size"),
    [
        (1, (0, 1, 2, 3), (64, 48)), (2, (1, 0, 3, 2), (64, 48)), (3, (3, 2, 1, 0), (64, 48)),
        (4, (2, 3, 0, 1), (64, 48)), (5, (0, 2, 1, 3), (48, 64)), (6, (2, 0, 3, 1), (48, 64)),
        (7, (3, 1, 2, 0), (48, 64)), (8, (1, 3, 0, 2), (48, 64)), (9, (0, 1, 2, 3), (64, 48)),
    ],
)  # fmt: skip
def test_a_photo_stands_upright(kind: str, orientation: int, order: tuple[int, ...], size: tuple[int, int]) -> None:
    """However the telephone was held, what is kept is upright; a number that means nothing turns nothing."""
    photo = clean(dressed(kind, orientation=orientation))
    assert (photo.width, photo.height) == size
    assert alike(corners(photo.content), [CORNERS[place] for place in order])


def test_a_jpeg_keeps_its_quality() -> None:
    """A noisy photo stays what it was to the eye, and the file grows no bigger than it came."""
    noise = Image.effect_noise((200, 150), 40).convert("RGB")
    for quality in (40, 75, 95):
        raw = written(noise, "JPEG", quality=quality)
        photo = clean(raw)
        with Image.open(BytesIO(raw)) as before, Image.open(BytesIO(photo.content)) as after:
            pairs = zip(before.convert("L").tobytes(), after.convert("L").tobytes(), strict=True)
            assert sum(abs(a - b) for a, b in pairs) / (200 * 150) < 0.5
        assert len(photo.content) <= len(raw) * 1.02


def test_pictures_without_loss_stay_without_loss() -> None:
    """Every pixel of a PNG is what it was, transparent ones too, in grey, in colours and from a palette."""
    for mode in ("1", "L", "LA", "P", "RGB", "RGBA"):
        made = picture(mode=mode)
        if mode in ("LA", "RGBA"):
            made.putalpha(Image.linear_gradient("L").resize(made.size))
        photo = clean(written(made, "PNG"))
        with Image.open(BytesIO(photo.content)) as after:
            assert after.convert("RGBA").tobytes() == made.convert("RGBA").tobytes(), mode


def test_transparency_of_a_palette_is_kept() -> None:
    """A palette's transparent colour is transparent afterwards, and a WebP with holes becomes a PNG with holes."""
    palette = picture(mode="P")
    first = palette.getpixel((1, 1))
    photo = clean(written(palette, "PNG", transparency=first))
    with Image.open(BytesIO(photo.content)) as after:
        assert after.convert("RGBA").getpixel((1, 1))[3] == 0
        assert after.convert("RGBA").getpixel((60, 40))[3] == 255
    holed = picture(mode="RGBA")
    holed.putalpha(0)
    assert clean(written(holed, "WEBP")).media_type == "image/png"


def test_colours_look_as_the_profile_means_them() -> None:
    """A photo of other primaries looks the same without its profile; a broken profile changes nothing."""
    of_another_kind = ImageCms.ImageCmsProfile(ImageCms.createProfile("LAB")).tobytes()
    for useless in (of_another_kind, b"no profile"):
        assert alike(corners(clean(written(picture(), "PNG", icc_profile=useless)).content), list(CORNERS))
    meant = [(240, 0, 0), (0, 204, 0), (30, 30, 229), (232, 219, 0)]  # CORNERS of Display P3, computed in sRGB
    for kind in ("JPEG", "PNG"):
        how = {"quality": 95} if kind == "JPEG" else {}
        assert alike(corners(clean(written(picture(), kind, icc_profile=wide_gamut(), **how)).content), meant)


def test_a_huge_profile_is_not_read() -> None:
    """A stranger's colour profile above the limit counts as none; one that fills the limit still says what it means."""
    profile = wide_gamut()
    fits = profile + bytes(MOST_PROFILE_BYTES - len(profile))
    plain = corners(clean(written(picture(), "JPEG", quality=95)).content)
    seen = [
        corners(clean(written(picture(), "JPEG", quality=95, icc_profile=one)).content) for one in (fits, fits + b"\0")
    ]
    assert [alike(colours, plain) for colours in seen] == [False, True]


def wide_gamut() -> bytes:
    """An RGB profile with the primaries of Display P3 and the curve of sRGB, made from the one of sRGB."""
    profile = bytearray(ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes())
    primaries = {
        b"rXYZ": (0.51512, 0.2412, -0.00105),
        b"gXYZ": (0.29198, 0.69225, 0.04189),
        b"bXYZ": (0.1571, 0.06657, 0.78407),
    }
    for number in range(int.from_bytes(profile[128:132], "big")):
        name, offset, _ = struct.unpack_from(">4sII", profile, 132 + 12 * number)
        if name in primaries:
            struct.pack_into(">3i", profile, offset + 8, *(round(value * 65536) for value in primaries[name]))
    return bytes(profile)


def test_inks_become_colours() -> None:
    """A photo in printing inks is kept in colours that every screen shows."""
    photo = clean(written(picture(mode="CMYK"), "JPEG", quality=95))
    with Image.open(BytesIO(photo.content)) as after:
        assert after.mode == "RGB"
    assert alike(corners(photo.content), list(CORNERS))


def test_only_the_first_picture_of_a_telephones_file_is_kept() -> None:
    """A JPEG with a second picture behind it, as telephones write them, is that one photo and not a film."""
    raw = written(picture(), "MPO", save_all=True, append_images=[Image.new("RGB", (64, 48), "black")])
    photo = clean(raw)
    assert alike(corners(photo.content), list(CORNERS))
    assert "behind" not in parts(photo.content)


def test_a_film_behind_a_photo_is_cut_off() -> None:
    """A moving photo of a telephone, with its film of some seconds behind the picture, is kept as the photo."""
    film = random.Random("film").randbytes(2**19) + b"\xff\xda\0\x02" * 1000
    photo = clean(dressed(progressive=True) + film)
    assert alike(corners(photo.content), list(CORNERS))
    assert len(photo.content) < 10_000


def test_the_name_and_the_declared_kind_do_not_matter() -> None:
    """The same bytes are the same photo with the same fingerprint; other bytes have another one."""
    first, again, other = clean(dressed()), clean(dressed()), clean(dressed(orientation=6))
    assert first == again
    assert first.fingerprint != other.fingerprint
    assert "content" not in repr(first)


def chunk(name: bytes, body: bytes) -> bytes:
    """A chunk of a PNG."""
    return len(body).to_bytes(4, "big") + name + body + zlib.crc32(name + body).to_bytes(4, "big")


def bomb(width: int, height: int) -> bytes:
    """A PNG of a few bytes that claims to be huge."""
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", header)
        + chunk(b"IDAT", zlib.compress(bytes(10_000)))
        + chunk(b"IEND", b"")
    )


def film(brand: bytes) -> bytes:
    """The beginning of an ISO media file."""
    return b"\0\0\0\x18ftyp" + brand + b"\0\0\0\0" + brand + bytes(100)


@pytest.mark.parametrize(
    ("raw", "code"),
    [
        (b"", "photo_empty"),
        (b"\0" * 1000, "photo_unknown"),
        (b"just words", "photo_unknown"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "photo_unknown"),
        (b"PK\x03\x04" + bytes(100), "photo_unknown"),
        (written(picture(mode="P"), "GIF"), "photo_unknown"),
        (written(picture(), "BMP"), "photo_unknown"),
        (written(picture(), "TIFF", exif=exif()), "photo_unknown"),
        (b"%PDF-1.7\n" + bytes(100), "photo_is_pdf"),
        (film(b"heic"), "photo_is_heic"),
        (film(b"avif"), "photo_is_heic"),
        (film(b"isom"), "photo_is_film"),
        (film(b"qt  "), "photo_is_film"),
        (b"\x1aE\xdf\xa3" + bytes(100), "photo_is_film"),
        (b"\xff\xd8\xff", "photo_damaged"),
        (b"\xff\xd8\xff\xe0" + bytes(1000), "photo_damaged"),
        (b"\x89PNG\r\n\x1a\n", "photo_damaged"),
        (b"RIFF\x10\0\0\0WEBPVP8L" + bytes(30), "photo_damaged"),
        (dressed()[: len(dressed()) // 2], "photo_damaged"),
        (written(picture(), "PNG")[:-60], "photo_damaged"),
        (written(picture(), "WEBP")[:-60], "photo_damaged"),
        (bomb(60_000, 60_000), "photo_too_many_pixels"),
        (bomb(9_000, 9_000), "photo_too_many_pixels"),
        (bomb(10_000, 10_000), "photo_too_many_pixels"),
        (bomb(5_000, 5_000), "photo_damaged"),
        (bomb(0, 10), "photo_damaged"),
        (written(Image.new("I;16", (8, 8)), "PNG"), "photo_unusual"),
    ],
)  # fmt: skip
def test_what_is_no_photo_is_refused_with_what_to_do(raw: bytes, code: str) -> None:
    """Whatever the file is called: its content decides, and the refusal names the way out."""
    assert refusal(raw) == code


def test_size_is_bounded() -> None:
    """25 megabytes, a photo above the shop's own limits and one that would grow above them are refused."""
    assert refusal(b"\xff\xd8\xff" + bytes(25 * 2**20)) == "photo_too_big"
    assert refusal(written(picture(1200, 1000), "PNG"), most_megapixels=1) == "photo_too_many_pixels"
    noise = Image.effect_noise((300, 300), 200).convert("RGB")
    small = written(noise, "WEBP", quality=10)
    assert refusal(small, most_bytes=len(small) + 1) == "photo_too_big"


def test_moving_pictures_are_refused() -> None:
    """An animated PNG or WebP is not one photo."""
    more = [Image.new("RGB", (64, 48), colour) for colour in ("red", "blue")]
    for kind in ("PNG", "WEBP"):
        assert refusal(written(picture(), kind, save_all=True, append_images=more)) == "photo_animated"


def test_a_photo_of_a_thousand_passes_is_refused() -> None:
    """A small JPEG that would be gone over a thousand times costs nothing."""
    raw = written(picture(), "JPEG", progressive=True)
    last = raw.rindex(b"\xff\xda")
    assert clean(raw).width == 64
    assert refusal(raw[:-2] + raw[last:-2] * 1000 + raw[-2:]) == "photo_damaged"


def test_a_run_of_fill_bytes_costs_one_look_each() -> None:
    """R-EVID: a small JPEG full of FF bytes cannot hold up the door: counting takes as long as the file is."""

    def took(length: int) -> float:
        tail = b"\xff" * length + b"\0"
        start = process_time()
        assert scans(tail) == 0
        return process_time() - start

    assert scans(b"\xff\xd8" + b"\xff" * 9 + b"\xda\0\2" + b"\xff\xff\xd9" + b"\xff\xda\0\2") == 1
    longer, shorter = (min(took(length) for _ in range(5)) for length in (40_000, 5_000))
    assert longer < 30 * shorter  # eight times is fair; a look at every byte from every byte would be 64 times


def test_a_broken_exif_block_costs_the_turn_only() -> None:
    """Garbage where the place and time should stand is thrown away with them; the picture is kept."""
    raw = dressed(orientation=6)
    start = raw.index(b"Exif\0\0") + 6
    for garbage in (b"\xff" * 40, b"MM\0*\xff\xff\xff\xff", b"II*\0\x08\0\0\0\xff\xff"):
        photo = clean(raw[:start] + garbage + raw[start + len(garbage) :])
        assert [secret for secret in SECRETS if secret in photo.content] == []


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_damage_never_gets_further_than_a_refusal(kind: str) -> None:
    """Photos damaged at random are cleaned or refused; nothing else ever happens, and nothing hidden comes through."""
    dice = random.Random(f"damage {kind}")
    raw = dressed(kind)
    for _ in range(150):
        spoilt = bytearray(raw)
        for _ in range(dice.randint(1, 12)):
            spoilt[dice.randrange(len(spoilt))] = dice.randrange(256)
        if dice.random() < 0.3:
            del spoilt[dice.randrange(len(spoilt)) :]
        try:
            photo = clean(bytes(spoilt))
        except PhotoRefused:
            continue
        assert [secret for secret in SECRETS if secret in photo.content] == []
        assert set(parts(photo.content)) <= BARE_PNG | BARE_JPEG
