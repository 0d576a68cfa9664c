"""Administration: users with their one-time links, units, and how the machine is doing."""

from archive.web.admin import home, imports, intake, units, users
from archive.web.admin.base import blueprint

__all__ = ["blueprint", "home", "imports", "intake", "units", "users"]
