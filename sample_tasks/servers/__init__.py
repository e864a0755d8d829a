"""The servers that the demo starts for its tasks: threads of this process, on loopback only."""

from sample_tasks.servers.flaky_http import FlakyHttpServer
from sample_tasks.servers.smtp import SmtpServer

__all__ = ["FlakyHttpServer", "SmtpServer"]
