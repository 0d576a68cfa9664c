"""Parts of an address that are numbers."""

from __future__ import annotations

from werkzeug.routing import IntegerConverter


class RowNumber(IntegerConverter):
    """A number that a database's integer can hold; an address with a longer one leads nowhere."""

    regex = r"\d{1,9}"
