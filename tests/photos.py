"""Invented photos with everything in them that must not be kept: place, time, device, names."""

from __future__ import annotations

from io import BytesIO
from typing import Any

from PIL import ExifTags, Image, ImageCms, PngImagePlugin

SECRETS = (
    b"ExampleCam",
    b"Example Zhang",
    b"2026:03:01 09:30:00",
    b"xmpmeta",
    b"Photoshop 3.0",
    b"Exif\0",
    b"GPSLatitude",
    b"ICC_PROFILE",
)
"""What dressed photos hold in plain bytes, and no kept one may."""
XMP = (
    b'<x:xmpmeta xmlns:x="adobe:ns:meta/"><creator>Example Zhang</creator><GPSLatitude>31,14N</GPSLatitude></x:xmpmeta>'
)
IPTC = b"Photoshop 3.0\x008BIM\x04\x04\0\0\0\0\0\x12\x1c\x02P\0\x0dExample Zhang"
RED, GREEN, BLUE, YELLOW = (220, 30, 30), (30, 200, 30), (30, 30, 220), (230, 220, 40)
PROFILE = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
"""Made once: a profile says to the second when it was made, and the same photo must be the same bytes."""
CORNERS = (RED, GREEN, BLUE, YELLOW)  # upper left, upper right, lower left, lower right


def picture(width: int = 64, height: int = 48, mode: str = "RGB") -> Image.Image:
    """Four corners of four colours, so that a turn or a mirror shows."""
    made = Image.new("RGB", (width, height))
    for number, colour in enumerate(CORNERS):
        left, top = number % 2 * width // 2, number // 2 * height // 2
        made.paste(colour, (left, top, left + width // 2, top + height // 2))
    return made.convert(mode)


def exif(orientation: int = 1) -> Image.Exif:
    """Who, with what, when and where; and how the camera was held."""
    told = Image.Exif()
    told[ExifTags.Base.Orientation] = orientation
    told[ExifTags.Base.Make] = "ExampleCam"
    told[ExifTags.Base.Artist] = "Example Zhang"
    told[ExifTags.Base.DateTime] = "2026:03:01 09:30:00"
    gps = told.get_ifd(ExifTags.IFD.GPSInfo)
    gps[ExifTags.GPS.GPSLatitudeRef], gps[ExifTags.GPS.GPSLatitude] = "N", (31.0, 14.0, 0.0)
    gps[ExifTags.GPS.GPSLongitudeRef], gps[ExifTags.GPS.GPSLongitude] = "E", (121.0, 28.0, 0.0)
    return told


def dressed(kind: str = "JPEG", *, orientation: int = 1, made: Image.Image | None = None, **how: Any) -> bytes:
    """A photo as a telephone makes it, with all that hangs in and behind it."""
    made = made or picture()
    out = BytesIO()
    if kind == "PNG":
        words = PngImagePlugin.PngInfo()
        words.add_text("Author", "Example Zhang")
        words.add_itxt("XML:com.adobe.xmp", XMP.decode())
        made.save(out, "PNG", pnginfo=words, exif=exif(orientation), icc_profile=PROFILE, **how)
    elif kind == "WEBP":
        made.save(out, "WEBP", exif=exif(orientation).tobytes(), xmp=XMP, icc_profile=PROFILE, **how)
    else:
        made.save(
            out,
            "JPEG",
            quality=92,
            exif=exif(orientation),
            comment="Example Zhang",
            xmp=XMP,
            icc_profile=PROFILE,
            **how,
        )
        jpeg = out.getvalue()
        out = BytesIO(jpeg[:2] + b"\xff\xed" + (len(IPTC) + 2).to_bytes(2, "big") + IPTC + jpeg[2:])
        out.seek(0, 2)
    out.write(b"PK\x03\x04 Example Zhang")  # a polyglot: an archive behind the picture's end
    return out.getvalue()


def corners(content: bytes) -> list[tuple[int, ...]]:
    """The colours in the middle of the four quarters."""
    with Image.open(BytesIO(content)) as file:
        seen = file.convert("RGB")
        places = [(x * seen.width // 4, y * seen.height // 4) for y in (1, 3) for x in (1, 3)]
        return [tuple(seen.getpixel(place)) for place in places]  # type: ignore[arg-type]


def parts(content: bytes) -> list[str]:
    """Names of the segments of a JPEG or the chunks of a PNG, read without Pillow; `behind`: something follows."""
    found: list[str] = []
    if content.startswith(b"\x89PNG\r\n\x1a\n"):
        at = 8
        while at < len(content) and (not found or found[-1] != "IEND"):
            found.append(content[at + 4 : at + 8].decode())
            at += 12 + int.from_bytes(content[at : at + 4], "big")
    else:
        assert content.startswith(b"\xff\xd8")
        at = 2
        while content[at + 1] != 0xD9:
            assert content[at] == 0xFF
            marker, length = content[at + 1], int.from_bytes(content[at + 2 : at + 4], "big")
            name = content[at + 4 : at + 8].decode("latin-1") if 0xE0 <= marker <= 0xEF else ""
            found.append(f"{marker:02X}{name}")
            at += 2 + length
            if marker == 0xDA:  # the picture itself, up to the next marker
                while content[at] != 0xFF or content[at + 1] in (0, *range(0xD0, 0xD8)):
                    at += 1
        at += 2
    return found + (["behind"] if at < len(content) else [])
