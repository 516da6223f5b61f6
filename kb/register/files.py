"""Open a publisher's file as rows: CSV or a zip with one, Windows-1252 or UTF-8, with the line each row starts on."""

from __future__ import annotations

import codecs
import csv
import io
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from kb.errors import KbError

CHUNK = 1 << 20
MAX_SIZE = 1 << 30  # bytes unpacked; the full download is some 65 million
WINDOWS = "cp1252"
REPORT_EVERY = 500  # rows
UNCLOSED = "unexpected end"  # what the csv module says of a quoted cell that the file ends in
UTF16_MARKS = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)


class ImportRefused(KbError):
    """A file that cannot be used at all. The register that was there stays."""


@dataclass(frozen=True)
class Row:
    """One row with the line it starts on, counted from 1. `fault` says why it cannot be split into cells."""

    line: int
    cells: list[str]
    fault: str | None = None


@dataclass(frozen=True)
class Packed:
    """A CSV file, maybe inside a zip: how to open it, its own name, and its size in bytes unpacked."""

    open: Callable[[], IO[bytes]]
    name: str
    size: int


@contextmanager
def unpack(path: Path) -> Iterator[Packed]:
    """The CSV file that `path` is or holds; raises ImportRefused, also when it turns out damaged while being read."""
    try:
        size, is_zip = path.stat().st_size, zipfile.is_zipfile(path)
    except OSError as error:
        raise ImportRefused(f"{path} cannot be read: {error.strerror or error}.") from error
    if not is_zip:
        if path.suffix.lower() == ".zip":
            raise ImportRefused(f"{path.name} is not a whole zip file. Download it again.")
        yield Packed(lambda: path.open("rb"), path.name, size)
        return
    try:
        with zipfile.ZipFile(path) as archive:
            member = _choose_member(path, archive)
            yield Packed(lambda: archive.open(member), Path(member.filename).name, member.file_size)
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError) as error:
        raise ImportRefused(f"{path.name} cannot be unpacked ({error}). Download it again.") from error


def _choose_member(path: Path, archive: zipfile.ZipFile) -> zipfile.ZipInfo:
    found = [member for member in archive.infolist() if member.filename.lower().endswith(".csv")]
    if len(found) != 1:
        names = ", ".join(Path(member.filename).name for member in found[:5]) or "none"
        raise ImportRefused(
            f"{path.name} must hold one CSV file and holds {len(found)}: {names}. Unpack it and name the one to import."
        )
    if found[0].flag_bits & 1:
        raise ImportRefused(f"{path.name} is locked with a password. Unpack it and name the CSV file.")
    if found[0].file_size > MAX_SIZE:
        raise ImportRefused(f"{found[0].filename} is far larger than the publisher's download. It is not unpacked.")
    return found[0]


def detect_encoding(packed: Packed) -> str:
    """The encoding of a file, by reading all of it: UTF-8 if it is that throughout, or else Windows-1252.

    Raises ImportRefused with the line of the first byte that is neither, and for a file with nothing in it.
    """
    decoder = codecs.getincrementaldecoder("utf-8")()
    is_utf8, line, size = True, 1, 0
    windows_fault: tuple[int, int] | None = None
    with packed.open() as file:
        while chunk := file.read(CHUNK):
            if size == 0 and chunk.startswith(UTF16_MARKS):
                raise ImportRefused(f"{packed.name} is UTF-16. Save it as CSV in Windows-1252 or UTF-8.")
            if b"\0" in chunk:
                raise ImportRefused(f"{packed.name} is not text. Import the CSV file itself, or a zip with it.")
            size += len(chunk)
            is_utf8 = is_utf8 and _decodes(decoder, chunk)
            if windows_fault is None:
                windows_fault = _find_windows_fault(chunk, line)
            line += chunk.count(b"\n")
    if size == 0:
        raise ImportRefused(f"{packed.name} is empty. Download it again.")
    if is_utf8 and _decodes(decoder, b"", final=True):
        return "utf-8-sig"
    if windows_fault:
        where, byte = windows_fault
        raise ImportRefused(
            f"{packed.name}:{where}: byte 0x{byte:02X} is neither Windows-1252, as the publisher writes, nor UTF-8. "
            "Import the file as it was downloaded."
        )
    return WINDOWS


def _decodes(decoder: codecs.IncrementalDecoder, chunk: bytes, final: bool = False) -> bool:
    try:
        decoder.decode(chunk, final)
    except UnicodeDecodeError:
        return False
    return True


def _find_windows_fault(chunk: bytes, line: int) -> tuple[int, int] | None:
    """(line, byte) of the first byte that Windows-1252 does not have."""
    try:
        chunk.decode(WINDOWS)
    except UnicodeDecodeError as error:
        return line + chunk[: error.start].count(b"\n"), chunk[error.start]
    return None


def read_rows(packed: Packed, report: Callable[[int, int], None] = lambda _done, _total: None) -> Iterator[Row]:
    """The rows of a file, the header first, without empty ones.

    `report(bytes done, bytes in all)` is called now and then. Raises ImportRefused when the file ends in the
    middle of a row, as a broken download does.
    """
    encoding = detect_encoding(packed)
    with packed.open() as binary:
        lines = _Lines(io.TextIOWrapper(binary, encoding=encoding, newline=""))
        reader = csv.reader(lines, strict=True)
        width, number = 0, 0
        while True:
            line = lines.number + 1
            try:
                cells = next(reader)
            except StopIteration:
                break
            except csv.Error as error:
                if lines.is_at_end and (UNCLOSED in str(error) or not lines.ends_whole):
                    raise _refuse_cut(packed, line) from error
                yield Row(line, [], f"it is not sound CSV ({error})")
                continue
            number += 1
            width = width or len(cells)
            if len(cells) < width and lines.is_at_end and not lines.ends_whole:
                raise _refuse_cut(packed, line)
            if any(cells):
                yield Row(line, cells)
            if number % REPORT_EVERY == 0:
                report(binary.tell(), packed.size)
    report(packed.size, packed.size)


def _refuse_cut(packed: Packed, line: int) -> ImportRefused:
    return ImportRefused(f"{packed.name}:{line}: the file ends in the middle of a row. Download it again.")


class _Lines:
    """The lines of a text, counted, that know when they have come to their end and whether it had a line break."""

    def __init__(self, text: IO[str]) -> None:
        self._text = text
        self._next = text.readline()
        self.number = 0
        self.ends_whole = True

    @property
    def is_at_end(self) -> bool:
        """True when there is no further line."""
        return not self._next

    def __iter__(self) -> _Lines:
        return self

    def __next__(self) -> str:
        line = self._next
        if not line:
            raise StopIteration
        self._next = self._text.readline()
        self.number += 1
        self.ends_whole = line.endswith(("\n", "\r"))
        return line
