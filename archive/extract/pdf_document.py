"""PDF: PDFium reads and draws; pypdf mends what PDFium cannot open and tells of the structure."""

from __future__ import annotations

import ctypes
import io
import math
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pypdfium2
import pypdfium2.raw as pdfium
from PIL import Image

from archive.core.errors import (
    DamagedFileError,
    EncryptedFileError,
    LimitReachedError,
    PortfolioError,
)
from archive.extract.judging import judge
from archive.extract.limits import Limits
from archive.extract.page_picture import DPI, SHORTEST_SIDE_PX, PagePicture
from archive.extract.pdf_pictures import shows_page_picture
from archive.extract.pdf_words import read_words
from archive.extract.results import FileSummary, PageImage, PageText, TextSource
from archive.extract.webp import encode_webp

_ENCRYPTED_CODES = frozenset({pdfium.FPDF_ERR_PASSWORD, pdfium.FPDF_ERR_SECURITY})
# Mending holds the file, its objects and the new file in memory at once.
_MENDED_AT_MOST_BYTES = 64 * 1024 * 1024
# The quick check looks at so many pages for one that opens.
_PAGES_TRIED = 20
_LABEL_BYTES = 200
_OWN_PAGE = b"""%PDF-1.4
1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj
2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj
3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 200 100]/Contents 4 0 R
/Resources<</Font<</F 5 0 R/G 6 0 R>>>>>>endobj
4 0 obj<</Length 71>>stream
BT /F 12 Tf 10 50 Td (Kho An Pham) Tj /G 12 Tf 0 -20 Td (Cao Bang) Tj ET
endstream endobj
5 0 obj<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>endobj
6 0 obj<</Type/Font/Subtype/TrueType/BaseFont/TimesNewRoman>>endobj
trailer<</Root 1 0 R>>
"""
# A page without a usable size is drawn as if it were this large (PDFium's own choice: US Letter).
_FALLBACK_SIZE = (612.0, 792.0)


def open_document(path: Path, _kind: str, limits: Limits) -> PdfDocument:
    """The PDF at `path`. Raises EncryptedFileError, DamagedFileError, LimitReachedError."""
    try:
        opened, source = pypdfium2.PdfDocument(str(path)), None
    except pypdfium2.PdfiumError as error:
        source = _mended(path, error)
        opened = pypdfium2.PdfDocument(source)
    return PdfDocument(opened, path=path, mended=source, limits=limits)


def warm_up() -> None:
    """Read and draw a page of our own making, so that the reader has its fonts at hand and a copy
    of this process need not look for them."""
    made = pypdfium2.PdfDocument(_OWN_PAGE)
    document = PdfDocument(made, path=Path(), mended=_OWN_PAGE, limits=Limits())
    list(document.read_pages(1, words=False))
    list(document.draw_pages([1], (64,), words=True))
    made.close()


def _mended(path: Path, error: pypdfium2.PdfiumError) -> bytes:
    """The file written anew by pypdf, the more patient reader, so that PDFium can open it."""
    import pypdf
    from pypdf.errors import PyPdfError

    locked = getattr(error, "err_code", None) in _ENCRYPTED_CODES
    if path.stat().st_size > _MENDED_AT_MOST_BYTES:
        raise EncryptedFileError() if locked else DamagedFileError(detail=str(error))
    try:
        reader = pypdf.PdfReader(path)
        if reader.is_encrypted and not reader.decrypt(""):
            raise EncryptedFileError()
        written = io.BytesIO()
        pypdf.PdfWriter(clone_from=reader).write(written)
    except PyPdfError as second:
        if locked:
            raise EncryptedFileError() from second
        raise DamagedFileError(detail=f"{error}; {type(second).__name__}: {second}") from second
    return written.getvalue()


class PdfDocument:
    """An opened PDF. Sizes are points of the page as displayed."""

    def __init__(self, opened: Any, *, path: Path, mended: bytes | None, limits: Limits) -> None:
        self._pdf = opened
        self._path = path
        self._mended = mended
        self._limits = limits
        self.page_count: int = len(opened)
        if self.page_count == 0:
            raise DamagedFileError(detail="no pages")
        if self.page_count > limits.pages:
            raise LimitReachedError(limit="pages", value=limits.pages, found=self.page_count)

    def summarise(self) -> FileSummary:
        if self._is_portfolio():
            raise PortfolioError()
        for index in range(min(self.page_count, _PAGES_TRIED)):
            page = self._open_page(index)
            if page is None:
                continue
            width, height = _size(page)
            return FileSummary(
                pages=self.page_count,
                encrypted=pdfium.FPDF_GetSecurityHandlerRevision(self._pdf.raw) != -1,
                width_px=width,
                height_px=height,
                repaired=self._mended is not None,
                isolated=False,
            )
        raise DamagedFileError(detail="no page opens")

    def _is_portfolio(self) -> bool:
        """Whether the pages are only the cover of files packed inside (PDF 32000-1, 12.3.5)."""
        if pdfium.FPDFDoc_GetAttachmentCount(self._pdf.raw) <= 0:
            return False
        from archive.extract.pdf_structure import is_collection

        return is_collection(self._path if self._mended is None else self._mended)

    def page_text(self, number: int) -> str:
        return self._read_page(number, words=False).text

    def read_pages(self, first_page: int, *, words: bool) -> Iterator[PageText]:
        opened = False
        for number in range(first_page, self.page_count + 1):
            page = self._read_page(number, words=words)
            opened = opened or page.problem is None
            yield page
        if first_page == 1 and not opened:
            raise DamagedFileError(detail="no page opens")

    def draw_pages(
        self, pages: Sequence[int], widths_px: Sequence[int], *, words: bool
    ) -> Iterator[PageImage | PageText]:
        self._show_forms()
        for number in pages:
            page = self._open_page(number - 1)
            if page is None:
                continue
            if words:
                yield self._text_of(page, number, words=True)
            for target in widths_px:
                image = self._draw(page, target)
                yield PageImage(
                    number=number,
                    target_width_px=target,
                    width_px=image.width,
                    height_px=image.height,
                    data=encode_webp(image),
                )
            page.close()

    def picture(self, number: int) -> PagePicture | None:
        """The page in grey for recognition; None where it cannot be opened."""
        self._show_forms()
        page = self._open_page(number - 1)
        if page is None:
            return None
        width, height = _size(page)
        longer = max(width, height)
        drawn_px = max(longer * DPI / 72, SHORTEST_SIDE_PX)
        image = self._paint(page, drawn_px / longer, pdfium.FPDFBitmap_Gray, pdfium.FPDF_GRAYSCALE)
        page.close()
        return PagePicture(image.convert("L"), width, height, self._label(number))

    def pixels(self, number: int, size: tuple[int, int]) -> Image.Image | None:
        self._show_forms()
        page = self._open_page(number - 1)
        if page is None:
            return None
        image = _in_rgb(self._fill(page, size, pdfium.FPDFBitmap_BGR))
        page.close()
        return image

    def describe(self) -> Iterator[dict[str, Any]]:
        from archive.extract.pdf_structure import describe_structure

        yield {"attachments": max(0, pdfium.FPDFDoc_GetAttachmentCount(self._pdf.raw))}
        yield from describe_structure(self._path if self._mended is None else self._mended)

    def _show_forms(self) -> None:
        """From now on filled-in fields are drawn with the pages that are opened."""
        form = pdfium.FPDF_GetFormType(self._pdf.raw)
        if form != pdfium.FORMTYPE_NONE and self._pdf.formenv is None:
            self._pdf.init_forms()

    def _open_page(self, index: int) -> Any | None:
        try:
            return self._pdf[index]
        except pypdfium2.PdfiumError:
            return None

    def _read_page(self, number: int, *, words: bool) -> PageText:
        page = self._open_page(number - 1)
        if page is None:
            return PageText(number, self._label(number), "", 0, 0, problem="page_damaged")
        read = self._text_of(page, number, words=words)
        page.close()
        return read

    def _text_of(self, page: Any, number: int, *, words: bool) -> PageText:
        width, height = _size(page)
        found = read_words(page, characters_at_most=self._limits.page_text_bytes, places=words)
        judgement = judge(
            found.text,
            has_picture=lambda: shows_page_picture(page, without_text=not found.text),
            scrambled=found.scrambled,
        )
        if not found.text.strip():
            source: TextSource = "none"
        else:
            source = "embedded" if found.before is None else "repaired"
        return PageText(
            number=number,
            label=self._label(number),
            text=found.text,
            width_px=width,
            height_px=height,
            words=tuple(found.words),
            text_source=source,
            text_score=judgement.score,
            text_before=found.before,
            needs_ocr=judgement.verdict == "needs_ocr",
        )

    def _label(self, number: int) -> str | None:
        # PDFium and not pypdf: the label is wanted with its page, and pypdf may take seconds to
        # read the structure of a large file before it can tell the first one.
        buffer = ctypes.create_string_buffer(_LABEL_BYTES)
        used = pdfium.FPDF_GetPageLabel(self._pdf.raw, number - 1, buffer, _LABEL_BYTES)
        if not 2 < used <= _LABEL_BYTES:
            return None
        return buffer.raw[: used - 2].decode("utf-16-le", "replace").strip() or None

    def _draw(self, page: Any, target_width_px: int) -> Image.Image:
        scale = target_width_px / _size(page)[0]
        return _in_rgb(self._paint(page, scale, pdfium.FPDFBitmap_BGR))

    def _paint(self, page: Any, scale: float, colours: int, flags: int = 0) -> Image.Image:
        """The page with `scale` pixels to a point, or as many as its longest side may have."""
        width, height = _size(page)
        side = self._limits.side_px
        scale = min(scale, side / width, side / height)
        size = min(side, max(1, round(width * scale))), min(side, max(1, round(height * scale)))
        return self._fill(page, size, colours, flags)

    def _fill(self, page: Any, size: tuple[int, int], colours: int, flags: int = 0) -> Image.Image:
        """The page on white with its annotations and filled-in fields, stretched to `size`."""
        bitmap = pypdfium2.PdfBitmap.new_native(*size, colours)
        bitmap.fill_rect((255, 255, 255, 255), 0, 0, bitmap.width, bitmap.height)
        place = (0, 0, bitmap.width, bitmap.height, 0, pdfium.FPDF_ANNOT | flags)
        pdfium.FPDF_RenderPageBitmap(bitmap.raw, page.raw, *place)
        if self._pdf.formenv is not None:
            pdfium.FPDF_FFLDraw(self._pdf.formenv.raw, bitmap.raw, page.raw, *place)
        image: Image.Image = bitmap.to_pil()
        return image


def _in_rgb(image: Image.Image) -> Image.Image:
    return image if image.mode == "RGB" else image.convert("RGB")


def _size(page: Any) -> tuple[float, float]:
    width, height = page.get_size()
    usable = all(math.isfinite(side) and 0 < side < 1e9 for side in (width, height))
    return (round(width, 2), round(height, 2)) if usable else _FALLBACK_SIZE
