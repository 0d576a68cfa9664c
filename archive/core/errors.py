"""One tree of errors, each with a stable code and the data a face needs to word it."""

from __future__ import annotations

from typing import Any


class ArchiveError(Exception):
    """What went wrong, as a code that never changes and the data that belongs to it.

    `code` is stored with jobs and sent in JSON; the wording for people is chosen by the face
    (`archive.core.wording`), so that one fault reads the same on a page, in a report and in a job.
    """

    code = "error"

    def __init__(self, **data: Any) -> None:
        self.data = data
        super().__init__(f"{self.code} {data}" if data else self.code)


class RefusedFileError(ArchiveError):
    """The bytes cannot be taken in as they are; the sender has to do something."""

    code = "file_refused"


class EmptyFileError(RefusedFileError):
    code = "file_empty"


class UnknownFileTypeError(RefusedFileError):
    """`detected`: what the bytes look like, or "" where nothing is known of them."""

    code = "file_type_unknown"


class MisnamedFileError(RefusedFileError):
    """The name's ending says one thing (`named`), the bytes another (`detected`)."""

    code = "file_misnamed"


class EncryptedFileError(RefusedFileError):
    code = "file_encrypted"


class PortfolioError(RefusedFileError):
    """A PDF portfolio: a cover sheet with other files packed inside."""

    code = "file_portfolio"


class DamagedFileError(RefusedFileError):
    """No reader could open it: truncated, without pages, or broken inside (`detail`)."""

    code = "file_damaged"


class TooLargeError(RefusedFileError):
    """`limit_bytes`, and `size_bytes` where it is known."""

    code = "file_too_large"


class SecretMarkingError(RefusedFileError):
    """A page bears a mark of secrecy: `marking` (mat, toi_mat, tuyet_mat), `page` from 1 in its
    file, `line` as it stands there, and `contact`, whom to ask."""

    code = "secret_marking"


class MarkingOpenError(ArchiveError):
    """Nobody has cleared the publication's mark of secrecy yet: `page`, `line`."""

    code = "marking_open"


class LimitReachedError(ArchiveError):
    """A child process met one of its limits.

    `limit` is one of `memory`, `cpu_seconds`, `wall_seconds`, `output_bytes`, `pages`, `pixels`,
    `unzipped_bytes`, `zip_members`; `value` is the limit in that unit (`memory` in bytes).
    """

    code = "limit_reached"


class ExtractorFailedError(ArchiveError):
    """The reading process did not start (`exit_code`); the file is not to blame."""

    code = "extractor_failed"


class StorageError(ArchiveError):
    """The originals' storage could not do what was asked; nothing was half written."""

    code = "storage_failed"


class StorageFullError(StorageError):
    code = "storage_full"


class StorageBusyError(StorageError):
    """Another writer kept the lock longer than `waited_seconds`; trying again later is right."""

    code = "storage_busy"


class UploadConflictError(StorageError):
    """A piece does not begin where the upload stands (`offset_bytes`)."""

    code = "upload_conflict"


class UploadCorruptError(StorageError):
    """A piece is not what its checksum (`algorithm`) says; nothing of it was kept."""

    code = "upload_corrupt"


class UploadQuotaError(ArchiveError):
    """The account has as much waiting (`waiting_bytes`, `waiting_files`) as it may
    (`limit_bytes`, `limit_files`)."""

    code = "upload_quota"


class UploadExpiredError(ArchiveError):
    """The upload got no byte for longer than it is kept."""

    code = "upload_expired"


class StorageDamagedError(StorageError):
    """What is stored is not what was written: `object_id`, `path` inside it, `problem` (a word)."""

    code = "storage_damaged"


class SnapshotRefusedError(StorageError):
    """A backup cannot be unpacked as it is: `problem` (a word), the `member` it is about."""

    code = "snapshot_refused"


class SearchIndexError(ArchiveError):
    """The search index cannot be used now; the catalogue goes on without it.

    `problem` is `missing` or `damaged` (a rebuild mends both), `locked` (another writer is at
    work) or `full` (no room on the disk).
    """

    code = "index_unavailable"


class QueryRefusedError(ArchiveError):
    """The query is too long or would take too long (`limit`, `value`)."""

    code = "query_refused"


class NotFoundError(ArchiveError):
    code = "not_found"


class NotAllowedError(ArchiveError):
    code = "not_allowed"


class InvalidInputError(ArchiveError):
    """A value a person typed is wrong: `field`, `problem` (a code) and the value's data."""

    code = "invalid_input"


class RecordClashError(ArchiveError):
    """The record was changed after the form was filled in: version `seen` then, `newest` now."""

    code = "record_clash"
