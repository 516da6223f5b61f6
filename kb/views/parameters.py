"""Parameters of pages that take a few closed choices: anything else is said to be wrong, with what may stand there."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from flask import request

from kb.queries.request import IGNORED, IGNORED_PREFIXES, BadSearchRequest, RequestProblem
from kb.records.vocabulary import suggest_nearest


def read_choices(accepted: Mapping[str, Iterable[str]]) -> dict[str, str]:
    """The value of each accepted parameter, "" where it is not given; raises BadSearchRequest with every problem.

    `accepted` has the values each may have. Campaign parameters (utm_*, fbclid, gclid) are ignored.
    """
    problems = []
    for name in request.args:
        if name not in accepted and not name.startswith(IGNORED_PREFIXES) and name not in IGNORED:
            hint = f"Accepted: {', '.join(accepted)}" if accepted else "This page takes none"
            problems.append(RequestProblem(name[:60], f"this parameter is not known. {hint}"))
    found = {}
    for name, values in accepted.items():
        given = [value.strip() for value in request.args.getlist(name) if value.strip()]
        if len(given) > 1:
            problems.append(RequestProblem(name, "this parameter may stand only once"))
        found[name] = given[0] if given else ""
        allowed = list(values)
        if given and given[0] not in allowed:
            hint = suggest_nearest(given[0], allowed, show=20)
            problems.append(RequestProblem(name, f'"{given[0][:60]}" is not a value. {hint}'))
    if problems:
        raise BadSearchRequest(problems)
    return found
