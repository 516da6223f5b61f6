"""YAML as it was typed: every value a string, every key with its line, every duplicate reported.

PyYAML's own loaders turn `no` into False, `010` into 8 and keep only the last of two equal keys. Reading its events
keeps the author's text and tells where it stands. No alias is followed and nothing is read deeper than MAX_DEPTH, so a
small file can neither grow into a large one nor exhaust the stack.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import yaml

Path = tuple[str | int, ...]
MAX_DEPTH = 20
HINT = 'Put text that contains ": ", " #" or starts with a sign between quotes'
SIGN = 'text that starts with "&", "*" or "!" is read as a command; put it between quotes'
# YAML takes these for ends of lines, editors do not.
RARE_LINE_END = re.compile("[\x85\u2028\u2029]")
UNREADABLE = re.compile("[^\t\n\x20-\x7e\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


@dataclass
class LinedData:
    """Strings, lists and dicts read from YAML, with the line of each key and item.

    `lines` maps a path such as ("sources", 0, "url") to the line it starts on, counted from 1 in the file.
    `complaints` holds (line, sentence) for what YAML allows and we do not.
    """

    data: Any = None
    lines: dict[Path, int] = field(default_factory=dict)
    complaints: list[tuple[int, str]] = field(default_factory=list)

    def line_of(self, path: Path) -> int:
        """The line of a path, or of the nearest thing above it; 0 if nothing is known."""
        while path:
            if path in self.lines:
                return self.lines[path]
            path = path[:-1]
        return self.lines.get((), 0)


class _Unreadable(Exception):
    """What ends the reading: (line of the text counted from 0, sentence)."""


def read_yaml_lines(text: str, first_line: int = 1) -> LinedData:
    """Read one YAML document; `first_line` is the line of the file on which `text` starts.

    Never raises on bad input: what cannot be read is in `complaints`, and `data` is then None.
    """
    text = RARE_LINE_END.sub(" ", text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n"))
    lined = LinedData()
    try:
        lined.data = _read_document(text, lined)
    except _Unreadable as error:
        lined = LinedData(complaints=[error.args])
    except yaml.MarkedYAMLError as error:
        lined = LinedData(complaints=[_explain(error, text.split("\n"))])
    # YAML may find the end of the text on the line after the last.
    last = text.count("\n")
    lined.lines = {path: first_line + min(line, last) for path, line in lined.lines.items()}
    lined.complaints = [(first_line + min(line, last), sentence) for line, sentence in lined.complaints]
    return lined


def _explain(error: yaml.MarkedYAMLError, lines: list[str]) -> tuple[int, str]:
    mark = error.problem_mark or error.context_mark
    line = mark.line if mark else 0
    if line < len(lines) and lines[line].startswith("\t"):
        return line, "this line starts with a tab. Indent with spaces"
    return line, f"this is not YAML that can be read: {error.problem or error.context}. {HINT}"


def _line_of(event: yaml.Event) -> int:
    return event.start_mark.line if event.start_mark else 0


def _read_document(text: str, lined: LinedData) -> Any:
    found = UNREADABLE.search(text)
    if found:
        line = text.count("\n", 0, found.start())
        raise _Unreadable(line, f"there is a sign here that cannot be read, U+{ord(found.group()):04X}. Delete it")
    data = None
    documents = 0
    events = yaml.parse(text, Loader=yaml.CBaseLoader)
    for event in events:
        documents += isinstance(event, yaml.DocumentStartEvent)
        if documents > 1:
            raise _Unreadable(_line_of(event), 'a second document starts here. Take the line "---" out')
        if isinstance(event, yaml.NodeEvent):
            data = _read_node(event, events, (), lined)
    return data


def _read_node(event: yaml.Event, events: Iterator[yaml.Event], path: Path, lined: LinedData) -> Any:
    line = _line_of(event)
    lined.lines.setdefault(path, line)
    if getattr(event, "anchor", None) or getattr(event, "tag", None):
        lined.complaints.append((line, SIGN))
    if len(path) > MAX_DEPTH:
        raise _Unreadable(line, "this is nested too deeply")
    if isinstance(event, yaml.MappingStartEvent):
        return _read_fields(events, path, lined)
    if isinstance(event, yaml.SequenceStartEvent):
        items: list[Any] = []
        for item in events:
            if isinstance(item, yaml.SequenceEndEvent):
                break
            items.append(_read_node(item, events, (*path, len(items)), lined))
        return items
    return event.value if isinstance(event, yaml.ScalarEvent) else None


def _read_fields(events: Iterator[yaml.Event], path: Path, lined: LinedData) -> dict[str, Any]:
    fields: dict[str, Any] = {}
    for key_event in events:
        if isinstance(key_event, yaml.MappingEndEvent):
            break
        line = _line_of(key_event)
        # The lines inside a field that is not kept are of no use: they go into a LinedData of their own.
        key = _read_node(key_event, events, (*path, ""), aside := LinedData())
        lined.complaints += aside.complaints
        is_kept = isinstance(key, str) and key not in fields
        if not isinstance(key, str):
            lined.complaints.append((line, "a field name must be a word, not a list or a group"))
        elif not is_kept:
            lined.complaints.append((line, f'"{key}" stands here a second time; keep one of them'))
        else:
            lined.lines[(*path, key)] = line
        value = _read_node(next(events), events, (*path, str(key)), lined if is_kept else LinedData())
        if is_kept:
            fields[key] = value
    return fields
