"""Commands for authors: check, stale, new."""

from __future__ import annotations

import json
import sys
from datetime import date

import click

from kb.build import check_content
from kb.cli.base import fail, main, print_problems, say_count
from kb.config import Settings
from kb.records.check_set import list_stale
from kb.records.concerns import CONCERNS, list_concerns
from kb.records.model import ID, MAX_ID
from kb.source.skeletons import list_skeletons, read_skeleton


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
        print_problems(problems)
    else:
        click.echo(f"{say_count(len(assembly.corpus.records), 'record')} checked, no problems.")
        if stale:
            click.echo(
                f"{say_count(len(stale), 'record')} past review, which is normal and shown on the page: kb stale"
            )
    sys.exit(1 if problems else 0)


@main.command()
@click.option("--json", "as_json", is_flag=True, help="Answer in JSON.")
@click.pass_obj
def stale(settings: Settings, as_json: bool) -> None:
    """List what to look at again: past review (longest overdue first), not confirmed, sources that disagree, weakly
    sourced. The same stands at /editors.

    \b
    Example: kb stale
    """
    corpus = check_content(settings.content)[0].corpus
    kinds = {publisher.name: publisher.kind for publisher in (corpus.sources.publishers if corpus.sources else ())}
    concerns = list_concerns([*corpus.funding, *corpus.case_studies], kinds, date.today())
    if as_json:
        answer = {kind: [{"id": each.id, "reason": each.reason} for each in found] for kind, found in concerns.items()}
        click.echo(json.dumps(answer, indent=2))
        return
    for kind, found in concerns.items():
        click.echo(f"{CONCERNS[kind]} ({len(found)})")
        for concern in found:
            click.echo(f"  {concern.id}: {concern.reason}")


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
        fail(f"{path} is there already. Choose another id, or edit that file.")
    except OSError as error:
        fail(f"{path} cannot be written: {error.strerror}.")
    click.echo(f"Wrote {path}. Replace every FILL IN, delete the # before fields the source gives, then run: kb check")
