"""The mapped classes, a module per noun. Importing the package maps them all."""

from archive.models.authority import Authority, AuthoritySuccession, AuthorityVariant
from archive.models.base import Base
from archive.models.bulk import BulkEdit, BulkItem
from archive.models.copy import Copy
from archive.models.event import Event
from archive.models.file import File, HeldFile, Page, PageWords
from archive.models.history import RecordVersion
from archive.models.imports import BatchState, ImportBatch, ImportRow, RowState
from archive.models.intake import MinuteTally, StagePause
from archive.models.job import Job, Stage, WorkerHeartbeat
from archive.models.likeness import Likeness, PageSignature
from archive.models.marking import PageMarking
from archive.models.notice import Notice, NoticeChoice
from archive.models.publication import Publication, PublicationValue
from archive.models.receipt import Counter, Receipt
from archive.models.unit import Unit
from archive.models.upload import Upload
from archive.models.user import LoginSession, PasswordLink, SignInAttempt, User

__all__ = [
    "Authority",
    "AuthoritySuccession",
    "AuthorityVariant",
    "Base",
    "BatchState",
    "BulkEdit",
    "BulkItem",
    "Copy",
    "Counter",
    "Event",
    "File",
    "HeldFile",
    "ImportBatch",
    "ImportRow",
    "Job",
    "Likeness",
    "LoginSession",
    "MinuteTally",
    "Notice",
    "NoticeChoice",
    "Page",
    "PageMarking",
    "PageSignature",
    "PageWords",
    "PasswordLink",
    "Publication",
    "PublicationValue",
    "Receipt",
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
