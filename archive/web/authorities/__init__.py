"""Themes, places, people, bodies, events, relics, series: their lists and pages."""

from archive.web.authorities import lists, page
from archive.web.authorities.base import SECTIONS, authority_row, authority_url, blueprint

__all__ = ["SECTIONS", "authority_row", "authority_url", "blueprint", "lists", "page"]
