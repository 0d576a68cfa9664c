"""How much of a text typed in an old Vietnamese font comes out word for word.

    python -m bench.legacy [--corpus FOLDER]

Known texts (the demo archive's own) are encoded as the fonts TCVN3 (ABC) and VNI did, set as PDF
pages whose character table says what such files say, and read as any deposit is, in the limited
child process. Mixed pages hold lines of both encodings among lines of Unicode. With a folder of
real files, those named `legacy_*.pdf` are read too, and the share of marked words that are
Vietnamese syllables is told before and after.
"""

from __future__ import annotations

import argparse
import re
import sys
import tempfile
import unicodedata
from collections.abc import Callable, Iterator, Sequence
from difflib import SequenceMatcher
from pathlib import Path

from archive.core.syllables import measure as measure_syllables
from archive.extract import extract
from archive.extract.kinds import KINDS
from archive.extract.legacy_fonts import TCVN3_READINGS, VNI_READINGS
from bench.report import Row, finish, tell

PUBLICATIONS = Path(__file__).resolve().parent.parent / "archive" / "demo" / "publications"
CORPUS = Path(__file__).resolve().parent.parent.parent / "shared" / "corpus" / "vi"
EXACT_GOAL = 0.99
LINE_CHARACTERS = 80
PAGE_LINES = 45
PAGES = 60

_TO_TCVN3 = {letter: code for code, letter in TCVN3_READINGS.items()}
_TO_VNI = {letter: code for code, letter in VNI_READINGS.items()}


def main() -> int:
    parser = argparse.ArgumentParser(prog="bench.legacy", description=__doc__.partition("\n")[0])
    parser.add_argument("--corpus", type=Path, default=CORPUS, help="folder of real files")
    options = parser.parse_args()
    return finish("Text in legacy fonts, read word for word", measure_legacy(options.corpus))


def measure_legacy(corpus: Path = CORPUS) -> list[Row]:
    """The rows of this benchmark; real files are left out where `corpus` does not exist."""
    lines = list(demo_lines(PAGES * PAGE_LINES))
    rows = [
        _exact_row("legacy_tcvn3_words_exact", lines, [encode_tcvn3]),
        _exact_row("legacy_vni_words_exact", lines, [encode_vni]),
        _exact_row("legacy_mixed_words_exact", lines, [str, encode_tcvn3, str, encode_vni]),
    ]
    for path in sorted(corpus.glob("legacy_*.pdf")):
        before, after = _shares(path)
        rows.append(Row(name=f"{path.stem}_valid_before_share", value=before))
        rows.append(Row(name=f"{path.stem}_valid_after_share", value=after))
    return rows


def encode_tcvn3(text: str) -> str:
    """The text as a file typed in a TCVN3 font carries it. Its capitals with tones are drawn by a
    font of capitals (.VnTimeH) from the codes of the small letters."""
    return "".join(
        _TO_TCVN3.get(letter) or _TO_TCVN3.get(letter.lower(), letter)
        for letter in unicodedata.normalize("NFC", text)
    )


def encode_vni(text: str) -> str:
    """The text as a file typed in a VNI font carries it."""
    return "".join(_TO_VNI.get(letter, letter) for letter in unicodedata.normalize("NFC", text))


def demo_lines(count: int) -> Iterator[str]:
    """Lines of the demo archive's texts, as long as a printed line at most."""
    left = count
    for path in sorted(PUBLICATIONS.glob("*/text.md")):
        for paragraph in path.read_text(encoding="utf-8").splitlines():
            plain = re.sub(r"[^\w\s.,;:!?()/%-]", " ", paragraph)
            for line in _wrapped(plain.split()):
                if left == 0:
                    return
                left -= 1
                yield line


def _wrapped(words: Sequence[str]) -> Iterator[str]:
    line = ""
    for word in words:
        if line and len(line) + 1 + len(word) > LINE_CHARACTERS:
            yield line
            line = word
        else:
            line = f"{line} {word}".strip()
    if line:
        yield line


def _exact_row(name: str, lines: Sequence[str], encoders: Sequence[Callable[[str], str]]) -> Row:
    """Share of the words that are read exactly. The encoders take turns, five lines each."""
    expected: list[str] = []
    found: list[str] = []
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "upload.pdf")
        encoded = [encoders[n // 5 % len(encoders)](line) for n, line in enumerate(lines)]
        pages = [encoded[n : n + PAGE_LINES] for n in range(0, len(encoded), PAGE_LINES)]
        path.write_bytes(pdf_of_lines(pages))
        with extract(path, KINDS["pdf"]) as reading:
            for page in reading:
                found += page.text.split()
    for line in lines:
        expected += line.split()
    matcher = SequenceMatcher(None, expected, found, autojunk=False)
    exact = sum(block.size for block in matcher.get_matching_blocks())
    tell(f"{name}: {exact} of {len(expected)}")
    return Row(name=name, value=exact / len(expected), goal=EXACT_GOAL, bound="least")


def _shares(path: Path) -> tuple[float, float]:
    before, after = [], []
    with extract(path, KINDS["pdf"]) as reading:
        for page in reading:
            before.append(page.text if page.text_before is None else page.text_before)
            after.append(page.text)
    shares = [measure_syllables("\n".join(texts)).score or 0.0 for texts in (before, after)]
    return shares[0], shares[1]


def pdf_of_lines(pages: Sequence[Sequence[str]]) -> bytes:
    """A PDF of these lines whose table says that its codes stand for these very characters.

    Drawn in Helvetica, whatever the characters: only the table counts for reading.
    """
    codes: dict[str, int] = {}
    contents = [_content(lines, codes) for lines in pages]
    table = _table(codes)
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [%s] /Count %d >>"
        % (b" ".join(b"%d 0 R" % (7 + 2 * n) for n in range(len(pages))), len(pages)),
        b"<< /Type /Font /Subtype /Type0 /BaseFont /Helvetica /Encoding /Identity-H "
        b"/DescendantFonts [4 0 R] /ToUnicode 6 0 R >>",
        b"<< /Type /Font /Subtype /CIDFontType2 /BaseFont /Helvetica /DW 500 /FontDescriptor 5 0 R "
        b"/CIDSystemInfo << /Registry (Adobe) /Ordering (Identity) /Supplement 0 >> >>",
        b"<< /Type /FontDescriptor /FontName /Helvetica /Flags 32 /FontBBox [0 -200 1000 900] "
        b"/ItalicAngle 0 /Ascent 900 /Descent -200 /CapHeight 700 /StemV 80 >>",
        _stream(table),
    ]
    for number, content in enumerate(contents):
        objects.append(
            b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents %d 0 R "
            b"/Resources << /Font << /F1 3 0 R >> >> >>" % (8 + 2 * number)
        )
        objects.append(_stream(content))
    return _file(objects)


def _content(lines: Sequence[str], codes: dict[str, int]) -> bytes:
    drawn: list[bytes] = []
    for number, line in enumerate(lines):
        shown = b"".join(b"%04X" % codes.setdefault(letter, len(codes) + 3) for letter in line)
        drawn.append(b"BT /F1 11 Tf 50 %d Td <%s> Tj ET" % (790 - 16 * number, shown))
    return b"\n".join(drawn)


def _table(codes: dict[str, int]) -> bytes:
    entries = [
        b"<%04X> <%s>" % (code, letter.encode("utf-16-be").hex().encode())
        for letter, code in codes.items()
    ]
    blocks = [entries[n : n + 100] for n in range(0, len(entries), 100)]
    return b"\n".join(
        [
            b"/CIDInit /ProcSet findresource begin 12 dict begin begincmap",
            b"1 begincodespacerange <0000> <FFFF> endcodespacerange",
            *(
                b"%d beginbfchar\n%s\nendbfchar" % (len(block), b"\n".join(block))
                for block in blocks
            ),
            b"endcmap end end",
        ]
    )


def _stream(content: bytes) -> bytes:
    return b"<< /Length %d >>\nstream\n%s\nendstream" % (len(content), content)


def _file(objects: Sequence[bytes]) -> bytes:
    made = b"%PDF-1.7\n"
    places: list[int] = []
    for number, content in enumerate(objects, start=1):
        places.append(len(made))
        made += b"%d 0 obj\n%s\nendobj\n" % (number, content)
    rows = b"".join(b"%010d 00000 n \n" % place for place in places)
    return made + (
        b"xref\n0 %d\n0000000000 65535 f \n%strailer << /Size %d /Root 1 0 R >>\n"
        b"startxref\n%d\n%%%%EOF\n" % (len(objects) + 1, rows, len(objects) + 1, len(made))
    )


if __name__ == "__main__":
    sys.exit(main())
