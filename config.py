"""The environment → Settings. The only reader of `os.environ` in the project.

docs/reference/settings.md describes each variable; a test holds that page and this file together.
"""

from __future__ import annotations

import math
import os
import secrets
from collections.abc import Mapping
from dataclasses import fields
from pathlib import Path

from archive.core.mail_server import MailServer, parse_mail_url
from archive.core.wording import GUARD_CONTACT
from archive.extract.limits import Limits
from archive.settings import Settings

_LIMIT = "ARCHIVE_LIMIT_"

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
        languages=_languages(env),
        max_upload_bytes=_integer(env, "ARCHIVE_MAX_UPLOAD_MB", 2048, least=1) * 1024 * 1024,
        ocr=_choice(env, "ARCHIVE_OCR", ("auto", "off")) == "auto",
        ocr_processes=_integer(env, "ARCHIVE_OCR_PROCESSES", _cores(), least=1),
        guard_contact=(env.get("ARCHIVE_GUARD_CONTACT") or "").strip() or GUARD_CONTACT,
        mail=_mail(env),
        limits=_limits(env),
        upload_quota_bytes=_integer(env, "ARCHIVE_UPLOAD_QUOTA_MB", 8192, least=1) * 1024 * 1024,
        tile_cache_bytes=_integer(env, "ARCHIVE_TILE_CACHE_MB", 1024, least=16) * 1024 * 1024,
        secure_cookies=(env.get("ARCHIVE_BASE_URL") or "").startswith("https://"),
    )


def _languages(env: Mapping[str, str]) -> tuple[str, ...]:
    """Vietnamese is what everything is written in, so it is always there."""
    asked = [code.strip() for code in env.get("ARCHIVE_LANGUAGES", "vi,en").split(",")]
    for code in filter(None, asked):
        if code not in ("vi", "en"):
            raise ConfigurationError(
                f"ARCHIVE_LANGUAGES: không có ngôn ngữ {code!r}, chỉ có vi, en."
            )
    return ("vi", *(code for code in dict.fromkeys(asked) if code and code != "vi"))


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


def _choice(env: Mapping[str, str], name: str, choices: tuple[str, ...]) -> str:
    """One of `choices`; the first where nothing is given."""
    value = env.get(name) or choices[0]
    if value not in choices:
        raise ConfigurationError(f"{name}={value!r}: chọn {' hoặc '.join(choices)}.")
    return value


def _mail(env: Mapping[str, str]) -> MailServer | None:
    # The value holds a password: it is not said again.
    try:
        return parse_mail_url(env.get("ARCHIVE_MAIL_URL") or "")
    except ValueError as error:
        raise ConfigurationError(f"ARCHIVE_MAIL_URL: cần dạng {error}.") from None


def _cores() -> int:
    """The cores this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def _limits(env: Mapping[str, str]) -> dict[str, float]:
    """The limits of intake that are set: what follows the prefix is a field's name in capitals."""
    known = {field.name: field.type for field in fields(Limits)}
    found: dict[str, float] = {}
    for name, value in env.items():
        if not name.startswith(_LIMIT) or not value:
            continue
        limit = name.removeprefix(_LIMIT).lower()
        if limit not in known:
            raise ConfigurationError(f"{name}: không có giới hạn “{limit}”.")
        if known[limit] == "int":
            found[limit] = _integer(env, name, 0, least=1)
        else:
            found[limit] = _positive(name, value)
    return found


def _positive(name: str, value: str) -> float:
    try:
        number = float(value)
    except ValueError:
        number = 0.0
    if not (0 < number < math.inf):
        raise ConfigurationError(f"{name}={value!r}: cần một số lớn hơn 0.")
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
