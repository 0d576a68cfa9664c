"""The environment in which templates become pages."""

from __future__ import annotations

from collections.abc import MutableMapping
from typing import Any

from flask.templating import Environment


class PageEnvironment(Environment):
    """Flask's, with the names that all templates know in one dict.

    Jinja chains two, so that a name may still be added once a template is loaded, and compares
    them name by name at every import of a component, of which a page has some sixteen. Here all
    names are set before the first page.
    """

    def make_globals(self, d: MutableMapping[str, Any] | None) -> MutableMapping[str, Any]:
        return {**self.globals, **(d or {})}
