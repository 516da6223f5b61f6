"""Command `kb judge`: how well the search finds what readers meant, and how like "More like this" is."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import click

from kb.cli.base import fail, main, open_live, say_count
from kb.config import PROJECT, Settings
from kb.errors import KbError
from kb.generations import Generation
from kb.queries.judge import (
    SIMILAR_FILE,
    JudgedQuery,
    QueryScore,
    list_unknown_records,
    list_worst,
    read_judged_file,
    read_judged_folder,
    read_similar_file,
    score_queries,
    score_similar,
    sum_up,
)

JUDGED = PROJECT / "judged"
# Its folders of queries that were written later, each with what is said of it.
LATER = {
    "more": "More that the weights of needs were set on",
    "later": "Written later, with no part in setting weights",
    "latest": "Written last, with no part in anything",
}


@main.command()
@click.argument("file", required=False, type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.pass_obj
def judge(settings: Settings, file: Path | None) -> None:
    """Score the search by judged queries: those in judged/, or in a file of the same form.

    Prints nDCG@10, success@3 (an answer of grade 2 or 3 among the first three), reciprocal rank and the share of
    queries without a result, by user kind; the held-out third apart; and the ten worst of the others with what came.
    Then the queries of judged/more, judged/later and judged/latest.
    Then the same for "More like this" at its three places, by the judged records of similar.yml, or by that file alone.

    \b
    Example: kb judge judged/head.yml
    """
    generation = open_live(settings)
    try:
        paths = [file] if file else sorted(JUDGED.glob("*.yml"))
        queries = [query for path in paths if path.name != SIMILAR_FILE for query in read_judged_file(path)]
        later = {} if file else {title: read_judged_folder(JUDGED / name) for name, title in LATER.items()}
        records = [record for path in paths if path.name == SIMILAR_FILE for record in read_similar_file(path)]
        if queries:
            print_queries(generation, queries)
        for title, found in later.items():
            print_scores(title, score_queries(generation, found, date.today()))
            queries += found
        if records:
            print_similar(generation, records)
    except KbError as error:
        fail(str(error))
    if unknown := list_unknown_records(generation, [*queries, *records]):
        click.echo(
            f"\n{say_count(len(unknown), 'graded record')} that the generation does not have: {', '.join(unknown)}"
        )


def print_queries(generation: Generation, queries: list[JudgedQuery]) -> None:
    """What judged queries score, and the worst of them."""
    scores = score_queries(generation, queries, date.today())
    for title, held_out in (("Queries that weights were set on", False), ("Held out", True)):
        print_scores(title, [score for score in scores if score.query.held_out == held_out])
    click.echo("\nThe worst of those that are not held out")
    print_worst(scores)


def print_similar(generation: Generation, records: list[JudgedQuery]) -> None:
    """What "More like this" scores on judged records, and the worst of them."""
    scores = score_similar(generation, records)
    for title, held_out in (("More like this: records that weights were set on", False), ("Held out", True)):
        print_scores(title, [score for score in scores if score.query.held_out == held_out], "records", "nDCG@3")
    click.echo("\nThe worst of those that are not held out")
    print_worst(scores)


def print_worst(scores: list[QueryScore]) -> None:
    """What was wanted and what came, for the worst that are not held out."""
    for score in list_worst(score for score in scores if not score.query.held_out):
        best = max(score.query.grades, key=lambda address: score.query.grades[address], default="")
        click.echo(
            f"  {score.ndcg:.2f} {score.query.text[:100]}\n       wanted {best}; came {', '.join(score.found[:3])}"
        )


def print_scores(title: str, scores: list[QueryScore], counted: str = "queries", measure: str = "nDCG@10") -> None:
    """A line for each user kind, or type of record, and one for all."""
    click.echo(f"\n{title}\n  {'':10}{counted:>8}{measure:>9}{'success@3':>11}{'RR':>7}{'no result':>11}")
    kinds = dict.fromkeys(score.query.user for score in scores)
    for name, found in [*((kind, [s for s in scores if s.query.user == kind]) for kind in kinds), ("all", scores)]:
        each = sum_up(found)
        row = f"{each.count:>8}{each.ndcg:>9.3f}{each.success:>11.3f}{each.reciprocal_rank:>7.3f}{each.zero:>11.3f}"
        click.echo(f"  {name:10}{row}")
