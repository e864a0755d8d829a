"""Jobs over HTTP: a router for one's own FastAPI app, and what `jobdash serve` runs.

It needs the extra: pip install 'jobdash[http]'.
"""

try:
    import fastapi  # noqa: F401
except ImportError as error:
    raise ImportError("jobdash.http needs more packages: pip install 'jobdash[http]'") from error

from jobdash.http.routes import router

__all__ = ["router"]
