"""A search as asked for, checked: the one place that knows which parameters there are and what they may be."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from kb.errors import KbError
from kb.records.facets import FACETS, list_facet_values
from kb.records.vocabulary import Vocabulary, suggest_nearest

SORTS = {"relevance": "Best match", "closing": "Closing date", "checked": "Last checked", "title": "Title"}
FORMATS = {"csv": "CSV", "json": "JSON", "atom": "Feed", "ics": "Calendar"}
PARAMETERS = ("q", *(facet.name for facet in FACETS), "page", "per_page", "sort", "format")
IGNORED_PREFIXES = ("utm_",)
IGNORED = ("fbclid", "gclid")
MAX_PER_PAGE = 100
MAX_PAGE = 10_000
DEFAULT_PER_PAGE = 20


@dataclass(frozen=True)
class RequestProblem:
    """One parameter that cannot be used, and what it may be."""

    parameter: str
    message: str


class BadSearchRequest(KbError):
    """A search with parameters that are not known; carries every problem."""

    def __init__(self, problems: list[RequestProblem]) -> None:
        self.problems = problems
        super().__init__(" ".join(f"{problem.parameter}: {problem.message}" for problem in problems))


@dataclass(frozen=True)
class SearchRequest:
    """What to find: `selected` holds the chosen values of each facet, `page` counts from 1.

    `format` is one of FORMATS, or "" for the usual answer: a page, or JSON of the API.
    """

    text: str = ""
    selected: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    sort: str = "relevance"
    page: int = 1
    per_page: int = DEFAULT_PER_PAGE
    format: str = ""

    def list_pairs(self, **changes: object) -> list[tuple[str, str]]:
        """The request as URL parameters, without what is at its default; `changes` replace parts first."""
        text, sort = changes.get("text", self.text), changes.get("sort", self.sort)
        selected: Mapping[str, tuple[str, ...]] = changes.get("selected", self.selected)  # type: ignore[assignment]
        per_page, page = changes.get("per_page", self.per_page), changes.get("page", self.page)
        pairs = [("q", str(text))] if text else []
        pairs += [(facet.name, value) for facet in FACETS for value in selected.get(facet.name, ())]
        pairs += [("sort", str(sort))] if sort != "relevance" else []
        pairs += [("per_page", str(per_page))] if per_page != DEFAULT_PER_PAGE else []
        pairs += [("page", str(page))] if page != 1 else []
        wanted_format = changes.get("format", self.format)
        return pairs + ([("format", str(wanted_format))] if wanted_format else [])

    def without(self, facet: str, value: str) -> dict[str, tuple[str, ...]]:
        """The selection with one value taken out."""
        kept = {**self.selected, facet: tuple(v for v in self.selected.get(facet, ()) if v != value)}
        return {name: values for name, values in kept.items() if values}

    def adding(self, facet: str, value: str) -> dict[str, tuple[str, ...]]:
        """The selection with one value added."""
        return {**self.selected, facet: (*self.selected.get(facet, ()), value)}


def parse_request(
    pairs: Iterable[tuple[str, str]], vocabulary: Vocabulary, accepted: Iterable[str] = PARAMETERS
) -> SearchRequest:
    """Read URL parameters into a request; raises BadSearchRequest with every problem.

    A facet may repeat, any other parameter may not. `accepted` narrows the parameters, as for a list of one type.
    Campaign parameters (utm_*, fbclid, gclid) are ignored; an empty value is as if it were not there.
    """
    given: dict[str, list[str]] = {}
    for name, value in pairs:
        if not (name.startswith(IGNORED_PREFIXES) or name in IGNORED):
            given.setdefault(name, [])
            if value.strip():
                given[name].append(value.strip())
    problems: list[RequestProblem] = []
    names = list(accepted)
    problems += [
        RequestProblem(name[:60], f"this parameter is not known. Accepted: {', '.join(names)}")
        for name in given
        if name not in names
    ]
    problems += [
        RequestProblem(name, "this parameter may stand only once")
        for name in ("q", "sort", "page", "per_page", "format")
        if name in names and len(given.get(name, ())) > 1
    ]
    selected = _read_facets({name: values for name, values in given.items() if name in names}, vocabulary, problems)
    sort = _first(given, "sort") or "relevance"
    if sort not in SORTS:
        problems.append(RequestProblem("sort", f'"{sort[:60]}" is not a sort. {suggest_nearest(sort, SORTS)}'))
    wanted_format = _first(given, "format") or ""
    if wanted_format and wanted_format not in FORMATS:
        hint = suggest_nearest(wanted_format, FORMATS)
        problems.append(RequestProblem("format", f'"{wanted_format[:60]}" is not a format. {hint}'))
    page = _read_number(given, "page", 1, MAX_PAGE, problems)
    per_page = _read_number(given, "per_page", DEFAULT_PER_PAGE, MAX_PER_PAGE, problems)
    if problems:
        raise BadSearchRequest(problems)
    return SearchRequest(_first(given, "q") or "", selected, sort, page, per_page, wanted_format)


def _first(given: Mapping[str, list[str]], name: str) -> str | None:
    return given[name][0] if given.get(name) else None


def _read_facets(
    given: Mapping[str, list[str]], vocabulary: Vocabulary, problems: list[RequestProblem]
) -> dict[str, tuple[str, ...]]:
    selected = {}
    for facet in FACETS:
        chosen = dict.fromkeys(given.get(facet.name, ()))
        if not chosen:
            continue
        allowed = [value for value, _ in list_facet_values(facet, vocabulary)]
        for value in chosen:
            if value not in allowed:
                message = f'"{value[:60]}" is not a value. {suggest_nearest(value, allowed, show=20)}'
                problems.append(RequestProblem(facet.name, message))
        selected[facet.name] = tuple(value for value in allowed if value in chosen)
    return selected


def _read_number(
    given: Mapping[str, list[str]], name: str, default: int, most: int, problems: list[RequestProblem]
) -> int:
    text = _first(given, name)
    if text is None:
        return default
    try:
        return read_count(name, text, most)
    except BadSearchRequest as error:
        problems += error.problems
        return default


def read_count(name: str, text: str, most: int) -> int:
    """The whole number from 1 to `most` that a parameter has; raises BadSearchRequest for anything else."""
    digits = text.removesuffix(".0")  # to JSON Schema, by which the API is described, 2.0 is a whole number
    if digits.isascii() and digits.isdigit() and len(digits) < 7 and 1 <= int(digits) <= most:
        return int(digits)
    raise BadSearchRequest(
        [RequestProblem(name, f'"{text[:60]}" cannot be used. Write a whole number from 1 to {most}')]
    )
