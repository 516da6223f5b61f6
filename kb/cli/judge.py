"""Command `kb judge`: how well the search finds what readers meant."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import click

from kb.cli.base import fail, main, open_live, say_count
from kb.config import PROJECT, Settings
from kb.errors import KbError
from kb.queries.judge import QueryScore, list_unknown_records, list_worst, read_judged_file, score_queries, sum_up

JUDGED = PROJECT / "judged"


@main.command()
@click.argument("file", required=False, type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.pass_obj
def judge(settings: Settings, file: Path | None) -> None:
    """Score the search by judged queries: those in judged/, or in a file of the same form.

    Prints nDCG@10, success@3 (an answer of grade 2 or 3 among the first three), reciprocal rank and the share of
    queries without a result, by user kind; the held-out third apart; and the ten worst of the others with what came.

    \b
    Example: kb judge judged/head.yml
    """
    generation = open_live(settings)
    try:
        queries = [
            query for path in ([file] if file else sorted(JUDGED.glob("*.yml"))) for query in read_judged_file(path)
        ]
    except KbError as error:
        fail(str(error))
    scores = score_queries(generation, queries, date.today())
    for title, held_out in (("Queries that weights were set on", False), ("Held out", True)):
        print_scores(title, [score for score in scores if score.query.held_out == held_out])
    click.echo("\nThe worst of those that are not held out")
    for score in list_worst(score for score in scores if not score.query.held_out):
        best = max(score.query.grades, key=lambda address: score.query.grades[address], default="")
        click.echo(
            f"  {score.ndcg:.2f} {score.query.text[:100]}\n       wanted {best}; came {', '.join(score.found[:3])}"
        )
    if unknown := list_unknown_records(generation, queries):
        click.echo(
            f"\n{say_count(len(unknown), 'graded record')} that the generation does not have: {', '.join(unknown)}"
        )


def print_scores(title: str, scores: list[QueryScore]) -> None:
    """A line for each user kind and one for all."""
    click.echo(f"\n{title}\n  {'':10}{'queries':>8}{'nDCG@10':>9}{'success@3':>11}{'RR':>7}{'no result':>11}")
    kinds = dict.fromkeys(score.query.user for score in scores)
    for name, found in [*((kind, [s for s in scores if s.query.user == kind]) for kind in kinds), ("all", scores)]:
        each = sum_up(found)
        row = f"{each.count:>8}{each.ndcg:>9.3f}{each.success:>11.3f}{each.reciprocal_rank:>7.3f}{each.zero:>11.3f}"
        click.echo(f"  {name:10}{row}")
