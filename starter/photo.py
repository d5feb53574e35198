"""Photos lose what they tell of the person who took them (P-PRIV, R-EVID), or are refused with what to do instead.

The picture is decoded and written anew: EXIF with its place and time, XMP, IPTC, comments, thumbnails, colour profiles,
further pictures and whatever hangs behind the end of the file are never copied, so they need not be found. How the
camera was held is applied, and colours of another profile are turned into sRGB, which every screen understands.

JPEG, PNG and WebP are cleaned; a JPEG stays one, written with its own quality. HEIC, films and PDF are refused: what
hides in them we could not remove with certainty (docs/decisions/0011-photos.md). What reads a stranger's
bytes: the decoders of these three formats, the EXIF reader for the turn, LittleCMS for a profile of sensible size.
"""

from __future__ import annotations

import re
import warnings
from hashlib import blake2b
from io import BytesIO
from typing import Any, Literal

from PIL import Image, ImageCms, JpegImagePlugin

from domain.photo import Photo
from starter.problem import Problem

CLEANED = ("JPEG", "PNG", "WEBP")
"""No other decoder of pictures is ever handed a stranger's bytes."""
MOST_PROFILE_BYTES = 2**20  # of a colour profile: a camera's has some 3 kB, a printing press's hardly ever so much
MOST_SCANS = 100  # of a progressive JPEG; real ones have about ten, and each costs a pass over the whole picture
JPEG_QUALITY = 95  # of what was no JPEG before
_ORIENTATION = 0x0112  # the EXIF tag
_UPRIGHT = (
    None, None, Image.Transpose.FLIP_LEFT_RIGHT, Image.Transpose.ROTATE_180, Image.Transpose.FLIP_TOP_BOTTOM,
    Image.Transpose.TRANSPOSE, Image.Transpose.ROTATE_270, Image.Transpose.TRANSVERSE, Image.Transpose.ROTATE_90,
)  # fmt: skip
_MARKER = re.compile(rb"\xff([^\x00\xff])")  # after the last FF of a run; `\xff+` would cost the square of its length
_NO_LENGTH = {0x01, *range(0xD0, 0xD9)}  # of these JPEG markers none is followed by one
_SCAN, _END = 0xDA, 0xD9
_HEIC = (b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1", b"avif", b"avis")
_FILMS = (b"\x1aE\xdf\xa3", b"FLV", b"\x00\x00\x01\xba")


class PhotoRefused(Exception):
    """The file cannot be kept as a photo. `problem` says why and what to send instead."""

    def __init__(self, code: str, **detail: object) -> None:
        self.problem = Problem(code=code, detail={key: str(value) for key, value in detail.items()})
        super().__init__(self.problem.text())


def cleaned(raw: bytes, *, most_bytes: int, most_megapixels: int) -> Photo:
    """The photo in a file, told by its content; what the file is called or declared as does not matter.

    It takes up to seconds of one core and some 12 bytes of memory per pixel: let it run in a thread, one at a time.

    Raises:
        PhotoRefused: too big, of another kind, animated, or damaged.
    """
    if not raw:
        raise PhotoRefused("photo_empty")
    if len(raw) > most_bytes:
        raise PhotoRefused("photo_too_big", megabytes=most_bytes // 2**20)
    _refuse_what_cannot_be_cleaned(raw)
    try:
        with warnings.catch_warnings(action="ignore"):  # of blocks that are thrown away: nobody could mend them
            photo = _written_anew(raw, most_megapixels)
    except PhotoRefused:
        raise
    except Image.DecompressionBombError:
        raise PhotoRefused("photo_too_many_pixels", megapixels=most_megapixels) from None
    except Exception:  # a decoder trips over hostile bytes in every way there is, and its words may quote them
        raise PhotoRefused("photo_damaged") from None
    if len(photo.content) > most_bytes:
        raise PhotoRefused("photo_too_big", megabytes=most_bytes // 2**20)
    return photo


def _refuse_what_cannot_be_cleaned(raw: bytes) -> None:
    if raw.startswith((b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n")) or (raw.startswith(b"RIFF") and raw[8:12] == b"WEBP"):
        return
    if raw[4:8] == b"ftyp":
        raise PhotoRefused("photo_is_heic" if raw[8:12] in _HEIC else "photo_is_film")
    if raw.startswith(_FILMS) or raw[4:8] in (b"moov", b"mdat", b"wide"):
        raise PhotoRefused("photo_is_film")
    if b"%PDF-" in raw[:1024]:
        raise PhotoRefused("photo_is_pdf")
    raise PhotoRefused("photo_unknown")


def _written_anew(raw: bytes, most_megapixels: int) -> Photo:
    with Image.open(BytesIO(raw), formats=CLEANED) as file:
        if file.width * file.height > most_megapixels * 1_000_000:
            raise PhotoRefused("photo_too_many_pixels", megapixels=most_megapixels)
        # Phones hang a second picture behind a JPEG (depth, brightness); only the first one is the photo.
        if file.format != "MPO" and getattr(file, "is_animated", False):
            raise PhotoRefused("photo_animated")
        jpeg = file if isinstance(file, JpegImagePlugin.JpegImageFile) else None
        if jpeg is not None and scans(raw) > MOST_SCANS:
            raise PhotoRefused("photo_damaged")
        file.load()
        picture = _upright(_in_srgb(_plain(file), file.info.get("icc_profile")), _orientation(file))
        picture.info.clear()  # writers take comments and profiles from here
        kind: Literal["image/jpeg", "image/png"] = "image/jpeg"
        out = BytesIO()
        if file.format == "PNG" or picture.mode == "RGBA":
            kind = "image/png"
            picture.save(out, "PNG")
        else:
            picture.save(out, "JPEG", **_quality(jpeg))
        return Photo(
            media_type=kind,
            content=out.getvalue(),
            width=picture.width,
            height=picture.height,
            fingerprint=blake2b(raw, digest_size=16).hexdigest(),
        )


def scans(jpeg: bytes) -> int:
    """How often the decoder goes over the picture; what hangs behind its end, such as a film, does not count."""
    at, passes = 0, 0
    while found := _MARKER.search(jpeg, at):
        at, marker = found.end(), found[1][0]
        if marker == _END:
            break
        if marker not in _NO_LENGTH:
            at += int.from_bytes(jpeg[at : at + 2], "big")
        passes += marker == _SCAN
    return passes


def _plain(file: Image.Image) -> Image.Image:
    """The picture in one of three modes: grey, colours, colours with transparency."""
    if file.mode in ("I", "F") or file.mode.startswith("I;"):
        raise PhotoRefused("photo_unusual")  # 16 bits of grey and more: no camera of a customer makes it
    if file.has_transparency_data:
        return file.convert("RGBA")
    if file.mode in ("1", "L"):
        return file.convert("L")
    # CMYK keeps its mode until its own profile has said what the inks look like.
    return file.copy() if file.mode in ("RGB", "CMYK") else file.convert("RGB")


def _in_srgb(picture: Image.Image, profile: bytes | None) -> Image.Image:
    """Colours as the profile means them, on every screen; one too big or that cannot be read is as good as none."""
    mode = "RGBA" if picture.mode == "RGBA" else "RGB"
    if profile and len(profile) <= MOST_PROFILE_BYTES:
        try:
            own = ImageCms.ImageCmsProfile(BytesIO(profile))
            turned = ImageCms.profileToProfile(picture, own, ImageCms.createProfile("sRGB"), outputMode=mode)
        except (ImageCms.PyCMSError, OSError, ValueError):
            turned = None
        if turned is not None:
            return turned
    return picture.convert("RGB") if picture.mode == "CMYK" else picture


def _orientation(file: Image.Image) -> int:
    """How the camera was held, 1 to 8; 1 where nobody can tell."""
    try:
        told = file.getexif().get(_ORIENTATION, 1)
    except Exception:  # an EXIF block is a parser's playground; a wrong one only loses the turn
        return 1
    return told if isinstance(told, int) and 1 <= told < len(_UPRIGHT) else 1


def _upright(picture: Image.Image, orientation: int) -> Image.Image:
    turn = _UPRIGHT[orientation]
    return picture if turn is None else picture.transpose(turn)


def _quality(jpeg: JpegImagePlugin.JpegImageFile | None) -> dict[str, Any]:
    """A JPEG is written with the tables that it came with: hardly a value changes, and it grows no bigger."""
    if jpeg is None or jpeg.mode not in ("L", "RGB"):
        return {"quality": JPEG_QUALITY, "subsampling": 0}
    return {"qtables": jpeg.quantization, "subsampling": JpegImagePlugin.get_sampling(jpeg)}
