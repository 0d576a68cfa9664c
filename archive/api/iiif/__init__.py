"""`/iiif/3`: page images by region and size, IIIF Image API 3.0, compliance level 2."""

from archive.api.iiif.routes import blueprint

__all__ = ["blueprint"]
