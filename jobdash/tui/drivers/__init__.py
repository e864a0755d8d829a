"""Textual's drivers, where jobdash needs more of the terminal than they give."""
