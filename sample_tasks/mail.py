"""E-mail by SMTP, sent once however often the job runs."""

import smtplib
from email.message import EmailMessage

from jobdash import GiveUp
from sample_tasks.address import address_from
from sample_tasks.app import huey
from sample_tasks.identity import job_token

SERVER = ("JOBDASH_DEMO_SMTP", "127.0.0.1:2525")
PATIENCE_SECONDS = 10


@huey.task(retries=4, retry_delay=1, retry_backoff=2, retry_jitter=0.2, give_up_on=(ValueError,))
def send_welcome(to: str = "ada@example.com", name: str = "Ada") -> str:
    """Sends a welcome mail, retried while the server is away or busy; returns its Message-ID."""
    message = welcome(to, name, job_token())
    send(message)
    return str(message["Message-ID"])


def welcome(to: str, name: str, token: str) -> EmailMessage:
    """The mail; its Message-ID comes from the token, so that a server knows it when it comes again.

    Raises ValueError for an address that cannot stand in a header.
    """
    message = EmailMessage()
    message["From"] = "welcome@example.com"
    message["To"] = to
    message["Subject"] = f"Welcome, {name}"
    message["Message-ID"] = f"<{token}@jobdash.example>"
    message.set_content(f"Hello {name},\n\nglad to have you here.\n")
    return message


def send(message: EmailMessage) -> None:
    """Hands the mail to the server.

    Raises GiveUp if the server refuses it for good (5xx), and what smtplib raises if a later
    attempt may succeed.
    """
    try:
        _hand_over(message)
    except smtplib.SMTPException as error:
        code, reason = _reply_in(error)
        if code >= 500:
            raise GiveUp(f"the mail server refused {message['To']}: {code} {reason}") from error
        raise


def _hand_over(message: EmailMessage) -> None:
    host, port = address_from(*SERVER)
    # Without a name of ours, smtplib asks the name service for one, and that can take seconds.
    with smtplib.SMTP(host, port, local_hostname="localhost", timeout=PATIENCE_SECONDS) as server:
        server.send_message(message)


def _reply_in(error: smtplib.SMTPException) -> tuple[int, str]:
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        code, reason = next(iter(error.recipients.values()))
        return code, _as_text(reason)
    if isinstance(error, smtplib.SMTPResponseException):
        return error.smtp_code, _as_text(error.smtp_error)
    return 0, str(error)


def _as_text(reason: bytes | str) -> str:
    return reason if isinstance(reason, str) else reason.decode(errors="replace")
