"""Page images as the archive keeps them."""

from __future__ import annotations

import io

from PIL import Image

# Measured over 12 pages at 1,200 px: 42 ms and 98 kB; method 2 takes 66 ms for 80 kB, method 3
# twice that for 77 kB. Drawing is the longest work of intake, so the time counts more.
_QUALITY = 75
_METHOD = 1
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
