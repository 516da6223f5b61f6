"""Settings: one list with name, default and help, read once from the environment."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

PROJECT = Path(__file__).resolve().parent.parent


@dataclass(frozen=True)
class Setting:
    """One environment variable: its name, the value used when it is not set, and what it is for."""

    name: str
    default: str
    help: str


SETTINGS = (
    Setting("KB_CONTENT", "content", "Folder with the content files."),
    Setting("KB_DATA", "var", "Folder for what the site builds and keeps; made if it is not there."),
    Setting("HOST", "127.0.0.1", "Address that `kb serve` listens on."),
    Setting("PORT", "8000", "Port that `kb serve` listens on."),
    Setting("KB_SECRET_KEY", "", "Secret that signs forms. Unset: made once and kept in KB_DATA, for its owner alone."),
)
SHORTEST_KEY = 32  # characters


@dataclass(frozen=True)
class Settings:
    """The settings in force. Relative paths are taken from the project's folder."""

    content: Path
    data: Path
    host: str = "127.0.0.1"
    port: int = 8000
    secret_key: str = field(default="", repr=False)


def read_settings(environment: Mapping[str, str]) -> Settings:
    """Read the settings from an environment such as `os.environ`.

    Raises ValueError, with a sentence for the person who set it, when PORT is not a port or the secret key is short.
    """
    values = {setting.name: environment.get(setting.name) or setting.default for setting in SETTINGS}
    if not (values["PORT"].isascii() and values["PORT"].isdigit() and int(values["PORT"]) < 65536):
        raise ValueError(f'PORT is "{values["PORT"]}". Write a number from 0 to 65535, like 8000.')
    if 0 < len(values["KB_SECRET_KEY"]) < SHORTEST_KEY:
        raise ValueError(
            f"KB_SECRET_KEY is too short to be safe. Write {SHORTEST_KEY} random characters or more, or leave it unset."
        )
    return Settings(
        content=PROJECT / values["KB_CONTENT"],
        data=PROJECT / values["KB_DATA"],
        host=values["HOST"],
        port=int(values["PORT"]),
        secret_key=values["KB_SECRET_KEY"],
    )
