"""Page images as the archive keeps them."""

from __future__ import annotations

import io

from PIL import Image

# Measured over 28 pages at 1,200 px: 62 ms and 102 kB; quality 75 with method 1 takes 51 ms for
# 134 kB, and no eye tells them apart at the size they are read at; who looks closer gets tiles. A
# phone on a slow line waits for these bytes, so they count for more than intake's tenth.
_QUALITY = 60
_METHOD = 2
# Of the small images a list shows a dozen, over any network, and they take a tenth of the time:
# 9 kB of a cover instead of 13, and no eye tells them apart at that size.
_SMALL_PX = 320
_SMALL_QUALITY = 55
_SMALL_METHOD = 4


def encode_webp(image: Image.Image) -> bytes:
    """The RGB or grey image as WebP, without anything but its pixels."""
    written = io.BytesIO()
    if image.width <= _SMALL_PX:
        image.save(written, "WEBP", quality=_SMALL_QUALITY, method=_SMALL_METHOD)
    else:
        image.save(written, "WEBP", quality=_QUALITY, method=_METHOD)
    return written.getvalue()
