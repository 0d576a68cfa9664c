"""Authorities: the names that records share, found, linked, changed, merged, loaded and counted."""
