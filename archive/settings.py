"""The settings of one archive, frozen at start; `config.py` makes them from the environment."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

from archive.core.mail_server import MailServer
from archive.core.wording import GUARD_CONTACT


@dataclass(frozen=True, kw_only=True)
class Settings:
    """Every value an operator may set; nothing else in the code reads the environment.

    `instance`: folder for the database, the secret key and the demo accounts.
    `uploads`: the truth (originals and records). `index`: what can be rebuilt.
    `languages`: what the pages can be read in, Vietnamese always.
    `trusted_hosts`: empty means that any Host header is answered. `proxies`: how many proxies of
    our own stand in front, whose X-Forwarded headers are believed. `ocr`: pictures of pages are
    read where that can be done, `ocr_processes` at a time. `guard_contact`: whom people are
    told to ask about a mark of secrecy. `mail`: where notices are handed over as mail, None where
    none are. `limits`: the limits of intake that are not left at their
    defaults, by the names of `archive.extract.limits.Limits`.
    """

    instance: Path
    database_url: str
    uploads: Path
    index: Path
    secret_key: str
    assets: Path
    site_name: str = "Kho Ấn Phẩm Cao Bằng"
    base_url: str = ""
    trusted_hosts: tuple[str, ...] = ()
    proxies: int = 0
    first_year: int = 2019
    languages: tuple[str, ...] = ("vi", "en")
    max_upload_bytes: int = 2048 * 1024 * 1024
    max_files_per_deposit: int = 50
    upload_quota_bytes: int = 8192 * 1024 * 1024
    tile_cache_bytes: int = 1024 * 1024 * 1024
    session_lifetime: timedelta = field(default=timedelta(days=14))
    password_link_lifetime: timedelta = field(default=timedelta(days=7))
    sign_in_window: timedelta = field(default=timedelta(minutes=15))
    sign_in_failures_per_account: int = 8
    sign_in_failures_per_address: int = 40
    ocr: bool = True
    ocr_processes: int = 1
    held_file_lifetime: timedelta = field(default=timedelta(hours=24))
    lease: timedelta = field(default=timedelta(seconds=60))
    secure_cookies: bool = False
    guard_contact: str = GUARD_CONTACT
    mail: MailServer | None = None
    limits: Mapping[str, float] = field(default_factory=dict)

    @property
    def incoming(self) -> Path:
        return self.uploads / "incoming"

    @property
    def ocfl(self) -> Path:
        return self.uploads / "ocfl"

    @property
    def records(self) -> Path:
        return self.uploads / "records"

    @property
    def names(self) -> Path:
        """Authorities that people added or changed."""
        return self.uploads / "names"

    @property
    def seal(self) -> Path:
        """Where the last link of the log is kept beside the database."""
        return self.uploads / "audit" / "seal.json"

    @property
    def verdict(self) -> Path:
        """How the last check of the log went."""
        return self.instance / "audit.json"

    @property
    def imports(self) -> Path:
        """Sheets and files of the batches of a backfile, a folder for each."""
        return self.uploads / "imports"

    @property
    def search_folder(self) -> Path:
        return self.index / "search"

    @property
    def abbreviations(self) -> Path:
        """The curators' table of abbreviations, if they made one."""
        return self.instance / "viet-tat.tsv"

    @property
    def recogniser_folder(self) -> Path:
        """Where the recogniser's data lies unpacked."""
        return self.index / "ocr"

    @property
    def images_folder(self) -> Path:
        return self.index / "images"

    @property
    def tiles_folder(self) -> Path:
        return self.index / "tiles"
