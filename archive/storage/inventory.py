"""An OCFL inventory: what an object holds, version by version. Names are the specification's."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from archive.core.errors import InvalidInputError, NotFoundError
from archive.storage.layout import check_path, check_paths

TYPE = "https://ocfl.io/1.1/spec/#inventory"
DIGEST_ALGORITHM = "sha512"
INVENTORY = "inventory.json"
SIDECAR = f"{INVENTORY}.{DIGEST_ALGORITHM}"
RECORD = "record.json"


@dataclass(frozen=True)
class Version:
    """One version: its `state` maps each logical path to the SHA-512 of its bytes."""

    created: str
    state: Mapping[str, str]
    message: str = ""
    user_name: str = ""
    user_address: str = ""


@dataclass(frozen=True)
class StoredFile:
    """A file of a version; `content_paths` are relative to the object's folder, best first.

    `sha256` is "" only in an object that another program wrote without it.
    """

    logical_path: str
    content_paths: tuple[str, ...]
    sha512: str
    sha256: str


@dataclass(frozen=True)
class Inventory:
    """`versions` by number from 1 to `head`, `manifest` from SHA-512 to content paths,

    `sha256` from content path to the digest in the fixity block.
    """

    object_id: str
    head: int
    versions: Mapping[int, Version]
    manifest: Mapping[str, tuple[str, ...]]
    sha256: Mapping[str, str] = field(default_factory=dict)

    def version(self, number: int | None = None) -> Version:
        """That version, the head where no number is named; `NotFoundError` (`version`)."""
        wanted = self.head if number is None else number
        if wanted not in self.versions:
            raise NotFoundError(object_id=self.object_id, version=wanted)
        return self.versions[wanted]

    def file(self, logical_path: str, version: int | None = None) -> StoredFile:
        """Where the bytes of a logical path lie; `NotFoundError` (`path`)."""
        digest = self.version(version).state.get(logical_path)
        if digest is None:
            raise NotFoundError(object_id=self.object_id, path=logical_path)
        content_paths = self.manifest[digest]
        return StoredFile(
            logical_path=logical_path,
            content_paths=content_paths,
            sha512=digest,
            sha256=next((self.sha256[path] for path in content_paths if path in self.sha256), ""),
        )

    def files(self, version: int | None = None) -> tuple[StoredFile, ...]:
        """Every file of a version by logical path, `record.json` among them."""
        return tuple(self.file(path, version) for path in sorted(self.version(version).state))

    def content_paths(self) -> dict[str, str]:
        """Every content path of all versions → the SHA-512 its bytes must have."""
        return {path: digest for digest, paths in self.manifest.items() for path in paths}

    def continues(self, earlier: Inventory) -> bool:
        """Whether this is a later state of the same object: all earlier versions are in it."""
        return self.object_id == earlier.object_id and all(
            number in self.versions and self.versions[number].state == version.state
            for number, version in earlier.versions.items()
        )


def rfc3339(moment: datetime) -> str:
    """The moment in UTC to the second, as `created` wants it; `ValueError` without a zone."""
    if moment.tzinfo is None:
        raise ValueError("a version's time needs a zone")
    return moment.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")


def dump_inventory(inventory: Inventory) -> bytes:
    """The bytes of `inventory.json`, the same for the same inventory."""
    document = {
        "id": inventory.object_id,
        "type": TYPE,
        "digestAlgorithm": DIGEST_ALGORITHM,
        "head": f"v{inventory.head}",
        "manifest": {digest: list(paths) for digest, paths in inventory.manifest.items()},
        "fixity": {"sha256": _inverted(inventory.sha256)},
        "versions": {
            f"v{number}": _version_block(version) for number, version in inventory.versions.items()
        },
    }
    return (json.dumps(document, ensure_ascii=False, indent=2, sort_keys=True) + "\n").encode()


def parse_inventory(raw: bytes) -> Inventory:
    """The inventory these bytes spell; `ValueError` where they are not one this archive writes.

    Paths are checked like those of an upload: the bytes may come from a restored backup.
    """
    try:
        document = json.loads(raw)
        if document["type"] != TYPE or document["digestAlgorithm"] != DIGEST_ALGORITHM:
            raise ValueError("another kind of inventory")
        if document.get("contentDirectory", "content") != "content":
            raise ValueError("another content directory")
        versions = {
            _number(name): _parsed_version(block) for name, block in document["versions"].items()
        }
        manifest = {
            digest.lower(): tuple(check_path(path) for path in paths)
            for digest, paths in document["manifest"].items()
        }
        sha256 = {
            path: digest.lower()
            for digest, paths in document.get("fixity", {}).get("sha256", {}).items()
            for path in paths
        }
        inventory = Inventory(
            object_id=str(document["id"]),
            head=_number(document["head"]),
            versions=dict(sorted(versions.items())),
            manifest=manifest,
            sha256=sha256,
        )
        check_paths(inventory.content_paths())
    except (KeyError, TypeError, AttributeError, RecursionError, InvalidInputError) as fault:
        raise ValueError(f"not an inventory: {fault!r}") from fault
    if list(inventory.versions) != list(range(1, inventory.head + 1)):
        raise ValueError("the versions are not counted from 1 to the head")
    for version in inventory.versions.values():
        if not all(manifest.get(digest) for digest in version.state.values()):
            raise ValueError("a state names bytes that the manifest lacks")
    return inventory


def _version_block(version: Version) -> dict[str, Any]:
    block: dict[str, Any] = {
        "created": version.created,
        "message": version.message,
        "state": _inverted(version.state),
        "user": {"name": version.user_name},
    }
    if version.user_address:
        block["user"]["address"] = version.user_address
    return block


def _parsed_version(block: Mapping[str, Any]) -> Version:
    state = {
        check_path(path): digest.lower()
        for digest, paths in block["state"].items()
        for path in paths
    }
    check_paths(state)
    user = block.get("user", {})
    return Version(
        created=str(block["created"]),
        state=state,
        message=str(block.get("message", "")),
        user_name=str(user.get("name", "")),
        user_address=str(user.get("address", "")),
    )


def _number(name: str) -> int:
    number = int(name.removeprefix("v"))
    if name != f"v{number}":
        raise ValueError(f"not a version's name: {name!r}")
    return number


def _inverted(digests: Mapping[str, str]) -> dict[str, list[str]]:
    """Path → digest turned into digest → sorted paths, as the specification stores it."""
    paths: dict[str, list[str]] = {}
    for path in sorted(digests):
        paths.setdefault(digests[path], []).append(path)
    return paths
