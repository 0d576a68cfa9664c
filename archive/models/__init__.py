"""The mapped classes, a module per noun. Importing the package maps them all."""

from archive.models.base import Base
from archive.models.event import Event
from archive.models.file import File, HeldFile, Page, PageWords
from archive.models.job import Job, Stage, WorkerHeartbeat
from archive.models.publication import Publication, PublicationValue
from archive.models.unit import Unit
from archive.models.upload import Upload
from archive.models.user import LoginSession, PasswordLink, SignInAttempt, User

__all__ = [
    "Base",
    "Event",
    "File",
    "HeldFile",
    "Job",
    "LoginSession",
    "Page",
    "PageWords",
    "PasswordLink",
    "Publication",
    "PublicationValue",
    "SignInAttempt",
    "Stage",
    "Unit",
    "Upload",
    "User",
    "WorkerHeartbeat",
]
