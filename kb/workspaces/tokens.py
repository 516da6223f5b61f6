"""The links of a workspace, and the site's secret key. Links are stored as hashes alone, and never logged."""

from __future__ import annotations

import hashlib
import hmac
import os
import re
import secrets
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from kb.config import Settings
from kb.workspaces.errors import StoreUnavailable

RANDOM_BYTES = 24  # 192 bits: nobody guesses a link
TOKEN = re.compile(r"(edit|read)-[A-Za-z0-9_-]{32}")
SECRET_FILE = "secret.key"  # noqa: S105 (a name)
Right = Literal["edit", "read"]


@dataclass(frozen=True)
class Links:
    """The tokens of a workspace's two links: "edit-..." and "read-...". Whoever has one can use it."""

    edit: str = field(repr=False)
    read: str = field(repr=False)


def make_links() -> Links:
    """New links, from the system's random source."""
    return Links(f"edit-{secrets.token_urlsafe(RANDOM_BYTES)}", f"read-{secrets.token_urlsafe(RANDOM_BYTES)}")


def find_right(token: str) -> Right | None:
    """What a token would let its holder do, if it is one; None for text that was never a token."""
    found = TOKEN.fullmatch(token)
    if not found:
        return None
    return "edit" if found[1] == "edit" else "read"


def hash_token(token: str) -> bytes:
    """What is stored of a token. It needs no salt and no slow hash, since a token is random and long."""
    return hashlib.sha256(token.encode()).digest()


def is_hash_of(stored: bytes, token: str) -> bool:
    """True if a stored hash is a token's, in a time that does not tell how much of it agrees."""
    return hmac.compare_digest(stored, hash_token(token))


def hash_client(secret: bytes, client: str) -> bytes:
    """What is kept of a client's address, for an hour: no use without the secret key."""
    return hmac.digest(secret, b"client:" + client.encode(errors="replace"), "sha256")


def read_secret(settings: Settings) -> bytes:
    """The secret key: KB_SECRET_KEY, or else the one kept in the data folder, which is made at the first need.

    All processes get the same one. Raises StoreUnavailable if there is none and none can be made.
    """
    if settings.secret_key:
        return settings.secret_key.encode(errors="surrogateescape")
    path = settings.data / SECRET_FILE
    try:
        if not path.exists():
            _make_secret(path)
        secret = path.read_bytes().strip()
    except OSError as error:
        raise StoreUnavailable(
            f"{path} cannot be used: {error.strerror or error}. Mend that, or set KB_SECRET_KEY."
        ) from error
    if len(secret) < RANDOM_BYTES:
        raise StoreUnavailable(f"{path} holds no secret key. Delete it; the site then makes a new one.")
    return secret


def _make_secret(path: Path) -> None:
    """Write a key to a file of its own and link it into place: whoever is first wins, nobody reads half a key."""
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_name(f"{SECRET_FILE}.{os.getpid()}.{secrets.token_hex(4)}.partial")
    handle = os.open(partial, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(secrets.token_urlsafe(32).encode() + b"\n")
            file.flush()
            os.fsync(file.fileno())
        try:
            os.link(partial, path)
        except FileExistsError:
            return  # another process was faster
    finally:
        partial.unlink(missing_ok=True)
