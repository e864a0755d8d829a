"""The questions of single parts of the screen, each with the shape of its answer."""
