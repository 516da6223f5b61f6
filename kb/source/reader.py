"""All content files of a folder, read but not yet judged."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from kb.source.front_matter import SourceFile, list_markdown_files, read_source_file, read_text
from kb.source.yaml_lines import LinedData, read_yaml_lines

RECORD_FOLDERS = ("funding", "casestudies", "framework")
DATA_FILES = (
    "self-assessment.yml", "glossary.yml", "sources.yml", "school-weeks.yml", "plan-steps.yml", "thesaurus.yml",
    "mentions.yml",
)  # fmt: skip
NEEDS = "needs"  # the folder whose files, one a theme, list what people need


@dataclass
class ContentFiles:
    """What the content folder holds: Markdown records by folder, data files by name, needs by theme, closed lists by
    name.

    Paths in it are relative to the content folder. `missing` lists files and folders that should be there.
    """

    records: dict[str, list[SourceFile]] = field(default_factory=dict)
    data: dict[str, LinedData] = field(default_factory=dict)
    needs: dict[str, LinedData] = field(default_factory=dict)
    vocabulary: dict[str, LinedData] = field(default_factory=dict)
    missing: list[str] = field(default_factory=list)


def list_content_paths(content: Path) -> list[Path]:
    """Every file that a build reads, in a fixed order; what is not there is left out."""
    paths = [path for folder in RECORD_FOLDERS for path in list_markdown_files(content / folder)]
    paths += [content / name for name in DATA_FILES if (content / name).is_file()]
    return paths + [path for folder in (NEEDS, "vocabulary") for path in sorted((content / folder).glob("*.yml"))]


def read_content(content: Path) -> ContentFiles:
    """Read the content folder. What cannot be read is a complaint of its file, never an exception."""
    files = ContentFiles()
    for folder in RECORD_FOLDERS:
        if not (content / folder).is_dir():
            files.missing.append(f"{folder}/")
        files.records[folder] = [read_source_file(path, content) for path in list_markdown_files(content / folder)]
    for name in DATA_FILES:
        if (content / name).is_file():
            files.data[name] = _read_data_file(content / name)
        else:
            files.missing.append(name)
    for folder, found in ((NEEDS, files.needs), ("vocabulary", files.vocabulary)):
        for path in sorted((content / folder).glob("*.yml")):
            found[path.stem] = _read_data_file(path)
    return files


def _read_data_file(path: Path) -> LinedData:
    text, wrong = read_text(path)
    return LinedData(complaints=[(0, wrong)]) if wrong else read_yaml_lines(text)
