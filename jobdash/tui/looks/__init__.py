"""Colours, glyphs and words: how a thing looks, wherever it is shown."""
