"""Page images as the archive keeps them."""

from __future__ import annotations

import io

from PIL import Image

# Measured: 45 ms and 108 kB at 1,200 px; a higher method costs twice that for a few per cent.
_QUALITY = 75
_METHOD = 2


def encode_webp(image: Image.Image) -> bytes:
    """The RGB or grey image as WebP, without anything but its pixels."""
    written = io.BytesIO()
    image.save(written, "WEBP", quality=_QUALITY, method=_METHOD)
    return written.getvalue()
