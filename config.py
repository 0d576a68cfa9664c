"""The environment → Settings. The only reader of `os.environ` in the project.

docs/reference/settings.md describes each variable; a test holds that page and this file together.
"""

from __future__ import annotations

import os
import secrets
from collections.abc import Mapping
from pathlib import Path

from archive.settings import Settings

ROOT = Path(__file__).resolve().parent


class ConfigurationError(SystemExit):
    """A variable has a value that cannot be used; the message names it and says what would do."""


def load_settings(environ: Mapping[str, str] | None = None) -> Settings:
    """The settings named by `environ` (the process's own by default); absent ones have defaults.

    Makes the instance folder and, where no key is given, a secret key kept in it (mode 0600).
    Raises ConfigurationError for a value of the wrong form.
    """
    env = os.environ if environ is None else environ
    instance = _folder(env, "ARCHIVE_INSTANCE", ROOT / "instance")
    instance.mkdir(parents=True, exist_ok=True)
    return Settings(
        instance=instance,
        database_url=env.get("ARCHIVE_DATABASE_URL") or f"sqlite:///{instance / 'archive.db'}",
        uploads=_folder(env, "ARCHIVE_UPLOADS", ROOT / "uploads"),
        index=_folder(env, "ARCHIVE_INDEX", ROOT / "index"),
        assets=_folder(env, "ARCHIVE_ASSETS", ROOT / "node_modules"),
        secret_key=env.get("ARCHIVE_SECRET_KEY") or _kept_secret(instance / "secret_key"),
        site_name=env.get("ARCHIVE_SITE_NAME") or "Kho Ấn Phẩm Cao Bằng",
        base_url=(env.get("ARCHIVE_BASE_URL") or "").rstrip("/"),
        trusted_hosts=tuple(
            host.strip() for host in env.get("ARCHIVE_TRUSTED_HOSTS", "").split(",") if host.strip()
        ),
        proxies=_integer(env, "ARCHIVE_PROXIES", 0, least=0),
        first_year=_integer(env, "ARCHIVE_FIRST_YEAR", 2019, least=1000),
        max_upload_bytes=_integer(env, "ARCHIVE_MAX_UPLOAD_MB", 2048, least=1) * 1024 * 1024,
        upload_quota_bytes=_integer(env, "ARCHIVE_UPLOAD_QUOTA_MB", 8192, least=1) * 1024 * 1024,
        secure_cookies=(env.get("ARCHIVE_BASE_URL") or "").startswith("https://"),
    )


def _folder(env: Mapping[str, str], name: str, default: Path) -> Path:
    value = env.get(name)
    return Path(value).expanduser().resolve() if value else default


def _integer(env: Mapping[str, str], name: str, default: int, *, least: int) -> int:
    value = env.get(name)
    if not value:
        return default
    try:
        number = int(value)
    except ValueError:
        raise ConfigurationError(f"{name}={value!r}: cần một số nguyên.") from None
    if number < least:
        raise ConfigurationError(f"{name}={value!r}: số nhỏ nhất là {least}.")
    return number


def _kept_secret(path: Path) -> str:
    """The key in `path`, made once. O_EXCL lets two first processes agree on one key."""
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return path.read_text(encoding="ascii").strip()
    key = secrets.token_hex(32)
    with os.fdopen(descriptor, "w", encoding="ascii") as file:
        file.write(key + "\n")
        file.flush()
        os.fsync(file.fileno())
    return key
