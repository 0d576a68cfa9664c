"""A description as a MARC 21 bibliographic record, in UTF-8.

The record describes the publication as it was issued; its files are told in 006, 007 and 856 as a
version of it. What MARC cannot say without loss is in decision 0019.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from pymarc import Field, Indicators, Record, Subfield

from archive.core.vocabulary import ACCESS, KINDS, LANGUAGES
from archive.metadata import marc_codes as codes
from archive.metadata.description import (
    DEMO_NOTE,
    Creator,
    Description,
    one_line,
    several_lines,
)
from archive.metadata.isbn import has_right_check_digit, normal_isbn
from archive.metadata.issn import has_right_issn_digit

_MAIN_ROLES = frozenset({"", "author"})
_MOST_BYTES = 9000
"""A field of ISO 2709 holds 9,999 bytes; a longer note becomes several."""

Pairs = Sequence[tuple[str, str]]


def marc_record(description: Description) -> Record:
    """The record with its fields in the order of their tags."""
    record = Record(force_utf8=True, leader=codes.leader(description))
    main = _main_creator(description)
    for field in _fields(description, main):
        record.add_field(field)  # type: ignore[no-untyped-call]
    return record


def _fields(description: Description, main: Creator | None) -> Iterable[Field]:
    yield from _control(description)
    yield from _numbers(description)
    if main is not None:
        yield _name("110" if main.is_body else "100", main)
    yield from _title(description, has_main=main is not None)
    yield from _imprint(description)
    yield from _form(description)
    yield from _series(description, "490", "1", " ")
    yield from _notes(description)
    yield from _subjects(description)
    yield from _added_names(description, main)
    yield from _series(description, "830", " ", "0")
    if description.accession_number:
        yield _field("852", "  ", [("a", description.source), ("p", description.accession_number)])
    yield from _links(description)


def _field(tag: str, indicators: str, pairs: Pairs) -> Field:
    subfields = [Subfield(code, text) for code, value in pairs if (text := one_line(value))]
    return Field(tag, Indicators(*indicators), subfields)


def _control(description: Description) -> Iterable[Field]:
    yield Field("001", data=description.id)
    if description.source:
        yield Field("003", data=description.source)
    yield Field("005", data=codes.field_005(description))
    if description.files:
        yield Field("006", data=codes.field_006(description))
        yield Field("007", data=codes.field_007())
    yield Field("008", data=codes.field_008(description))


def _numbers(description: Description) -> Iterable[Field]:
    """020, 022, 040, 041: a wrong ISBN or ISSN is kept, as a wrong one."""
    for printed in _parts(description.isbn):
        isbn = normal_isbn(printed)
        is_right = has_right_check_digit(isbn)
        yield _field("020", "  ", [("a", isbn.replace("-", "")) if is_right else ("z", printed)])
    for printed in _parts(description.issn):
        is_right = has_right_issn_digit(printed)
        # $y is an incorrect number of 022; $z there is a cancelled one.
        yield _field("022", "  ", [("a" if is_right else "y", printed)])
    if description.source:
        yield _field("040", "  ", [("a", description.source), ("b", "vie")])
    spoken, source = codes.languages(description)
    if spoken:
        pairs = [("a", code) for code in spoken] + ([("2", source)] if source else [])
        yield _field("041", " 7" if source else "  ", pairs)


def _parts(text: str) -> list[str]:
    """The numbers in a field that may hold several, parted by commas or semicolons."""
    return [part for piece in text.replace(";", ",").split(",") if (part := one_line(piece))]


def _main_creator(description: Description) -> Creator | None:
    """Whom the record is entered under: the first author; no editor, no sponsor."""
    return next((c for c in description.creators if c.role in _MAIN_ROLES), None)


def _name(tag: str, creator: Creator) -> Field:
    """Vietnamese names stand in their own order, which is what first indicator 0 says of a
    person's and 2 of a body's."""
    pairs = [("a", creator.name)]
    if creator.role:
        pairs = [("a", f"{one_line(creator.name)},"), ("e", creator.role_label)]
        if creator.role in codes.RELATORS:
            pairs.append(("4", codes.RELATORS[creator.role]))
    return _field(tag, "2 " if creator.is_body else "0 ", pairs)


def _title(description: Description, *, has_main: bool) -> Iterable[Field]:
    """245 with ISBD punctuation, 246, 250."""
    pieces = [("a", one_line(description.title))]
    if description.volume and not description.series:
        pieces[-1] = ("a", _ended(pieces[-1][1]))
        pieces.append(("n", one_line(description.volume)))
    if subtitle := one_line(description.subtitle):
        pieces[-1] = (pieces[-1][0], f"{pieces[-1][1]} :")
        pieces.append(("b", subtitle))
    if responsibility := one_line(description.responsibility):
        pieces[-1] = (pieces[-1][0], f"{pieces[-1][1]} /")
        pieces.append(("c", responsibility))
    pieces[-1] = (pieces[-1][0], _ended(pieces[-1][1]))
    # No Vietnamese title begins with an article, so nothing is skipped in filing.
    yield _field("245", "10" if has_main else "00", pieces)
    for title in description.other_titles:
        yield _field("246", "3 ", [("a", title)])
    if description.edition:
        yield _field("250", "  ", [("a", _ended(one_line(description.edition)))])


def _ended(text: str) -> str:
    return text if text.endswith((".", "?", "!", "…")) else f"{text}."


def _imprint(description: Description) -> Iterable[Field]:
    """264: publication (1) and manufacture (3), of what is known."""
    place, publisher = one_line(description.publisher_place), one_line(description.publisher)
    year = str(description.issued.year) if description.issued else ""
    pieces = [pair for pair in (("a", place), ("b", publisher), ("c", year)) if pair[1]]
    marks = {"b": " :", "c": ","}
    for at in range(1, len(pieces)):
        code, text = pieces[at - 1]
        pieces[at - 1] = (code, text + marks[pieces[at][0]])
    if pieces:
        pieces[-1] = (pieces[-1][0], _ended(pieces[-1][1]))
        yield _field("264", " 1", pieces)
    if description.printer:
        yield _field("264", " 3", [("b", _ended(one_line(description.printer)))])


def _form(description: Description) -> Iterable[Field]:
    """300, 336–338: the publication as issued, not its files."""
    extent, size = one_line(description.extent), one_line(description.dimensions)
    if extent and size:
        yield _field("300", "  ", [("a", f"{extent} ;"), ("c", size)])
    elif extent or size:
        yield _field("300", "  ", [("a", extent), ("c", size)])
    content, content_code = codes.CONTENT[codes.record_type(description)]
    yield _field("336", "  ", [("a", content), ("b", content_code), ("2", "rdacontent")])
    yield _field("337", "  ", [("a", "unmediated"), ("b", "n"), ("2", "rdamedia")])
    if description.kind in codes.SHEETS:
        yield _field("338", "  ", [("a", "sheet"), ("b", "nb"), ("2", "rdacarrier")])
    elif description.kind == "other":
        yield _field("338", "  ", [("a", "unspecified"), ("b", "zu"), ("2", "rdacarrier")])
    else:
        yield _field("338", "  ", [("a", "volume"), ("b", "nc"), ("2", "rdacarrier")])


def _series(description: Description, tag: str, first: str, second: str) -> Iterable[Field]:
    """490 as it stands there, 830 as it is filed."""
    series, volume = one_line(description.series), one_line(description.volume)
    if series:
        pairs = [("a", f"{series} ;"), ("v", volume)] if volume else [("a", series)]
        yield _field(tag, first + second, pairs)


def _notes(description: Description) -> Iterable[Field]:
    """500–540: notes in the archive's words where MARC has no place of its own."""
    if description.is_demo:
        yield _field("500", "  ", [("a", f"{DEMO_NOTE}, không phải ấn phẩm thật.")])
    for label, value in (
        ("Giấy phép xuất bản", _licence(description)),
        ("Số lượng in", description.print_run),
        ("Nhiệm vụ", description.plan_task),
    ):
        if value:
            yield _field("500", "  ", [("a", f"{label}: {_ended(one_line(value))}")])
    lines = several_lines(description.contents).splitlines()
    for part in _cut(" -- ".join(line for line in lines if line)):
        yield _field("505", "0 ", [("a", part)])
    yield _field("506", "0 " if description.access == "public" else "1 ", _access(description))
    for part in _cut(one_line(description.abstract)):
        yield _field("520", "  ", [("a", part)])
    for audience in description.audiences:
        yield _field("521", "  ", [("a", audience)])
    for grade in description.grades:
        yield _field("521", "2 ", [("a", grade)])
    if description.rights:
        yield _field("540", "  ", [("a", description.rights)])
    for code in description.languages:
        if code in LANGUAGES and len(description.languages) > 1:
            yield _field("546", "  ", [("a", LANGUAGES.vietnamese[code])])


def _licence(description: Description) -> str:
    day = f"{description.licence_date:%d/%m/%Y}" if description.licence_date else ""
    return ", ".join(part for part in (one_line(description.licence_number), day) if part)


def _access(description: Description) -> Pairs:
    pairs = [("a", ACCESS.vietnamese[description.access])]
    if description.embargo_until:
        pairs.append(("g", f"{description.embargo_until:%Y%m%d}"))
    return pairs


def _cut(text: str) -> Iterable[str]:
    """The text in pieces of at most `_MOST_BYTES`, parted between words where there are any."""
    while len(text.encode()) > _MOST_BYTES:
        head = text.encode()[:_MOST_BYTES].decode(errors="ignore")
        head = head.rsplit(" ", 1)[0] or head
        yield head
        text = text[len(head) :].lstrip()
    if text:
        yield text


def _subjects(description: Description) -> Iterable[Field]:
    """600–658: headings of this archive, which $2 says."""
    for tag, indicators, values in (
        ("600", "07", description.people),
        ("647", " 7", description.events),
        ("650", " 7", description.themes),
        ("651", " 7", description.places),
    ):
        for value in values:
            yield _field(tag, indicators, [("a", value), ("2", "local")])
    for relic in description.relics:
        yield _field("651", " 7", [("a", relic), ("x", "Di tích"), ("2", "local")])
    kind = KINDS.vietnamese.get(description.kind, description.kind)
    yield _field("655", " 7", [("a", kind), ("2", "local")])
    for subject in description.subjects:
        yield _field("658", "  ", [("a", subject), ("2", "local")])


def _added_names(description: Description, main: Creator | None) -> Iterable[Field]:
    """700 before 710; the unit that issued it is a body among them."""
    others = [creator for creator in description.creators if creator is not main]
    for creator in others:
        if not creator.is_body:
            yield _name("700", creator)
    for creator in others:
        if creator.is_body:
            yield _name("710", creator)
    named = {one_line(creator.name).casefold() for creator in description.creators}
    unit = one_line(description.unit_name)
    if unit and unit.casefold() not in named:
        yield _name("710", Creator(name=unit, role="issuer", is_body=True))


def _links(description: Description) -> Iterable[Field]:
    """856: each file as a version of the publication, the page about it as something related."""
    for file in description.files:
        pairs = [
            ("u", file.url),
            ("q", file.media_type),
            ("s", f"{file.size_bytes} bytes"),
            ("x", f"sha256:{file.sha256}"),
            ("y", file.name),
        ]
        yield _field("856", "41", pairs)
    yield _field("856", "42", [("3", "Trang ấn phẩm"), ("u", description.url)])
