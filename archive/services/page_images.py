"""A page's image between the two widths of intake: as many pixels as most people's phones show.

It is made when it is first asked for and kept among the tiles, so that it costs neither intake its
time nor the archive its room.
"""

from __future__ import annotations

from PIL import Image

from archive.core.errors import NotFoundError
from archive.extract.webp import encode_webp
from archive.models import Page
from archive.services.holdings import Holdings
from archive.services.page_cutting import keep
from archive.services.page_pictures import VERSION, WIDTH_PX

MIDDLE_PX = 750


def middle_image(holdings: Holdings, page: Page) -> bytes:
    """The page's image as WebP, `MIDDLE_PX` wide, or as wide as the large one where that is less.

    NotFoundError where intake drew none, or what it drew cannot be read any more.
    """
    name = f"middle-{VERSION}-{MIDDLE_PX}.webp"
    place = holdings.tiles.path(page.file.sha256, page.file_page, name)
    data = holdings.tiles.read(place)
    if data is None:
        data = _made(holdings, page)
        keep(holdings, place, data)
    return data


def _made(holdings: Holdings, page: Page) -> bytes:
    large = holdings.images.path(page.publication_id, f"f{page.file_id}", page.file_page, WIDTH_PX)
    try:
        with Image.open(large, formats=("WEBP",)) as image:
            width = min(MIDDLE_PX, image.width)
            height = max(1, round(image.height * width / image.width))
            return encode_webp(image.resize((width, height), Image.Resampling.LANCZOS))
    except OSError as error:
        raise NotFoundError(what="page", id=page.publication_id, number=page.number) from error
