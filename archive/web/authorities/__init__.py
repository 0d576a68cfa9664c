"""Themes, places, people, bodies, events, relics, series: their lists and pages."""

from archive.web.authorities import lists, page
from archive.web.authorities.base import authority_row, authority_url, blueprint

__all__ = ["authority_row", "authority_url", "blueprint", "lists", "page"]
