"""Measures jobdash on the user's own machine, side by side, with the budget of each figure.

A benchmark is a list of figures and something that yields readings for each of its subjects, which
take turns: what else the machine does then falls on all of them alike. Nothing here prints.
"""

from jobdash.bench.figures import Budget, Figure, Reading
from jobdash.bench.results import Results, Row
from jobdash.bench.turns import Topic, take_turns

__all__ = ["Budget", "Figure", "Reading", "Results", "Row", "Topic", "take_turns"]
