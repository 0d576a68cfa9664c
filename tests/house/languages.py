"""What is told to people, as it stands in the sources: what can be translated, and what cannot."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from babel.messages.extract import extract_from_file
from jinja2 import Environment, nodes

from archive.app import ROOT

VIETNAMESE = re.compile(
    "[àáảãạăằắẳẵặâầấẩẫậđèéẻẽẹêềếểễệìíỉĩịòóỏõọôồốổỗộơờớởỡợùúủũụưừứửữựỳýỷỹỵ]", re.IGNORECASE
)
_LETTERS = re.compile(r"[^\W\d_]{2,}")
_TOLD_ATTRIBUTE = re.compile(
    r"""\b(?:title|alt|placeholder|aria-label|aria-description|label)="([^"]*)\""""
)
_TAG = re.compile(r"<!--.*?-->|<[^>]*>", re.DOTALL)
# Python's words for a text that is translated; `counted` has its plural in the same text.
# `as_written` marks what stays Vietnamese, because it is stored or stands in a document.
_MARKS = {"_", "N_", "NC_", "lazy", "counted", "as_written"}
KEYWORDS = {
    **dict.fromkeys(("_", "N_", "lazy", "gettext")),
    "NC_": ((1, "c"), 2),
    "counted": (1, 1),
}


def sources() -> Iterator[Path]:
    """The modules and templates that tell people something."""
    yield from sorted((ROOT / "archive").rglob("*.py"))
    yield from sorted((ROOT / "templates").rglob("*.html"))


def messages() -> Iterator[tuple[str, str | tuple[str, str]]]:
    """Every text that is marked for translation, with where it stands; one in a context has that
    before it, as gettext's catalogues have it."""
    for path in sources():
        method = "python" if path.suffix == ".py" else "jinja2.ext:babel_extract"
        found = extract_from_file(method, path, KEYWORDS, (), {"newstyle_gettext": "true"})
        for line, text, _comments, context in found:
            yield f"{path.relative_to(ROOT)}:{line}", f"{context}\x04{text}" if context else text


def unmarked_in_module(path: Path) -> list[str]:
    """The Vietnamese texts of a module that stand outside the marks, docstrings left out."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    known = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            known.add(id(node.value))
        named = isinstance(node, ast.Call) and isinstance(node.func, ast.Name)
        if named and node.func.id in _MARKS:
            known.update(id(each) for each in ast.walk(node))
    return [
        f"{path.relative_to(ROOT)}:{node.lineno} {node.value!r}"
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant)
        and isinstance(node.value, str)
        and id(node) not in known
        and VIETNAMESE.search(node.value)
    ]


def unmarked_in_template(path: Path, environment: Environment) -> list[str]:
    """The words of a template that stand outside the marks: between tags, in the attributes that
    are read out, and Vietnamese ones in its expressions."""
    tree = environment.parse(path.read_text(encoding="utf-8"))
    name = path.relative_to(ROOT)
    known = set()
    for call in tree.find_all(nodes.Call):
        if isinstance(call.node, nodes.Name) and call.node.name in {*_MARKS, "gettext"}:
            known.update(id(each) for each in call.find_all(nodes.Const))
    found = [
        f"{name}:{each.lineno} {each.value!r}"
        for each in tree.find_all(nodes.Const)
        if isinstance(each.value, str) and id(each) not in known and VIETNAMESE.search(each.value)
    ]
    classes = {
        id(output)
        for block in tree.find_all(nodes.Block)
        if block.name.endswith("_class")
        for output in block.find_all(nodes.Output)
    }
    # What is put in between is one character that ends a word, so that tags stay whole.
    told = "".join(
        part.data if isinstance(part, nodes.TemplateData) else "\u2063"
        for output in tree.find_all(nodes.Output)
        if id(output) not in classes
        for part in output.nodes
    )
    texts = [*_TOLD_ATTRIBUTE.findall(told), *_TAG.split(told)]
    found += [f"{name} {text.strip()!r}" for text in texts if _LETTERS.search(text)]
    return found
