"""Make small pictures of large ones, with Pillow."""

import io
from typing import BinaryIO, Final, cast

from PIL import Image, ImageOps, UnidentifiedImageError

from services.storage.adapters.reading.gather import Gatherer, Unreadable
from services.storage.domain.reading import MOST_PREVIEW_BYTES, Preview, Reason

THUMBNAIL_PIXELS: Final = 320
PAGE_PIXELS: Final = 1240
# An A0 poster at 300 dpi has 140 million; in colour that many fit the memory of one child.
MOST_PIXELS: Final = 150_000_000
READ_FORMATS: Final = ("PNG", "JPEG", "GIF", "TIFF", "WEBP", "BMP")


def read(file: BinaryIO, gatherer: Gatherer) -> None:
    """Show a thumbnail and a picture a screen high; a picture holds no text we read."""
    Image.MAX_IMAGE_PIXELS = None
    try:
        picture = _shrunk(file)
    except (UnidentifiedImageError, OSError, SyntaxError) as error:
        raise Unreadable(Reason.DAMAGED) from error
    gatherer.previews = (
        png(picture, "thumbnail", most_pixels=THUMBNAIL_PIXELS),
        png(picture, "page-1", most_pixels=PAGE_PIXELS),
    )


def _shrunk(file: BinaryIO) -> Image.Image:
    """Return the picture upright and no larger than a screen."""
    opened = Image.open(file, formats=READ_FORMATS)
    if opened.width * opened.height > MOST_PIXELS:
        raise Unreadable(Reason.BOMB)
    opened.draft("RGB", (PAGE_PIXELS, PAGE_PIXELS))
    opened.thumbnail((PAGE_PIXELS, PAGE_PIXELS))
    return ImageOps.exif_transpose(opened)


def png(picture: Image.Image, kind: str, *, most_pixels: int) -> Preview:
    """Return a PNG (ISO 15948) without metadata, small enough: first fewer colours, then fewer pixels."""
    small = _eight_bits(picture)
    small.thumbnail((most_pixels, most_pixels))
    content = _written(small)
    if len(content) > MOST_PREVIEW_BYTES:
        content = _written(small.convert("RGB").quantize(128))
    while len(content) > MOST_PREVIEW_BYTES:
        small = small.resize((max(1, small.width // 2), max(1, small.height // 2)))
        content = _written(small)
    return Preview(kind, "image/png", content)


def _eight_bits(picture: Image.Image) -> Image.Image:
    """Return a copy browsers can show; grey pictures of 16 or 32 bits (microscopes) are stretched to what they hold."""
    if picture.mode.startswith(("I", "F")):
        low, high = cast("tuple[float, float]", picture.getextrema())
        scale = 255.0 / max(high - low, 1e-9)
        return picture.convert("F").point(lambda value: value * scale - low * scale).convert("L")
    if picture.mode in {"L", "RGB", "RGBA"}:
        return picture.copy()
    return picture.convert("RGBA" if "transparency" in picture.info or picture.mode in {"LA", "PA"} else "RGB")


def _written(picture: Image.Image) -> bytes:
    written = io.BytesIO()
    clean = Image.new(picture.mode, picture.size) if picture.mode != "P" else picture
    if clean is not picture:
        clean.paste(picture)
    clean.save(written, "PNG", optimize=True)
    return written.getvalue()
