"""What a page image offers (`info.json`, section 5 of the IIIF Image API 3.0)."""

from __future__ import annotations

from typing import Any

from archive.services.page_pictures import TILE_PX, PagePicture

CONTEXT = "http://iiif.io/api/image/3/context.json"
PROFILE = "http://iiif.io/api/image/3/level2.json"


def describe_picture(picture: PagePicture, *, address: str) -> dict[str, Any]:
    """The document about the page, whose base URI is `address`. WebP comes first among the formats:
    a tile in it takes half the bytes."""
    return {
        "@context": CONTEXT,
        "id": address,
        "type": "ImageService3",
        "protocol": "http://iiif.io/api/image",
        "profile": "level2",
        "width": picture.width_px,
        "height": picture.height_px,
        "maxWidth": picture.width_px,
        "maxHeight": picture.height_px,
        "maxArea": picture.width_px * picture.height_px,
        "sizes": [{"width": width, "height": height} for width, height in picture.sizes_px],
        "tiles": [{"width": TILE_PX, "scaleFactors": list(picture.scale_factors)}],
        "preferredFormats": ["webp", "jpg"],
        "extraFormats": ["webp"],
        "extraQualities": ["color", "gray", "bitonal"],
        "extraFeatures": ["mirroring", "canonicalLinkHeader", "profileLinkHeader"],
    }
