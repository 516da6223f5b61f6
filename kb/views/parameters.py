"""Parameters of pages that take few of them: what cannot be used is said, with what may stand there."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from flask import request

from kb.queries.request import IGNORED, IGNORED_PREFIXES, BadSearchRequest, RequestProblem
from kb.records.vocabulary import suggest_nearest


def read_parameters(accepted: Iterable[str]) -> dict[str, str]:
    """The parameters of this request that are not blank; raises BadSearchRequest with every one that is not accepted
    or stands twice. Campaign parameters (utm_*, fbclid, gclid) are ignored."""
    given, problems = _read(tuple(accepted))
    if problems:
        raise BadSearchRequest(problems)
    return given


def read_choices(accepted: Mapping[str, Iterable[str]]) -> dict[str, str]:
    """The value of each accepted parameter, "" where it is blank or not given; `accepted` has the values each may have.

    Raises BadSearchRequest with every problem, as read_parameters does.
    """
    given, problems = _read(tuple(accepted))
    for name, value in given.items():
        allowed = list(accepted[name])
        if value not in allowed:
            hint = suggest_nearest(value, allowed, show=20)
            problems.append(RequestProblem(name, f'"{value[:60]}" is not a value. {hint}'))
    if problems:
        raise BadSearchRequest(problems)
    return {name: given.get(name, "") for name in accepted}


def _read(names: tuple[str, ...]) -> tuple[dict[str, str], list[RequestProblem]]:
    """The accepted parameters that are not blank, without spaces around them, and what is wrong with the others."""
    given: dict[str, list[str]] = {}
    for name, value in request.args.items(multi=True):
        if not (name.startswith(IGNORED_PREFIXES) or name in IGNORED):
            given.setdefault(name, []).append(value)
    hint = f"Accepted: {', '.join(names)}" if names else "This page takes none"
    problems = [
        RequestProblem(name[:60], f"this parameter is not known. {hint}") for name in given if name not in names
    ]
    problems += [
        RequestProblem(name, "this parameter may stand only once") for name in names if len(given.get(name, ())) > 1
    ]
    return {name: given[name][0].strip() for name in names if name in given and given[name][0].strip()}, problems
