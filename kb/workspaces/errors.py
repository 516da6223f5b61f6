"""What can go wrong with stored workspaces. No message holds a link, a client's address or what somebody wrote."""

from __future__ import annotations

from typing import Any

from kb.errors import KbError
from kb.workspaces.workspace import Item


class WorkspaceNotFound(KbError):
    """No workspace is to be had by this link or id: unknown, renewed, expired and deleted are not told apart."""

    def __init__(self) -> None:
        super().__init__(
            "There is no workspace at this link. The link may be incomplete or may have been replaced by a new one, "
            "or the workspace has been deleted or has expired."
        )


class EditConflict(KbError):
    """Somebody else changed it first. `theirs` is the entry as it is now (None: removed, or a whole version was asked
    for), `version` the workspace's version now."""

    def __init__(self, theirs: Item[Any] | None, version: int) -> None:
        self.theirs = theirs
        self.version = version
        super().__init__("Somebody else changed this after you opened it. Compare both versions and choose.")


class TooMuch(KbError):
    """A limit is reached; the message says which, and what to do."""


class WrongKind(KbError):
    """An entry that a workspace has exactly one of would be added or removed, or an entry become one of another
    kind."""


class StoreUnavailable(KbError):
    """The store cannot be used now; the message names the file, what is wrong, and what to do. Nothing was lost."""
