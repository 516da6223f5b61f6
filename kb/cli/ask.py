"""Commands that ask the live generation: search, match, list."""

from __future__ import annotations

from datetime import date

import click

from kb.cli.base import fail, main, open_live, say_count
from kb.config import Settings
from kb.errors import KbError
from kb.exports.answers import answer_search
from kb.exports.match_answers import answer_match
from kb.queries.applicants import make_applicants
from kb.queries.explain import explain_results
from kb.queries.match import MatchResults, match_streams
from kb.queries.match_request import parse_match_request
from kb.queries.request import BadSearchRequest, parse_request
from kb.queries.search import SearchResults, run_search
from kb.register import Register


@main.command()
@click.argument("text")
@click.option("--type", "types", multiple=True, help="funding, case-study or guide; may repeat.")
@click.option("--service-area", "service_areas", multiple=True, help="A service area such as housing; may repeat.")
@click.option("--json", "as_json", is_flag=True, help="Answer in JSON, as /api/v1/search does.")
@click.option("--explain", "explained", is_flag=True, help="Say why each record is here.")
@click.pass_obj
def search(
    settings: Settings,
    text: str,
    types: tuple[str, ...],
    service_areas: tuple[str, ...],
    as_json: bool,
    explained: bool,
) -> None:
    """Search the live generation.

    \b
    Example: kb search "police in school" --type case-study
    """
    generation = open_live(settings)
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
        _print_results(results, explain_results(generation, results) if explained else {})


def _print_results(results: SearchResults, reasons: dict[str, list[str]]) -> None:
    click.echo(f"{say_count(results.total, 'result')}.")
    if results.did_you_mean:
        click.echo(f"Did you mean: {results.did_you_mean}")
    if results.unknown:
        click.echo(results.unknown_line)
    elif results.has_only_some_words:
        click.echo("No record has all your words; these have some of them.")
    for item in results.results:
        click.echo(f"\n{item.card.title}\n  {item.card.url}\n  {item.card.summary}")
        for reason in reasons.get(item.card.url, ()):
            click.echo(f"    {reason}")


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
    generation = open_live(settings)
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
        fail(str(error))
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
    generation = open_live(settings)
    for kind in [record_type] if record_type else ["funding", "case-study", "framework", "glossary"]:
        for record_id in generation.catalogue.list_ids(kind):
            click.echo(record_id if record_type else f"{kind}/{record_id}")
