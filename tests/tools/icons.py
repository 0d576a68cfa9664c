"""Draws the icons that cannot be SVG from the one that is: `python -m tests.tools.icons`.

Run it after a change of `favicon.svg`; a test compares what is committed with what this draws.
"""

from __future__ import annotations

import io
from collections.abc import Mapping
from pathlib import Path
from tempfile import TemporaryDirectory

import typst
from PIL import Image

FOLDER = Path(__file__).resolve().parents[2] / "archive" / "static" / "img"
INDIGO = "#1c2647"
# A phone rounds the corners of this one itself, and shows black where it is transparent.
APPLE_PX = 180
SIZES_PX = (32, 192, 512)
ICO_PX = (16, 32, 48)

_ICON = """#set page(width: {size}pt, height: {size}pt, margin: 0pt, fill: {fill})
#image("favicon.svg", width: {size}pt)"""
_SHARE = """#set page(width: 1200pt, height: 630pt, margin: 0pt, fill: rgb("#1c2647"))
#place(bottom, rect(width: 100%, height: 84pt, fill: rgb("#faf5ea")))
#place(bottom, dy: -72pt, stack(dir: ltr, ..range(17).map(_ => image("brocade.svg", width: 72pt))))
#place(center + horizon, dy: -42pt, image("favicon.svg", width: 400pt))"""


def drawn() -> Mapping[str, bytes]:
    """The files by name, the same bytes each time."""
    files = {f"icon-{size}.png": _png(_icon(size)) for size in SIZES_PX}
    files["apple-touch-icon.png"] = _png(_icon(APPLE_PX, fill=f'rgb("{INDIGO}")'))
    written = io.BytesIO()
    largest = _icon(ICO_PX[-1])
    others = [_icon(size) for size in ICO_PX[:-1]]
    largest.save(written, "ICO", sizes=[(size, size) for size in ICO_PX], append_images=others)
    files["favicon.ico"] = written.getvalue()
    files["share.png"] = _png(_compiled(_SHARE).convert("RGB").quantize(64, dither=0))
    return files


def _icon(size: int, *, fill: str = "none") -> Image.Image:
    return _compiled(_ICON.format(size=size, fill=fill))


def _compiled(source: str) -> Image.Image:
    with TemporaryDirectory() as folder:
        for name in ("favicon.svg", "brocade.svg"):
            (Path(folder) / name).write_bytes((FOLDER / name).read_bytes())
        main = Path(folder) / "main.typ"
        main.write_text(source, encoding="utf-8")
        data = typst.compile(main, format="png", ppi=72)
    with Image.open(io.BytesIO(data)) as opened:
        return opened.convert("RGBA")


def _png(image: Image.Image) -> bytes:
    written = io.BytesIO()
    image.save(written, "PNG", optimize=True)
    return written.getvalue()


if __name__ == "__main__":
    for name, data in drawn().items():
        (FOLDER / name).write_bytes(data)
        print(name, len(data))
