"""Administration: users with their one-time links, units, and how the machine is doing."""

from archive.web.admin import authorities, home, imports, intake, log, open_names, units, users
from archive.web.admin.base import blueprint

__all__ = [
    "authorities",
    "blueprint",
    "home",
    "imports",
    "intake",
    "log",
    "open_names",
    "units",
    "users",
]
