"""The `kb` command: thin commands that parse, call and print. Exit status 0 done, 1 problems found, 2 wrong usage."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any, NoReturn

import click

from kb.build import BuildReport, build_generation, check_content, is_current
from kb.config import SETTINGS, Settings, read_settings
from kb.errors import ContentProblems, KbError, Problem
from kb.exports.answers import answer_search
from kb.exports.match_answers import answer_match
from kb.generations import Generation, Generations
from kb.queries.applicants import make_applicants
from kb.queries.match import MatchResults, match_streams
from kb.queries.match_request import parse_match_request
from kb.queries.request import BadSearchRequest, parse_request
from kb.queries.search import SearchResults, run_search
from kb.records.check_set import list_stale
from kb.records.model import ID, MAX_ID
from kb.register import ImportReport, Register, ensure_register, import_register
from kb.source.skeletons import list_skeletons, read_skeleton

SETTINGS_HELP = "\n".join(f"  {setting.name:<11} {setting.help} (default: {setting.default})" for setting in SETTINGS)


@click.group(
    epilog=f"\b\nSettings, by environment:\n{SETTINGS_HELP}\n\nExit status: 0 done, 1 problems found, 2 wrong usage."
)
@click.pass_context
def main(context: click.Context) -> None:
    """Find school funding and partnerships: check, build, serve and search the knowledge base."""
    try:
        context.obj = read_settings(os.environ)
    except ValueError as error:
        raise click.UsageError(str(error)) from None


def _fail(message: str) -> NoReturn:
    click.echo(message, err=True)
    sys.exit(1)


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"


def _print_problems(problems: list[Problem]) -> None:
    for problem in problems:
        click.echo(str(problem))
    files = len({problem.path for problem in problems})
    click.echo(f"{_count(len(problems), 'problem')} in {_count(files, 'file')}.")


@main.command()
@click.option("--json", "as_json", is_flag=True, help="Answer in JSON.")
@click.pass_obj
def check(settings: Settings, as_json: bool) -> None:
    """Check every content file and list all problems as file:line: field: what is wrong.

    \b
    Example: kb check --json
    """
    assembly, problems = check_content(settings.content)
    stale = [stream.id for stream in list_stale(assembly.corpus, date.today())]
    if as_json:
        click.echo(json.dumps({"problems": [problem.to_json() for problem in problems], "stale": stale}, indent=2))
    elif problems:
        _print_problems(problems)
    else:
        click.echo(f"{_count(len(assembly.corpus.records), 'record')} checked, no problems.")
        if stale:
            click.echo(f"{_count(len(stale), 'record')} past review, which is normal and shown on the page: kb stale")
    sys.exit(1 if problems else 0)


@main.command()
@click.pass_obj
def stale(settings: Settings) -> None:
    """List the funding records past their review date, longest overdue first.

    \b
    Example: kb stale
    """
    assembly, _problems = check_content(settings.content)
    streams = list_stale(assembly.corpus, date.today())
    for stream in streams:
        checked = stream.checked.on.words if stream.checked and stream.checked.on else "Not stated"
        click.echo(f"{stream.id}: review by {stream.review_by.words if stream.review_by else ''}, last known {checked}")
    click.echo(f"{_count(len(streams), 'record')} past review.")


def run_build(settings: Settings) -> BuildReport:
    """Build with a bar on a terminal and plain lines elsewhere; ends the command when the content has problems."""
    try:
        if not sys.stderr.isatty():
            click.echo("Building...", err=True)
            return build_generation(settings.content, settings.data, datetime.now(UTC))
        with click.progressbar(length=1, label="Building", file=sys.stderr) as bar:
            return build_generation(settings.content, settings.data, datetime.now(UTC), _advance(bar))
    except ContentProblems as error:
        _print_problems(error.problems)
        _fail("Nothing was built. The last good generation stays live.")
    except KbError as error:
        _fail(f"{error}\nNothing was changed.")
    except OSError as error:
        place = error.filename or settings.data
        _fail(f"{place} cannot be used: {error.strerror}. Mend that, or set KB_DATA to another folder.")


def _advance(bar: Any) -> Callable[[int, int], None]:
    def report(done: int, total: int) -> None:
        bar.length = total
        bar.update(done - bar.pos)

    return report


def _print_report(report: BuildReport) -> None:
    names = {"funding": "funding records", "case-study": "case studies", "framework": "framework pages"}
    names |= {"glossary": "glossary terms", "question": "self-assessment questions"}
    parts = ", ".join(f"{number} {names[kind]}" for kind, number in report.counts.items())
    click.echo(f"Built {parts} in {report.seconds:.1f} seconds. Live: {report.generation_id}")


@main.command()
@click.pass_obj
def build(settings: Settings) -> None:
    """Check the content, build a new generation beside the live one and make it live.

    \b
    Example: kb build
    """
    _print_report(run_build(settings))


@main.command()
@click.pass_obj
def serve(settings: Settings) -> None:
    """Serve the site, after building it if the content has changed. A newer build is picked up without a restart.

    \b
    Example: PORT=8080 kb serve
    """
    if not is_current(settings.content, settings.data):
        try:
            _print_report(run_build(settings))
        except SystemExit:
            if not (settings.data / "current").exists():
                raise
            click.echo("Serving the last good generation.", err=True)
    _seed_register(settings)
    click.echo(f"Find school funding and partnerships: http://{settings.host}:{settings.port}  (Ctrl-C stops it)")
    arguments = [
        "gunicorn",
        "--bind",
        f"{settings.host}:{settings.port}",
        "--worker-class",
        "gthread",
        "--workers",
        "2",
    ]
    arguments += ["--threads", "4", "--preload", "--no-control-socket", "--log-level", "warning"]
    arguments += ["--limit-request-line", "8190", "--chdir", str(Path(__file__).resolve().parent.parent), "wsgi:app"]
    os.execv(sys.executable, [sys.executable, "-m", *arguments])  # noqa: S606 (our own server, fixed arguments)


def _open(settings: Settings) -> Generation:
    try:
        return Generations(settings.data).current()
    except KbError as error:
        _fail(str(error))


@main.command()
@click.argument("text")
@click.option("--type", "types", multiple=True, help="funding, case-study or guide; may repeat.")
@click.option("--service-area", "service_areas", multiple=True, help="A service area such as housing; may repeat.")
@click.option("--json", "as_json", is_flag=True, help="Answer in JSON, as /api/v1/search does.")
@click.pass_obj
def search(
    settings: Settings, text: str, types: tuple[str, ...], service_areas: tuple[str, ...], as_json: bool
) -> None:
    """Search the live generation.

    \b
    Example: kb search "police in school" --type case-study
    """
    generation = _open(settings)
    readable = text.encode(errors="replace").decode()  # a terminal may send bytes that are not UTF-8
    pairs = [("q", readable), *(("type", value) for value in types)]
    pairs += [("service_area", value) for value in service_areas]
    try:
        request = parse_request(pairs, generation.catalogue.vocabulary)
    except BadSearchRequest as error:
        raise click.UsageError(str(error)) from None
    results = run_search(generation, request, date.today())
    if as_json:
        click.echo(answer_search(results).model_dump_json(indent=2))
    else:
        _print_results(results)


def _print_results(results: SearchResults) -> None:
    click.echo(f"{_count(results.total, 'result')}.")
    if results.did_you_mean:
        click.echo(f"Did you mean: {results.did_you_mean}")
    if results.has_only_some_words:
        click.echo("No record has all your words; these have some of them.")
    for item in results.results:
        click.echo(f"\n{item.card.title}\n  {item.card.url}\n  {item.card.summary}")


@main.command()
@click.option("--urn", "urns", multiple=True, help="A school's number; may repeat for a set of partners.")
@click.option("--partner", "partners", multiple=True, help="Another body by kind, such as charity; may repeat.")
@click.option("--lead", help="Who leads: urn:100000, or partner:charity:1.")
@click.option("--say", "said", multiple=True, help="A correction, such as roll.100000=61; may repeat.")
@click.option("--json", "as_json", is_flag=True, help="Answer in JSON, as /api/v1/match does.")
@click.pass_obj
def match(
    settings: Settings,
    urns: tuple[str, ...],
    partners: tuple[str, ...],
    lead: str | None,
    said: tuple[str, ...],
    as_json: bool,
) -> None:
    """Say which streams a school, or a set of partners, can go for, and why.

    \b
    Example: kb match --urn 100000 --partner charity --say roll.100000=61
    """
    generation = _open(settings)
    vocabulary = generation.catalogue.vocabulary
    pairs = [*(("urn", urn) for urn in urns), *(("partner", kind) for kind in partners), ("lead", lead or "")]
    pairs += [(name, value) for name, _, value in (text.partition("=") for text in said)]
    try:
        request = parse_match_request(pairs, vocabulary)
        if request.is_empty:
            raise click.UsageError("Name a school or a partner: kb match --urn 100000")
        applicants = make_applicants(request, Register(settings.data), vocabulary, date.today())
    except BadSearchRequest as error:
        raise click.UsageError(str(error)) from None
    except KbError as error:
        _fail(str(error))
    results = match_streams(generation, applicants, date.today(), request)
    if as_json:
        click.echo(answer_match(results).model_dump_json(indent=2))
    else:
        _print_match(results)


def _print_match(results: MatchResults) -> None:
    for group, found in results.groups.items():
        click.echo(f"{group} ({len(found)})")
        for item in found:
            when = f", closes {item.next_window.words}" if item.next_window else ""
            click.echo(f"  {item.stream.title} (/funding/{item.stream.id}){when}")
            for finding in item.verdict.blocks or item.verdict.open_points:
                click.echo(f"    {finding.result}: {finding.says} [{finding.compared}]")
    click.echo(f"closed and historic ({len(results.past)})")


@main.command("list")
@click.option("--type", "record_type", type=click.Choice(["funding", "case-study", "framework", "glossary"]))
@click.pass_obj
def list_records(settings: Settings, record_type: str | None) -> None:
    """List the ids of the live generation's records.

    \b
    Example: kb list --type funding
    """
    generation = _open(settings)
    for kind in [record_type] if record_type else ["funding", "case-study", "framework", "glossary"]:
        for record_id in generation.catalogue.list_ids(kind):
            click.echo(record_id if record_type else f"{kind}/{record_id}")


@main.command()
@click.argument("kind", type=click.Choice(list_skeletons()))
@click.argument("record_id", metavar="ID")
@click.pass_obj
def new(settings: Settings, kind: str, record_id: str) -> None:
    """Write a new record's file with every field explained, ready to be filled in.

    \b
    Example: kb new funding youth-music-fund
    """
    if not ID.fullmatch(record_id) or len(record_id) > MAX_ID:
        raise click.UsageError(f'"{record_id}" is not an id. Write lower-case letters, digits and hyphens.')
    folder = {"funding": "funding", "case-study": "casestudies"}[kind]
    path = settings.content / folder / f"{record_id}.md"
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("x", encoding="utf-8") as file:
            file.write(read_skeleton(kind))
    except FileExistsError:
        _fail(f"{path} is there already. Choose another id, or edit that file.")
    except OSError as error:
        _fail(f"{path} cannot be written: {error.strerror}.")
    click.echo(f"Wrote {path}. Replace every FILL IN, delete the # before fields the source gives, then run: kb check")


def _seed_register(settings: Settings) -> None:
    """Set up the register that comes with the project where there is none; the site can do without."""
    try:
        if ensure_register(settings.data):
            click.echo("Set up the register of schools that comes with the project.")
    except (KbError, OSError) as error:
        click.echo(f"The pages about schools will not answer: {error}", err=True)


@main.group()
def schools() -> None:
    """Look after the register of schools.

    \b
    Example: kb schools import edubasealldata20261118.csv
    """


A_FILE = click.Path(exists=True, dir_okay=False, readable=True, path_type=Path)


@schools.command("import")
@click.argument("file", type=A_FILE)
@click.option("--links", type=A_FILE, help="The publisher's links file: which school replaced which.")
@click.pass_obj
def import_schools(settings: Settings, file: Path, links: Path | None) -> None:
    """Replace the register of schools by the publisher's full download, a CSV file or a zip with it.

    Rows that cannot be used are skipped and listed. If the file cannot be used, the register stays as it was.

    \b
    Example: kb schools import edubasealldata20261118.csv --links links_edubasealldata20261118.csv
    """
    now = datetime.now(UTC)
    try:
        if not sys.stderr.isatty():
            click.echo("Importing...", err=True)
            report = import_register(file, settings.data, now, links)
        else:
            with click.progressbar(length=1, label="Importing", file=sys.stderr) as bar:
                report = import_register(file, settings.data, now, links, report=_advance(bar))
    except KbError as error:
        _fail(f"{error}\nNothing was imported. The register is as it was.")
    except OSError as error:
        _fail(f"{error.filename or settings.data} cannot be used: {error.strerror}. Nothing was imported.")
    _print_import(report)


MAX_LISTED = 200  # skipped rows; a file with more is another kind of file


def _print_import(report: ImportReport) -> None:
    for row in report.skipped[:MAX_LISTED]:
        click.echo(f"Skipped {row}.")
    if len(report.skipped) > MAX_LISTED:
        click.echo(f"Skipped {_count(len(report.skipped) - MAX_LISTED, 'further row')} with such problems.")
    for column, number in sorted(report.unread.items()):
        click.echo(f"Left out {_count(number, 'value')} of {column} that cannot be read.")
    dated = f"of {report.dated.words}" if report.dated else "that does not say its date"
    click.echo(f"Imported {_count(report.schools, 'school')} from a file {dated}, in {report.seconds:.1f} seconds.")
    parts = [_count(report.closed, "closed school"), f"{report.elsewhere} outside England"]
    click.echo(f"Left out {', '.join(parts)}, {_count(len(report.skipped), 'row')} that cannot be used.")
    if report.from_predecessor:
        click.echo(f"{_count(report.from_predecessor, 'school')} with the pupil figures of the school replaced.")
    if report.no_council:
        click.echo(f"{_count(report.no_council, 'school')} of councils that are not, or no longer, in the list.")
    if report.before and report.schools < report.before / 2:
        click.echo(f"Careful: the register held {report.before} schools before. Is this the full download?", err=True)
