"""The index room: finding records by words, by Whoosh. The only room that knows it."""

from kb.index.document import IndexDocument, describe_record
from kb.index.find import Hits, TextIndex, open_index
from kb.index.needs import NeedTexts
from kb.index.query import TextQuery, parse_query
from kb.index.scores import list_members
from kb.index.write import write_index

__all__ = [
    "Hits",
    "IndexDocument",
    "NeedTexts",
    "TextIndex",
    "TextQuery",
    "describe_record",
    "list_members",
    "open_index",
    "parse_query",
    "write_index",
]
