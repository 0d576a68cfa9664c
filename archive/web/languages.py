"""The languages of the site: Vietnamese, and the same pages in English under `/en/`.

Texts are written in Vietnamese; their English stands in `translations/en/*.po`, a file for each
family of screens, read as they are when the application starts.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import cache
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Final, cast
from urllib.parse import quote

from babel import Locale
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.support import Translations
from flask import Flask, current_app, has_request_context, request
from flask_babel import Babel, get_locale
from flask_babel.speaklater import LazyString
from markupsafe import Markup, escape

from archive.core.language import (
    ENGLISH,
    VIETNAMESE,
    Count,
    _,
    counted,
    speak,
    written_number,
)

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

LANGUAGES: Final = (VIETNAMESE, ENGLISH)
"""What the site can speak, the first without a prefix of its own."""

_LANGUAGE = "archive.language"
_LONGEST_QUERY = 8_000
_SPOKEN = "LANGUAGES"
_LOCALES = {VIETNAMESE: "vi", ENGLISH: "en_GB"}


class LanguagePrefix:
    """Takes `/en` off the path, so that all routes answer in each language, and speaks it.

    `url_for` puts the prefix back, for it goes into SCRIPT_NAME.
    """

    def __init__(self, application: WSGIApplication, translations: dict[str, Translations]) -> None:
        self._application = application
        self._translations = translations

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        path = environ.get("PATH_INFO", "")
        spoken = path.split("/", 2)[1] if path.startswith("/") else ""
        translations = self._translations.get(spoken)
        if translations is not None:
            environ["SCRIPT_NAME"] = f"{environ.get('SCRIPT_NAME', '')}/{spoken}"
            environ["PATH_INFO"] = path.removeprefix(f"/{spoken}") or "/"
            environ[_LANGUAGE] = spoken
            speak(translations.gettext, _counting(translations))
        else:
            # A thread answers one request after another, in whatever language.
            speak(None, None)
        return self._application(environ, start_response)


def _counting(translations: Translations) -> Count:
    return lambda text, number: str(translations.ngettext(text, text, number))


def language() -> str:
    """The language of this request: `vi` or `en`."""
    found: str = request.environ.get(_LANGUAGE, VIETNAMESE)
    return found


def here(path: str) -> str:
    """The address of a page of this site (a path from its root) in the language of this request;
    the path itself where no request is answered."""
    return f"{request.script_root}{path}" if has_request_context() else path


def lazy(text: str, **values: Callable[[], str]) -> str:
    """The text as something that is translated each time it is shown, for labels that are made
    once, when a form's class is; `values` are asked for what stands in its places."""

    def told() -> str:
        return _(text).format(**{name: value() for name, value in values.items()})

    return cast(str, _Lazy(told) if values else _Lazy(_, text))


class _Lazy(LazyString):
    """Of its own accord a LazyString takes its text for HTML."""

    def __html__(self) -> str:
        return escape(str(self))


def in_language(code: str) -> str:
    """The address of the page that is being answered, in another language; without its arguments
    where they are longer than those of any page."""
    root = request.script_root.removesuffix(f"/{language()}")
    prefix = "" if code == VIETNAMESE else f"/{code}"
    query = request.query_string.decode(errors="replace")
    if len(query) > _LONGEST_QUERY:
        query = ""
    path = quote(request.path, safe="/:@!$&'()*+,;=~")
    return f"{root}{prefix}{path}{'?' if query else ''}{query}"


def in_each_language(path: str) -> list[tuple[str, str]]:
    """The addresses of a page of this site in all its languages, by their codes, and as `x-default`
    the one without a prefix; empty for a site of one language. `path` is the page's in the language
    of this request, with its arguments."""
    spoken = [code for code in LANGUAGES if code in current_app.config[_SPOKEN]]
    if len(spoken) < 2:
        return []
    bare = path.removeprefix(request.script_root)
    root = request.script_root.removesuffix(f"/{language()}")
    prefixed = [(code, f"{root}/{code}{bare}") for code in spoken if code != VIETNAMESE]
    return [(VIETNAMESE, root + bare), *prefixed, ("x-default", root + bare)]


def locale() -> str:
    """The locale of this request as Open Graph names it: `vi_VN`, `en_GB`."""
    return "vi_VN" if language() == VIETNAMESE else _LOCALES[language()]


def language_name(code: str) -> str:
    """What a language calls itself: `English`, `Tiếng Việt`."""
    return Locale(code).get_language_name(code) or code


def counted_words(text: str, number: int) -> str:
    """The text in the number's form, with the number for `{number}`, as the language writes it."""
    return counted(text, number).format(number=written_number(number))


@cache
def read_translations(folder: Path) -> Translations:
    """All sentences of a language, from the `.po` files in its folder."""
    joined = Translations()
    for path in sorted(folder.glob("*.po")):
        with path.open("rb") as file:
            catalog = read_po(file, locale=folder.name)
        compiled = BytesIO()
        write_mo(compiled, catalog)
        compiled.seek(0)
        joined.merge(Translations(compiled))
    return joined


def told(text: str, **values: object) -> Markup:
    """The text in the language of the request, with `values` in the places of `%(name)s`.

    As Jinja's own does it, and without the three calls through the context by which it comes there:
    a page says some ninety words.
    """
    words = Markup(_(text))  # noqa: S704 (our own sentences)
    return words % values if "%" in words else words


def init_languages(app: Flask, folder: Path, languages: Iterable[str]) -> None:
    """Has the application answer in these languages; `folder` holds the translations."""
    spoken = [code for code in LANGUAGES if code in set(languages) and code != VIETNAMESE]
    app.config[_SPOKEN] = (VIETNAMESE, *spoken)
    translations = {code: read_translations(folder / code) for code in spoken}
    app.wsgi_app = LanguagePrefix(app.wsgi_app, translations)  # type: ignore[method-assign]
    Babel(
        app,
        default_locale=_LOCALES[VIETNAMESE],
        locale_selector=lambda: _LOCALES[language()],
    )
    # Those that Flask-Babel puts in look the request's catalogue up for every word of a page.
    app.jinja_env.install_gettext_callables(  # type: ignore[attr-defined]
        gettext=_, ngettext=lambda text, _other, number: counted(text, number), newstyle=True
    )
    app.jinja_env.globals.update(
        _=told, here=here, counted=counted_words, language_name=language_name
    )
    app.context_processor(
        lambda: {
            "language": language(),
            "locale": str(get_locale()),
            "other_languages": [
                (code, in_language(code))
                for code in (VIETNAMESE, *spoken)
                if spoken and code != language()
            ],
        }
    )
