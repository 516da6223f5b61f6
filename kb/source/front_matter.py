"""A content file split into its front matter and its body."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from kb.source.yaml_lines import LinedData, read_yaml_lines

MAX_BYTES = 1_000_000


@dataclass
class SourceFile:
    """One Markdown record as read: `front` from the YAML, `body` in Markdown starting on line `body_line`.

    `path` is relative to the content folder; `complaints` holds (line, sentence) for what kept it from being read.
    """

    path: str
    front: LinedData = field(default_factory=LinedData)
    body: str = ""
    body_line: int = 1
    complaints: list[tuple[int, str]] = field(default_factory=list)

    @property
    def id(self) -> str:
        """The file's name without its ending, which is the record's id."""
        return Path(self.path).stem


def split_front_matter(text: str, path: str = "") -> SourceFile:
    """Split text at its two lines `---`. Bad input is never an exception: it is in `complaints`."""
    source = SourceFile(path)
    lines = text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n").split("\n")
    if not lines or lines[0].rstrip() != "---":
        source.complaints.append((1, 'the first line must be "---", the start of the front matter'))
        return source
    end = next((n for n, line in enumerate(lines[1:], 1) if line.rstrip() == "---"), None)
    if end is None:
        source.complaints.append((1, 'the front matter has no end: write a line "---" after the last field'))
        return source
    source.front = read_yaml_lines("\n".join(lines[1:end]), first_line=2)
    source.complaints += source.front.complaints
    source.body = "\n".join(lines[end + 1 :])
    source.body_line = min(end + 2, len(lines))
    if not source.complaints and not isinstance(source.front.data, dict):
        source.complaints.append((2, 'the front matter must be fields, one a line, like "title: Pupil premium"'))
    return source


def read_text(path: Path) -> tuple[str, str]:
    """Read a file as UTF-8, with or without byte-order mark: (text, "") or ("", what is wrong)."""
    try:
        if path.stat().st_size > MAX_BYTES:
            return "", f"this file is larger than {MAX_BYTES:,} bytes; a record is a few pages"
        return path.read_text(encoding="utf-8-sig"), ""
    except UnicodeDecodeError as error:
        line = error.object.count(b"\n", 0, error.start) + 1
        return "", f"line {line} is not UTF-8; save the file with the encoding UTF-8"
    except OSError as error:
        return "", f"this file cannot be read: {error.strerror}"


def read_source_file(path: Path, content: Path) -> SourceFile:
    """Read one Markdown record of the content folder `content`."""
    name = path.relative_to(content).as_posix()
    text, wrong = read_text(path)
    if wrong:
        return SourceFile(name, complaints=[(0, wrong)])
    return split_front_matter(text, name)


def list_markdown_files(folder: Path) -> list[Path]:
    """The Markdown files of a folder, in the order of their ids; none if the folder is missing."""
    found = (path for path in folder.glob("*.md") if not path.name.startswith("."))
    return sorted(found, key=lambda path: path.stem)
