"""A match as asked for: who would apply, what they corrected and answered. The whole state, as URL parameters."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

from kb.eligibility.verdict import GROUPS, Group
from kb.queries.request import IGNORED, IGNORED_PREFIXES, BadSearchRequest, RequestProblem
from kb.records.vocabulary import Vocabulary, suggest_nearest

MAX_SCHOOLS = 30
MAX_PARTNERS = 20
MAX_ROLL = 20_000
PROFILE = "profile"  # the id of a school that is typed in and not taken from the register
URN = re.compile(r"[1-9][0-9]{4,6}", re.ASCII)
ANSWER = re.compile(r"([a-z0-9-]{1,80}):([a-z_]+(?:-[a-z]+)*(?:-[0-9]{1,2})?):(yes|no)")
CORRECTION = re.compile(r"(roll|fsm|trust|charity|name|phase|type|council)\.([a-z0-9:-]{1,60})")
PLAIN = ("urn", "partner", "lead", "answer", "profile", "q", "service_area")
ON_PAGE = (*PLAIN, "show")  # what is shown concerns the page alone: the API and the command answer with everything
ACCEPTED = "urn, partner, lead, answer, profile, q, service_area, roll.URN, fsm.URN, trust.URN, charity.URN"


@dataclass(frozen=True)
class Correction:
    """What the reader says of one member, in place of what the register knows; None leaves it as it is.

    `roll` in pupils, `fsm` in percent, `trust` in schools; name, phases, type and council only for the profile.
    """

    roll: int | None = None
    fsm: float | None = None
    trust: int | None = None
    charity: bool | None = None
    name: str | None = None
    phases: tuple[str, ...] = ()
    type: str | None = None
    council: str | None = None


@dataclass(frozen=True)
class MatchRequest:
    """Schools by URN, a typed-in profile, other partners by kind; the lead as a member's id, None to ask who should.

    `answers` are the reader's yes and no by (stream id, rule key). `text` and `service_areas` say what is needed.
    `show` names the groups that the page shows whole.
    """

    urns: tuple[int, ...] = ()
    has_profile: bool = False
    partners: tuple[str, ...] = ()
    lead: str | None = None
    corrections: Mapping[str, Correction] = field(default_factory=dict)
    answers: Mapping[tuple[str, str], bool] = field(default_factory=dict)
    text: str = ""
    service_areas: tuple[str, ...] = ()
    show: tuple[Group, ...] = ()

    @property
    def is_empty(self) -> bool:
        """True when nobody is named yet."""
        return not (self.urns or self.has_profile or self.partners)

    def list_member_ids(self) -> list[str]:
        """The ids of the members, in the order of the set."""
        seen: dict[str, int] = {}
        ids = [f"urn:{urn}" for urn in self.urns] + (["profile:1"] if self.has_profile else [])
        for kind in self.partners:
            seen[kind] = seen.get(kind, 0) + 1
            ids.append(f"partner:{kind}:{seen[kind]}")
        return ids

    def list_pairs(self) -> list[tuple[str, str]]:
        """The request as URL parameters, in a fixed order."""
        pairs = [("urn", str(urn)) for urn in self.urns]
        pairs += [("profile", "1")] if self.has_profile else []
        pairs += [("partner", kind) for kind in self.partners]
        pairs += [("lead", self.lead)] if self.lead else []
        for key, found in sorted(self.corrections.items()):
            pairs += _list_correction_pairs(key, found)
        pairs += [("q", self.text)] if self.text else []
        pairs += [("service_area", area) for area in self.service_areas]
        pairs += [("show", group) for group in self.show]
        said = {True: "yes", False: "no"}
        return pairs + [("answer", f"{s}:{rule}:{said[yes]}") for (s, rule), yes in sorted(self.answers.items())]

    def showing(self, group: Group) -> MatchRequest:
        """The request with one more group shown whole."""
        return replace(self, show=tuple(found for found in GROUPS if found == group or found in self.show))

    def folding(self, group: Group) -> MatchRequest:
        """The request with only the first verdicts of a group shown."""
        return replace(self, show=tuple(found for found in self.show if found != group))

    def needing(self, text: str, service_areas: Iterable[str]) -> MatchRequest:
        """The request for another need; an empty text and no areas ask for everything."""
        return replace(self, text=text, service_areas=tuple(service_areas))

    def answering(self, stream: str, rule: str, answer: bool | None) -> MatchRequest:
        """The request with one answer given, or taken back with None."""
        answers = {key: value for key, value in self.answers.items() if key != (stream, rule)}
        return replace(self, answers=answers if answer is None else {**answers, (stream, rule): answer})

    def saying_charity(self, key: str, charity: bool) -> MatchRequest:
        """The request with the reader's word on whether a member (a URN, or its id) is a charity."""
        said = replace(self.corrections.get(key, Correction()), charity=charity)
        return replace(self, corrections={**self.corrections, key: said})

    def adding_partner(self, kind: str) -> MatchRequest:
        """The request with one more partner of a kind."""
        return replace(self, partners=(*self.partners, kind))

    def with_lead(self, lead: str | None) -> MatchRequest:
        """The request with another lead."""
        return replace(self, lead=lead)

    def dropping(self, member_id: str) -> MatchRequest:
        """The request without a member. What was said of it goes with it.

        Partners of a kind are numbered anew, so a lead among them is left open and what was said of them is dropped.
        """
        urns = tuple(urn for urn in self.urns if f"urn:{urn}" != member_id)
        partners = list(self.partners)
        if member_id.startswith("partner:"):
            kind = member_id.split(":")[1]
            if kind in partners:
                partners.remove(kind)
        lead = None if self.lead == member_id or (self.lead or "").startswith("partner:") else self.lead
        has_profile = self.has_profile and member_id != "profile:1"
        gone = PROFILE if member_id == "profile:1" else member_id.removeprefix("urn:")
        kept = {
            key: said
            for key, said in self.corrections.items()
            if key != gone and not (member_id.startswith("partner:") and key.startswith("partner:"))
        }
        return replace(self, urns=urns, partners=tuple(partners), lead=lead, has_profile=has_profile, corrections=kept)


def _list_correction_pairs(key: str, found: Correction) -> list[tuple[str, str]]:
    said = {True: "yes", False: "no", None: None}
    values = [
        ("name", found.name),
        *(("phase", phase) for phase in found.phases),
        ("type", found.type),
        ("council", found.council),
        ("roll", found.roll),
        ("fsm", None if found.fsm is None else f"{found.fsm:g}"),
        ("trust", found.trust),
        ("charity", said[found.charity]),
    ]
    return [(f"{name}.{key}", str(value)) for name, value in values if value is not None]


def parse_match_request(
    pairs: Iterable[tuple[str, str]], vocabulary: Vocabulary, also: Iterable[str] = (), on_page: bool = False
) -> MatchRequest:
    """Read URL parameters into a request; raises BadSearchRequest with every problem.

    `also` names parameters that the caller reads itself; `on_page` accepts what only pages take. An empty value is as
    if it were not there, so that a form may send all its fields.
    """
    reader = _Reader(vocabulary, ON_PAGE if on_page else PLAIN)
    for name, value in pairs:
        if name.startswith(IGNORED_PREFIXES) or name in IGNORED or name in also or not value.strip():
            continue
        reader.read(name, value.strip())
    return reader.finish()


class _Reader:
    """Collects one request from its parameters, and what is wrong with them."""

    def __init__(self, vocabulary: Vocabulary, accepted: tuple[str, ...] = PLAIN) -> None:
        self.vocabulary = vocabulary
        self.accepted = accepted
        self.problems: list[RequestProblem] = []
        self.plain: dict[str, list[str]] = {}
        self.corrections: dict[str, Correction] = {}

    def read(self, name: str, value: str) -> None:
        correction = CORRECTION.fullmatch(name)
        if name in self.accepted:
            self.plain.setdefault(name, []).append(value)
        elif correction:
            self._correct(name, correction[1], correction[2], value)
        else:
            only_here = "".join(f", {each}" for each in self.accepted if each not in PLAIN)
            self._refuse(name, f"this parameter is not known. Accepted: {ACCEPTED}{only_here}")

    def _refuse(self, name: str, message: str) -> None:
        self.problems.append(RequestProblem(name[:60], message))

    def _correct(self, name: str, what: str, key: str, value: str) -> None:
        before = self.corrections.get(key, Correction())
        if what in ("name", "phase", "type", "council") and key != PROFILE:
            self._refuse(name, f"only {what}.{PROFILE} can be given: the register has the others")
        elif what == "phase":
            if self._is_listed(name, value, "phases") and value not in before.phases:
                self.corrections[key] = replace(before, phases=(*before.phases, value))
        elif what in ("type", "council"):
            lists = {"type": "establishment_types", "council": "local_authorities"}
            if self._is_listed(name, value, lists[what]):
                self.corrections[key] = replace(before, **{what: value})  # type: ignore[arg-type]
        elif what == "name":
            self.corrections[key] = replace(before, name=value[:120])
        elif what == "charity":
            if value in ("yes", "no"):
                self.corrections[key] = replace(before, charity=value == "yes")
            else:
                self._refuse(name, f'"{value[:60]}" cannot be used. Write yes or no')
        else:
            self._correct_figure(name, what, key, value, before)

    def _correct_figure(self, name: str, what: str, key: str, value: str, before: Correction) -> None:
        number = value.replace(",", "").rstrip("%").strip()
        if what == "fsm":
            if re.fullmatch(r"\d{1,3}(\.\d{1,2})?", number, re.ASCII) and float(number) <= 100:
                self.corrections[key] = replace(before, fsm=float(number))
            else:
                self._refuse(name, f'"{value[:60]}" cannot be used. Write a percentage from 0 to 100, like 23.5')
        elif re.fullmatch(r"\d{1,5}", number, re.ASCII) and int(number) <= MAX_ROLL:
            self.corrections[key] = replace(before, **{what: int(number)})  # type: ignore[arg-type]
        else:
            self._refuse(name, f'"{value[:60]}" cannot be used. Write a whole number from 0 to {MAX_ROLL:,}')

    def _is_listed(self, name: str, value: str, list_name: str) -> bool:
        if value in self.vocabulary.values(list_name):
            return True
        self._refuse(name, f'"{value[:60]}" is not known. {suggest_nearest(value, self.vocabulary.values(list_name))}')
        return False

    def finish(self) -> MatchRequest:
        request = MatchRequest(
            urns=self._read_urns(),
            has_profile=bool(self.plain.get("profile")) or PROFILE in self.corrections,
            partners=tuple(kind for kind in self.plain.get("partner", ()) if self._is_partner(kind)),
            lead=self._read_once("lead"),
            corrections=self.corrections,
            answers=self._read_answers(),
            text=(self._read_once("q") or "")[:2000],
            service_areas=tuple(
                area
                for area in dict.fromkeys(self.plain.get("service_area", ()))
                if self._is_listed("service_area", area, "service_areas")
            ),
            show=self._read_show(),
        )
        self._check_members(request)
        if self.problems:
            raise BadSearchRequest(self.problems)
        return request

    def _read_urns(self) -> tuple[int, ...]:
        urns = list(dict.fromkeys(self.plain.get("urn", ())))
        for urn in urns:
            if not URN.fullmatch(urn):
                self._refuse("urn", f'"{urn[:60]}" is not a URN. Write the five to seven digits, like 100000')
        if len(urns) > MAX_SCHOOLS:
            self._refuse("urn", f"{len(urns)} schools are too many. Name at most {MAX_SCHOOLS}")
        return tuple(int(urn) for urn in urns if URN.fullmatch(urn))

    def _is_partner(self, kind: str) -> bool:
        allowed = [value for value in self.vocabulary.values("bodies") if value != "school"]
        if kind in allowed:
            return True
        self._refuse("partner", f'"{kind[:60]}" is not a kind of partner. {suggest_nearest(kind, allowed, show=20)}')
        return False

    def _read_show(self) -> tuple[Group, ...]:
        wanted = self.plain.get("show", ())
        for value in dict.fromkeys(wanted):
            if value not in GROUPS:
                self._refuse("show", f'"{value[:60]}" is not a group. {suggest_nearest(value, GROUPS)}')
        return tuple(group for group in GROUPS if group in wanted)

    def _read_once(self, name: str) -> str | None:
        values = self.plain.get(name, [])
        if len(values) > 1:
            self._refuse(name, "this parameter may stand only once")
        return values[0] if values else None

    def _read_answers(self) -> dict[tuple[str, str], bool]:
        answers = {}
        for value in self.plain.get("answer", ()):
            found = ANSWER.fullmatch(value)
            if found:
                answers[(found[1], found[2])] = found[3] == "yes"
            else:
                self._refuse("answer", f'"{value[:60]}" cannot be read. Write STREAM:RULE:yes or STREAM:RULE:no')
        return answers

    def _check_members(self, request: MatchRequest) -> None:
        ids = request.list_member_ids()
        if len(request.partners) > MAX_PARTNERS:
            self._refuse("partner", f"{len(request.partners)} partners are too many. Name at most {MAX_PARTNERS}")
        if request.lead is not None and request.lead not in ids:
            hint = suggest_nearest(request.lead, ids) if ids else "Name schools and partners first."
            self._refuse("lead", f'"{request.lead[:60]}" is not one of the partners. {hint}')
        short = {member_id.removeprefix("urn:") for member_id in ids} | ({PROFILE} if request.has_profile else set())
        for key in request.corrections:
            if key not in short:
                self._refuse(f"*.{key}", f"{key} is not one of the schools or partners named")
