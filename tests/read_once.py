"""Reads what a process reads once for all its builds, for processes that are forked from one that has imported this."""

from kb.index.english import sum_up_english
from kb.index.meaning import load_token_vectors

sum_up_english()
load_token_vectors()
