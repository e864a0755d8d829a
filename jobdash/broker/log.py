"""The logger that huey's users know."""

import logging

logger = logging.getLogger("huey")
