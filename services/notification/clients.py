"""The two ways out of the bank for an e-mail: a mail server, and a folder that stands for one."""

import asyncio
from collections.abc import Sequence
from email.charset import Charset
from email.header import Header
from email.message import Message
from email.policy import compat32
from email.utils import format_datetime, formataddr, parseaddr
from pathlib import Path
from time import monotonic
from typing import Protocol
from urllib.parse import unquote, urlsplit

from aiosmtplib import SMTP, SMTPDataError, SMTPException, SMTPRecipientsRefused

from services.notification.domain.attempts import Failure
from services.notification.domain.letters import Letter
from services.notification.settings import NotificationSettings

# The caller's transaction is open while letters are sent, and the database ends it after 30 s.
BEGIN_SECONDS_MAX = 5.0  # after that no further letter is begun
SMTP_SECONDS_MAX = 20.0  # after that the letter in hand is given up
REPLY_SECONDS_MAX = 5.0  # for each answer of a mail server

# None means 8bit, so that people can read the file as it is; typeshed does not know.
_UTF8 = Charset("utf-8")
_UTF8.body_encoding = None  # type: ignore[assignment]
_CRLF = compat32.clone(linesep="\r\n")


class Channel(Protocol):
    """A way to send letters."""

    async def send(self, letters: Sequence[Letter]) -> list[Failure | None]:
        """One result for each letter that was tried, in order: None when it left.

        The last ones may not have been tried; they have no result.
        """


def open_channel(settings: NotificationSettings) -> Channel:
    """The mail server of the settings, or else the mailbox folder."""
    if settings.smtp_url is None:
        return MailFolder(settings.mailbox, settings.mail_from)
    return MailServer(settings.smtp_url.get_secret_value(), settings.mail_from)


class MailFolder:
    """Each letter is a file `<notification id>.eml`.

    The file appears whole, by renaming, under a name that belongs to its letter alone: sent again,
    the letter replaces itself. Files are not forced to disk one by one, which would delay the
    ledger's own writes; a folder to look into may lose its newest e-mails when the power fails.
    """

    def __init__(self, folder: Path, mail_from: str) -> None:
        self._folder = folder
        self._mail_from = mail_from

    async def send(self, letters: Sequence[Letter]) -> list[Failure | None]:
        return await asyncio.to_thread(lambda: [self._try(letter) for letter in letters])

    def _try(self, letter: Letter) -> Failure | None:
        try:
            self._write(letter)
        except ValueError as error:
            return _unwritable(error)
        except OSError as error:
            return Failure(f"{type(error).__name__}: {error.strerror}")
        return None

    def _write(self, letter: Letter) -> None:
        self._folder.mkdir(parents=True, exist_ok=True)
        unfinished = self._folder / f"{letter.notification_id}.unfinished"
        unfinished.write_bytes(as_mail(letter, self._mail_from).as_bytes(policy=_CRLF))
        unfinished.rename(unfinished.with_suffix(".eml"))


class MailServer:
    """A mail server reached by SMTP, over one connection for the letters of one call.

    SMTP promises delivery at least once: a crash between the server's acceptance and our note of it
    sends the letter again. Its Message-ID stays the same, by which mailboxes recognise a copy.
    """

    def __init__(self, url: str, mail_from: str) -> None:
        self._url = urlsplit(url)
        self._mail_from = mail_from

    async def send(self, letters: Sequence[Letter]) -> list[Failure | None]:
        results: list[Failure | None] = []
        failure: Failure | None = None
        try:
            async with asyncio.timeout(SMTP_SECONDS_MAX):
                await self._send_all(letters, results)
        except TimeoutError:
            failure = Failure("The mail server gave no answer in time.")
        except (SMTPException, OSError) as error:
            failure = Failure(f"{type(error).__name__}: {error}")
        # It is the server's failure, so only the letter in hand pays for it with an attempt.
        if failure is not None and len(results) < len(letters):
            results.append(failure)
        return results

    async def _send_all(self, letters: Sequence[Letter], results: list[Failure | None]) -> None:
        begun_at = monotonic()
        async with self._connection() as smtp:
            for letter in letters:
                if monotonic() - begun_at > BEGIN_SECONDS_MAX:
                    return
                results.append(await self._send_one(smtp, letter))

    async def _send_one(self, smtp: SMTP, letter: Letter) -> Failure | None:
        try:
            await smtp.send_message(as_mail(letter, self._mail_from))
        except ValueError as error:
            return _unwritable(error)
        except SMTPRecipientsRefused as refused:
            [recipient] = refused.recipients
            return _refusal(recipient.code, recipient.message)
        except SMTPDataError as refused:
            return _refusal(refused.code, refused.message)
        return None

    def _connection(self) -> SMTP:
        url = self._url
        # A password never travels in the clear; without one, encryption is taken where offered.
        must_encrypt = url.password is not None and url.scheme != "smtps"
        return SMTP(
            hostname=url.hostname,
            port=url.port,
            username=unquote(url.username) if url.username else None,
            password=unquote(url.password) if url.password else None,
            use_tls=url.scheme == "smtps",
            start_tls=True if must_encrypt else None,
            timeout=REPLY_SECONDS_MAX,
        )


def _unwritable(error: ValueError) -> Failure:
    """One letter that cannot be put into bytes; raised, it would undo the notes on all others."""
    return Failure(f"{type(error).__name__}: {error}", is_final=True)


def _refusal(code: int, message: str) -> Failure:
    """What a server said to one letter; it means 5xx to be final."""
    return Failure(f"{code} {message}", is_final=code >= 500)


def as_mail(letter: Letter, mail_from: str) -> Message:
    """The letter as RFC 5322 has it; EmailMessage, the newer class, would take 8 times as long."""
    domain = parseaddr(mail_from)[1].rpartition("@")[2]
    mail = Message()
    mail["Message-ID"] = f"<{letter.notification_id}@{domain}>"
    mail["Date"] = format_datetime(letter.written_at)
    mail["From"] = mail_from
    mail["To"] = formataddr((letter.name, letter.address))
    mail["Subject"] = Header(letter.subject, "utf-8").encode()
    mail["Auto-Submitted"] = "auto-generated"
    mail.set_payload(letter.text, _UTF8)
    return mail
