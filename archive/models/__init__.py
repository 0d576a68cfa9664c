"""The mapped classes, a module per noun. Importing the package maps them all."""

from archive.models.base import Base
from archive.models.event import Event
from archive.models.file import File, HeldFile, Page, PageWords
from archive.models.history import RecordVersion
from archive.models.imports import BatchState, ImportBatch, ImportRow, RowState
from archive.models.intake import MinuteTally, StagePause
from archive.models.job import Job, Stage, WorkerHeartbeat
from archive.models.likeness import Likeness, PageSignature
from archive.models.marking import PageMarking
from archive.models.publication import Publication, PublicationValue
from archive.models.unit import Unit
from archive.models.upload import Upload
from archive.models.user import LoginSession, PasswordLink, SignInAttempt, User

__all__ = [
    "Base",
    "BatchState",
    "Event",
    "File",
    "HeldFile",
    "ImportBatch",
    "ImportRow",
    "Job",
    "Likeness",
    "LoginSession",
    "MinuteTally",
    "Page",
    "PageMarking",
    "PageSignature",
    "PageWords",
    "PasswordLink",
    "Publication",
    "PublicationValue",
    "RecordVersion",
    "RowState",
    "SignInAttempt",
    "Stage",
    "StagePause",
    "Unit",
    "Upload",
    "User",
    "WorkerHeartbeat",
]
