"""What the notification process is told beside what every process is told."""

from pathlib import Path
from urllib.parse import urlsplit

from pydantic import SecretStr, field_validator
from pydantic_settings import SettingsConfigDict

from infra.process.settings import Settings


class NotificationSettings(Settings):
    """`BANK_SMTP_URL` and `BANK_MAIL_FROM`."""

    # A faulty address may hold a password, and errors are logged.
    model_config = SettingsConfigDict(hide_input_in_errors=True)

    smtp_url: SecretStr | None = None  # smtp[s]://[user:password@]host[:port]; None: the mailbox
    mail_from: str = "Bank <no-reply@bank.example>"

    @field_validator("smtp_url")
    @classmethod
    def _is_of_a_mail_server(cls, url: SecretStr | None) -> SecretStr | None:
        parts = urlsplit(url.get_secret_value()) if url else None
        if parts and (parts.scheme not in ("smtp", "smtps") or not parts.hostname):
            raise ValueError("must be smtp://host or smtps://host")
        return url

    @property
    def mailbox(self) -> Path:
        """The folder that stands for a mail server; each file in it is one e-mail."""
        return self.data / "mailbox"
