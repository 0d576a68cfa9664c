"""What MARC21slim.xsd (1.2, 2009), oai_dc.xsd (2.0), dc.xsd and dcterms.xsd (2008-02-11) ask of a
document, said once more: the schemas themselves are not ours to ship. `samples/README.md` tells
what was checked against the published texts."""

from __future__ import annotations

import re
from collections.abc import Iterator

from lxml import etree

MARC = "{http://www.loc.gov/MARC21/slim}"
_LEADER = re.compile(
    r"[\d ]{5}[\dA-Za-z ][\dA-Za-z][\dA-Za-z ]{3}[2 ][2 ][\d ]{5}[\dA-Za-z ]{3}4500"
)
_CONTROL_TAG = re.compile(r"00[1-9A-Za-z]")
_TAG = re.compile(r"0[1-9A-Z][0-9A-Z]|0[1-9a-z][0-9a-z]|[1-9A-Z][0-9A-Z]{2}|[1-9a-z][0-9a-z]{2}")
_CODE = re.compile(r"""[\dA-Za-z!"#$%&'()*+,\-./:;<=>?{}_^`~\[\]\\]""")

DC = "{http://purl.org/dc/elements/1.1/}"
DCTERMS = "{http://purl.org/dc/terms/}"
OAI_DC = "{http://www.openarchives.org/OAI/2.0/oai_dc/}"
XSI_TYPE = "{http://www.w3.org/2001/XMLSchema-instance}type"
ELEMENTS = frozenset(
    (
        *("title", "creator", "subject", "description", "publisher", "contributor", "date"),
        *("type", "format", "identifier", "source", "language", "relation", "coverage", "rights"),
    )
)
TERMS = ELEMENTS | frozenset(
    (
        *("alternative", "tableOfContents", "abstract", "created", "valid", "available"),
        *("issued", "modified", "dateAccepted", "dateCopyrighted", "dateSubmitted", "extent"),
        *("medium", "isVersionOf", "hasVersion", "isReplacedBy", "replaces", "isRequiredBy"),
        *("requires", "isPartOf", "hasPart", "isReferencedBy", "references", "isFormatOf"),
        *("hasFormat", "conformsTo", "spatial", "temporal", "audience", "accrualMethod"),
        *("accrualPeriodicity", "accrualPolicy", "instructionalMethod", "provenance"),
        *("rightsHolder", "mediator", "educationLevel", "accessRights", "license"),
        "bibliographicCitation",
    )
)
_SCHEMES = {
    "W3CDTF": re.compile(r"\d{4}(-\d\d(-\d\d)?)?"),
    "DCMIType": re.compile("Text|StillImage|Image|Sound|Collection"),
    "URI": re.compile(r"https?://[^\s<>{}\\^`|]+"),
    "IMT": re.compile(r"[\w.+-]+/[\w.+-]+"),
    "RFC4646": re.compile(r"[A-Za-z]{1,8}(-[A-Za-z0-9]{1,8})*"),
}


def marcxml_faults(data: bytes) -> list[str]:
    """What the schema would refuse in a record or a collection; [] for a valid document."""
    root = etree.fromstring(data)
    if root.tag == f"{MARC}collection":
        return [fault for record in root for fault in _record_faults(record)]
    return list(_record_faults(root))


def _record_faults(record: etree._Element) -> Iterator[str]:
    if record.tag != f"{MARC}record":
        yield f"no record: {record.tag}"
        return
    order = [etree.QName(child).localname for child in record]
    kinds = ["leader", "controlfield", "datafield"]
    if order != sorted(order, key=kinds.index) or order.count("leader") != 1:
        yield f"order: {order}"
    for child in record:
        tag = child.get("tag", "")
        match etree.QName(child).localname:
            case "leader":
                if not _LEADER.fullmatch(child.text or ""):
                    yield f"leader: {child.text}"
            case "controlfield":
                if not _CONTROL_TAG.fullmatch(tag):
                    yield f"control tag: {tag}"
            case "datafield":
                yield from _field_faults(child, tag)


def _field_faults(field: etree._Element, tag: str) -> Iterator[str]:
    if not _TAG.fullmatch(tag):
        yield f"tag: {tag}"
    for name in ("ind1", "ind2"):
        if not re.fullmatch("[0-9a-z ]", field.get(name, "")):
            yield f"{tag} {name}: {field.get(name)}"
    if not len(field):
        yield f"{tag} without a subfield"
    for subfield in field:
        if subfield.tag != f"{MARC}subfield" or not _CODE.fullmatch(subfield.get("code", "")):
            yield f"{tag} subfield: {subfield.tag} {subfield.get('code')}"
        if not subfield.text or len(subfield):
            yield f"{tag}${subfield.get('code')}: empty, or not text"


def oai_dc_faults(data: bytes) -> list[str]:
    root = etree.fromstring(data)
    if root.tag != f"{OAI_DC}dc":
        return [f"root: {root.tag}"]
    names = {f"{DC}{name}" for name in ELEMENTS}
    return [f"{child.tag}" for child in root if child.tag not in names or len(child)]


def dcterms_faults(data: bytes) -> list[str]:
    root = etree.fromstring(data)
    faults = [] if root.tag == "record" else [f"root: {root.tag}"]
    for child in root:
        if child.tag not in {f"{DCTERMS}{name}" for name in TERMS} or len(child):
            faults.append(child.tag)
        scheme = child.get(XSI_TYPE, "")
        if scheme and not _SCHEMES[scheme.removeprefix("dcterms:")].fullmatch(child.text or ""):
            faults.append(f"{scheme}: {child.text}")
    return faults
