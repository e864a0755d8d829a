"""The parts of `jobdash run`."""
