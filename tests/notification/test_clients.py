"""Letters leave for a folder or a mail server."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from email import message_from_bytes
from email.policy import default
from pathlib import Path
from uuid import UUID

import pytest
from aiosmtpd.smtp import SMTP, Envelope, Session
from pydantic import SecretStr, ValidationError

from services.notification import clients
from services.notification.clients import MailFolder, MailServer, open_channel
from services.notification.domain.attempts import Failure
from services.notification.domain.letters import Letter, letter_about
from services.notification.settings import NotificationSettings
from tests.notification.samples import ASHA, SALARY

FROM = "Bank <no-reply@bank.example>"


def letter(number: int, address: str = ASHA.email) -> Letter:
    return replace(letter_about(SALARY, ASHA), notification_id=UUID(int=number), address=address)


def names_in(folder: Path) -> set[str]:
    return {file.name for file in folder.iterdir()}


class Inbox:
    """A mail server's rules: who is refused, who is asked to wait, and who is kept waiting."""

    def __init__(self) -> None:
        self.received: list[Envelope] = []

    async def handle_RCPT(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if address.startswith("slow"):
            await asyncio.sleep(5)
        for name, answer in {"nobody": "550 no such user", "busy": "451 later"}.items():
            if address.startswith(name):
                return answer
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        self.received.append(envelope)
        return "250 OK"


@asynccontextmanager
async def mail_server(inbox: Inbox) -> AsyncIterator[str]:
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: SMTP(inbox, loop=loop), "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    try:
        yield f"smtp://127.0.0.1:{port}"
    finally:
        server.close()
        await server.wait_closed()


async def test_a_letter_is_a_file_that_people_can_read(tmp_path: Path) -> None:
    results = await MailFolder(tmp_path / "mailbox", FROM).send([letter(1)])

    assert results == [None]
    assert names_in(tmp_path / "mailbox") == {f"{UUID(int=1)}.eml"}
    text = (tmp_path / "mailbox" / f"{UUID(int=1)}.eml").read_text("utf-8")
    assert "Balance after:  ₹12,34,567.00" in text


async def test_a_letter_sent_again_replaces_itself(tmp_path: Path) -> None:
    folder = MailFolder(tmp_path, FROM)

    await folder.send([letter(1)])
    await folder.send([letter(1), letter(2)])

    assert names_in(tmp_path) == {f"{UUID(int=1)}.eml", f"{UUID(int=2)}.eml"}


async def test_a_folder_that_cannot_be_written_is_a_failure_to_try_again(tmp_path: Path) -> None:
    (tmp_path / "mailbox").write_text("not a folder")

    [failure] = await MailFolder(tmp_path / "mailbox", FROM).send([letter(1)])

    assert failure is not None
    assert not failure.is_final


async def test_letters_go_to_the_mail_server_over_one_connection() -> None:
    inbox = Inbox()
    async with mail_server(inbox) as url:
        results = await MailServer(url, FROM).send([letter(1), letter(2)])

    assert results == [None, None]
    assert [each.rcpt_tos for each in inbox.received] == [[ASHA.email]] * 2
    content = inbox.received[0].content
    assert isinstance(content, bytes)
    mail = message_from_bytes(content, policy=default)
    assert mail["Message-ID"] == f"<{UUID(int=1)}@bank.example>"
    assert "₹500.00 was credited" in mail.get_content()


async def test_a_refused_recipient_is_final_a_busy_one_is_not_and_others_get_theirs() -> None:
    inbox = Inbox()
    async with mail_server(inbox) as url:
        results = await MailServer(url, FROM).send(
            [letter(1, "nobody@example.com"), letter(2, "busy@example.com"), letter(3)]
        )

    assert results == [Failure("550 no such user", is_final=True), Failure("451 later"), None]
    assert len(inbox.received) == 1


async def test_when_nobody_listens_only_the_letter_in_hand_pays_for_it(
    unused_tcp_port: int,
) -> None:
    results = await MailServer(f"smtp://127.0.0.1:{unused_tcp_port}", FROM).send(
        [letter(1), letter(2)]
    )

    [failure] = results
    assert failure is not None
    assert "Connect" in failure.reason
    assert not failure.is_final


async def test_a_server_that_hangs_is_given_up_in_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clients, "REPLY_SECONDS_MAX", 0.2)
    async with mail_server(Inbox()) as url:
        results = await MailServer(url, FROM).send(
            [letter(1), letter(2, "slow@example.com"), letter(3)]
        )

    assert results == [None, Failure("The mail server gave no answer in time.")]


async def test_a_password_is_not_sent_to_a_server_without_encryption() -> None:
    async with mail_server(Inbox()) as url:
        secret = url.replace("//", "//user:secret@")
        [failure] = await MailServer(secret, FROM).send([letter(1)])

    assert failure is not None
    assert "secret" not in failure.reason


def test_the_settings_choose_the_way_out(tmp_path: Path) -> None:
    by_default = NotificationSettings(data=tmp_path)
    configured = NotificationSettings(smtp_url=SecretStr("smtps://mail.example:465"))

    assert isinstance(open_channel(by_default), MailFolder)
    assert isinstance(open_channel(configured), MailServer)


@pytest.mark.parametrize("url", ["http://user:hidden@mail.example", "smtp://", "mail.example:25"])
def test_an_address_that_is_no_mail_server_s_is_refused_without_showing_it(
    url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BANK_SMTP_URL", url)

    with pytest.raises(ValidationError, match="must be smtp") as refusal:
        NotificationSettings()

    assert "hidden" not in str(refusal.value)


async def test_a_letter_that_cannot_be_written_fails_alone(tmp_path: Path) -> None:
    unwritable = replace(letter(1), text="\N{GREEK SMALL LETTER ALPHA}\ud800")
    async with mail_server(inbox := Inbox()) as url:
        by_server = await MailServer(url, FROM).send([unwritable, letter(2)])
    by_folder = await MailFolder(tmp_path, FROM).send([unwritable, letter(2)])

    for failure, success in (by_server, by_folder):
        assert failure is not None
        assert failure.is_final
        assert success is None
    assert len(inbox.received) == 1
    assert names_in(tmp_path) == {f"{UUID(int=2)}.eml"}
