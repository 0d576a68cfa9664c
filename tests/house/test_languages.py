"""Both languages of the site are whole: nothing is told that has no English."""

import re

from babel.messages.pofile import read_po
from jinja2 import Environment

from archive.app import ROOT
from tests.house.languages import (
    VIETNAMESE,
    messages,
    unmarked_in_module,
    unmarked_in_template,
)

FOLDER = ROOT / "translations" / "en"
_PLACEHOLDER = re.compile(r"%\(\w+\)[sd]|\{\w*\}")

# Vietnamese that is data, not told to people as the site's own words: what is looked for in texts
# and sheets, what files hold, the demo archive, the command line, which speaks Vietnamese, and
# what is written once for whoever reads it later: mails, reports, the description of the API. The
# style guide is for those who build the site: it shows its samples in Vietnamese.
DATA = (
    "archive/api/rest/openapi.py",
    "archive/cli/",
    "archive/demo/",
    "archive/extract/",
    *(
        f"archive/metadata/{name}.py"
        for name in (
            *("cells", "description", "dublin_core", "headings", "imprint"),
            *("letters", "makers", "marc", "marc_codes", "marc_files", "names"),
            *("receipt_sheet", "record_sheet", "register_sheet", "ris", "sheet_dates"),
            "title_page",
        )
    ),
    "archive/core/collation.py",
    "archive/core/likeness.py",
    "archive/core/offered.py",
    "archive/core/secrecy.py",
    "archive/core/syllables.py",
    "archive/core/telex.py",
    "archive/core/text.py",
    "archive/models/authority.py",
    "archive/search/query.py",
    "archive/search/repair.py",
    "archive/serve.py",
    "archive/services/authorities/listing.py",
    "archive/services/batch_report.py",
    "archive/services/mailing.py",
    "archive/settings.py",
    "archive/web/drawn_cover.py",
    "archive/web/running_text.py",
    "archive/web/styleguide/",
    "archive/web/title_lines.py",
    "templates/styleguide/",
)

# Not marked yet. Whoever marks them takes them out here.
PENDING: tuple[str, ...] = ()


def catalogue():
    """Every translated text with its English, and the file it stands in."""
    found = {}
    for path in sorted(FOLDER.glob("*.po")):
        with path.open("rb") as file:
            for message in read_po(file, locale="en"):
                if message.id:
                    key = message.id if isinstance(message.id, str) else message.id[0]
                    if message.context:
                        key = f"{message.context}\x04{key}"
                    assert key not in found, f"{path.name}: {key!r} stands there twice"
                    found[key] = (message, path.name)
    return found


def test_every_text_has_its_english():
    known = catalogue()
    missing = []
    for place, text in messages():
        key = text if isinstance(text, str) else text[0]
        message = known[key][0] if key in known else None
        if (
            message is None
            or message.fuzzy
            or not all([message.string] if isinstance(message.string, str) else message.string)
        ):
            missing.append(f"{place} {key!r}")
    assert not missing, f"{len(missing)} without English:\n" + "\n".join(missing[:200])


def test_no_english_is_left_of_texts_that_are_gone():
    used = {text if isinstance(text, str) else text[0] for _, text in messages()}
    left = [f"{name}: {key!r}" for key, (_, name) in catalogue().items() if key not in used]
    assert not left, "\n".join(left)


def test_the_english_has_the_same_placeholders():
    for key, (message, name) in catalogue().items():
        strings = [message.string] if isinstance(message.string, str) else message.string
        for string in strings:
            # "One book" may leave its number out.
            wanted, found = set(_PLACEHOLDER.findall(key)), set(_PLACEHOLDER.findall(string))
            assert found <= wanted, f"{name}: {key!r} → {string!r}"
            assert found == wanted or len(strings) > 1, f"{name}: {key!r} → {string!r}"


def test_no_module_tells_vietnamese_that_cannot_be_translated():
    found = [
        text
        for path in sorted((ROOT / "archive").rglob("*.py"))
        if not str(path.relative_to(ROOT)).startswith((*DATA, *PENDING))
        for text in unmarked_in_module(path)
    ]
    assert not found, f"{len(found)} texts:\n" + "\n".join(found[:200])


def test_no_template_holds_words_that_cannot_be_translated():
    environment = Environment(extensions=["jinja2.ext.i18n"], autoescape=True)
    found = [
        text
        for path in sorted((ROOT / "templates").rglob("*.html"))
        if not str(path.relative_to(ROOT)).startswith((*DATA, *PENDING))
        for text in unmarked_in_template(path, environment)
    ]
    assert not found, f"{len(found)} texts:\n" + "\n".join(found[:200])


def test_no_script_holds_words_that_cannot_be_translated():
    folder = ROOT / "archive" / "static" / "js"
    found = [
        f"{path.name}:{number} {line.strip()!r}"
        for path in sorted(folder.rglob("*.js"))
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1)
        if VIETNAMESE.search(line)
    ]
    assert not found, "\n".join(found)
