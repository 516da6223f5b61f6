"""YAML as it was typed: every value a string, every key with its line, every duplicate reported.

PyYAML's own loaders turn `no` into False, `010` into 8 and keep only the last of two equal keys. Composing nodes and
walking them keeps the author's text and tells where it stands.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import yaml

Path = tuple[str | int, ...]
MAX_DEPTH = 20


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


def read_yaml_lines(text: str, first_line: int = 1) -> LinedData:
    """Read one YAML document; `first_line` is the line of the file on which `text` starts.

    Never raises on bad input: what cannot be read is in `complaints`, and `data` is then None.
    """
    lined = LinedData()
    try:
        node = yaml.compose(text, Loader=yaml.CBaseLoader)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line = first_line + (mark.line if mark else 0)
        lined.complaints.append((line, f"this is not YAML that can be read: {error.problem or error.context}. {HINT}"))
        return lined
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        reason = str(error).splitlines()[0] if str(error) else "nested too deeply"
        lined.complaints.append((first_line, f"this is not YAML that can be read: {reason}. {HINT}"))
        return lined
    if node is not None:
        lined.data = _walk(node, (), lined, first_line)
    return lined


HINT = 'Put text that contains ": ", " #" or starts with a sign between quotes'


def _walk(node: yaml.Node, path: Path, lined: LinedData, first_line: int) -> Any:
    lined.lines.setdefault(path, first_line + node.start_mark.line)
    if len(path) > MAX_DEPTH:
        lined.complaints.append((lined.lines[path], "this is nested too deeply"))
        return None
    if isinstance(node, yaml.ScalarNode):
        return node.value
    if isinstance(node, yaml.SequenceNode):
        return [_walk(item, (*path, number), lined, first_line) for number, item in enumerate(node.value)]
    found: dict[str, Any] = {}
    for key_node, value_node in node.value:
        line = first_line + key_node.start_mark.line
        if not isinstance(key_node, yaml.ScalarNode):
            lined.complaints.append((line, "a field name must be a word, not a list or a group"))
            continue
        key = key_node.value
        if key in found:
            lined.complaints.append((line, f'"{key}" stands here a second time; keep one of them'))
            continue
        lined.lines[(*path, key)] = line
        found[key] = _walk(value_node, (*path, key), lined, first_line)
    return found
