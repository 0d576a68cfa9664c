"""`/api/v1`: search, publications, the search inside one and pages as JSON, and an OpenAPI
document of their shapes."""

from archive.api.rest.routes import blueprint

__all__ = ["blueprint"]
