"""`/api/v1`: search, publications and pages as JSON, and an OpenAPI document of their shapes."""

from archive.api.rest.routes import blueprint

__all__ = ["blueprint"]
