"""Write an index: one Whoosh segment, record number n as document n, its postings as arrays, and what texts mean."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from whoosh import fields, index

from kb.index.concepts import write_concepts
from kb.index.document import IndexDocument
from kb.index.english import write_english
from kb.index.feedback import write_record_words
from kb.index.needs import NeedTexts, write_needs
from kb.index.postings import FOLDER, PostingArrays, write_arrays
from kb.index.proper import write_proper_words
from kb.index.scores import WordScores, write_scores
from kb.index.spots import SpotWriter
from kb.index.sums import NAMES, sum_up
from kb.index.thesaurus import read_thesaurus, write_thesaurus
from kb.index.titles import write_titles
from kb.index.weights import EXACT_NAMES, FIELDS
from kb.index.words import fold_text, list_words, make_stemming_analyzer


def make_schema() -> fields.Schema:
    """The fields of the index: those of the weights, and whole names by kind."""
    analyzer = make_stemming_analyzer()
    searched = {name: fields.TEXT(analyzer=analyzer, phrase=True, stored=False) for name in FIELDS}
    names = {kind: fields.KEYWORD(commas=True, lowercase=False, scorable=False) for kind in EXACT_NAMES}
    return fields.Schema(no=fields.STORED, **names, **searched)


def write_index(
    folder: Path,
    documents: Iterable[IndexDocument],
    groups: Sequence[Mapping[str, Sequence[str]]] = (),
    needs: Sequence[NeedTexts] = (),
    places: Iterable[str] = (),
    report: Callable[[int], None] = lambda _: None,
) -> int:
    """Write a new index into an empty folder and return how many documents it holds.

    Documents come in the order of their numbers, from 0. `groups` are those of the thesaurus (kb/index/thesaurus.py),
    `needs` what people need (kb/index/needs.py), `places` names of places that searches may name. `report` is called
    with the count after each document.
    """
    folder.mkdir(parents=True, exist_ok=True)
    made: Any = index.create_in(str(folder), make_schema())
    writer = made.writer(limitmb=256)
    count, spots, forms = 0, SpotWriter(), Counter[str]()
    whole_names, called = set[str](), list[tuple[str, ...]]()
    try:
        for document in documents:
            parts = {name: fold_text(getattr(document, name)) for name in FIELDS}
            names = {kind: ",".join(found) for kind, found in document.exact.items()}
            whole_names.update(name for found in document.exact.values() for name in found)
            called.append(document.called)
            writer.add_document(no=document.no, **names, **parts)
            forms.update({word for text in parts.values() for word in list_words(text) if len(word) > 1})
            spots.add(document.text)
            count += 1
            report(count)
    except BaseException:
        writer.cancel()
        raise
    writer.commit(optimize=True)
    with made.reader() as reader:
        write_arrays(folder, reader, FIELDS, forms)
    write_scores(folder, count)
    write_record_words(folder, WordScores(folder, PostingArrays(folder, FIELDS), count), count)
    write_thesaurus(folder, groups)
    thesaurus = read_thesaurus(folder)
    write_concepts(folder, thesaurus, count)
    spots.write(folder)
    np.save(folder / FOLDER / NAMES, sum_up(whole_names))
    write_english(folder, places)
    arrays = PostingArrays(folder, FIELDS)
    write_proper_words(folder, arrays)
    write_titles(folder, arrays, called)
    write_needs(folder, needs, thesaurus)
    return count
