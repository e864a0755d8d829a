"""How much memory this process takes."""

import os
import resource
import sys

_MB = 1024 * 1024
_PAGE = os.sysconf("SC_PAGE_SIZE")


def resident_mb() -> float:
    """Return the resident size in MB; where the system does not tell, the largest it has had."""
    if sys.platform == "linux":
        with open("/proc/self/statm", "rb") as file:
            return int(file.read().split()[1]) * _PAGE / _MB
    # macOS counts bytes here.
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / _MB
