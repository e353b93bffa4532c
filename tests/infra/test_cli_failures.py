"""Whatever an operator gets wrong is told in one line, with a status, and changes nothing."""

import os
import socket
from collections.abc import Mapping
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from infra.deployment.cli import app
from infra.deployment.local.home import Home
from infra.deployment.local.secrets import Secrets
from tests.fixtures.ports import free_port_base

SHOW_SAGA = "saga show 01941f29-7c00-7000-8000-00000000000c"
STEER_SAGA = "saga park 01941f29-7c00-7000-8000-00000000000c"
COMMANDS = (
    "run", "migrate", "topology", "topology --definitions document", "environment told",
    "backup copy", "restore backup", "status", "logs", "logs auth --lines 1", "stop", "dead list",
    "dead show account.commands", "dead replay account.commands", "dead drop account.commands",
    "admin create asha", "jobs list", "jobs show end-of-day 2026-01-01",
    "jobs retry end-of-day 2026-01-01", "saga list", SHOW_SAGA, f"{STEER_SAGA} --reason odd",
    "partner list", "partner suspend acme-bank", "partner quarantine acme-bank",
)  # fmt: skip
OF_A_BANK_THAT_IS_THERE = (
    "backup copy", "logs", "dead list", "dead show account.commands",
    "dead replay account.commands", "dead drop account.commands", "admin create asha",
    "jobs list", "jobs show end-of-day 2026-01-01", "jobs retry end-of-day 2026-01-01",
    "saga list", SHOW_SAGA, f"{STEER_SAGA} --reason odd", "partner list",
    "partner suspend acme-bank", "partner quarantine acme-bank",
)  # fmt: skip
WITH_SECRETS = tuple(
    command
    for command in COMMANDS
    if command.split()[0] not in ("restore", "status", "logs", "stop")
)
ENVIRONMENTS: Mapping[str, tuple[dict[str, str], str]] = {
    "home is a file": ({"BANK_HOME": "{here}/file"}, "BANK_HOME: {here}/file is a file"),
    "home is below a file": ({"BANK_HOME": "{here}/file/a"}, "BANK_HOME: {here}/file is a file"),
    "cache is a file": ({"BANK_CACHE": "{here}/file"}, "BANK_CACHE: {here}/file is a file"),
    "base is no number": ({"BANK_PORT_BASE": "many"}, "BANK_PORT_BASE: "),
    "base is the system's": ({"BANK_PORT_BASE": "80"}, "BANK_PORT_BASE: "),
    "base is too high": ({"BANK_PORT_BASE": "65500"}, "BANK_PORT_BASE: "),
    "another demo": ({"BANK_DEMO": "animals"}, "BANK_DEMO: "),
    "postgres is no URL": ({"BANK_POSTGRES_URL": "hush"}, "BANK_POSTGRES_URL: "),
    "postgres speaks HTTP": ({"BANK_POSTGRES_URL": "http://hush@a/"}, "BANK_POSTGRES_URL: "),
    "postgres has no host": ({"BANK_POSTGRES_URL": "postgres://hush@/a"}, "BANK_POSTGRES_URL: "),
    "postgres has no port": ({"BANK_POSTGRES_URL": "postgres://hush@a:0/"}, "BANK_POSTGRES_URL: "),
    "broker is no URL": ({"BANK_AMQP_URL": "hush"}, "BANK_AMQP_URL: "),
    "broker has a wild port": ({"BANK_AMQP_URL": "amqp://hush@a:x/"}, "BANK_AMQP_URL: "),
    "broker has a wild host": ({"BANK_AMQP_URL": "amqp://hush@[::1/"}, "BANK_AMQP_URL: "),
    "management is no URL": ({"BANK_AMQP_MANAGEMENT_URL": "hush"}, "BANK_AMQP_MANAGEMENT_URL: "),
    "management is too high": (
        {"BANK_AMQP_MANAGEMENT_URL": "http://hush@a:70000"}, "BANK_AMQP_MANAGEMENT_URL: ",
    ),
}  # fmt: skip


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder to work in, with a bank that does not run, a file, and no backup."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "file").write_text("of the operator")
    (tmp_path / "home" / "logs").mkdir(parents=True)
    (tmp_path / "home" / "postgres" / "data").mkdir(parents=True)
    (tmp_path / "home" / "logs" / "auth.log").write_text("{}\n")
    Secrets.load(tmp_path / "home" / "secrets.json")
    Home(tmp_path / "home", tmp_path / "cache").prepare()
    return tmp_path


def bank(here: Path, command: str, **environment: str) -> Result:
    told = {"BANK_HOME": str(here / "home"), "BANK_CACHE": str(here / "cache"), **environment}
    return CliRunner().invoke(app, command.split(), env=told)


def contents(here: Path) -> dict[str, tuple[int, bytes]]:
    """Every path below, with its mode and what is in it."""
    return {
        str(path): (path.stat().st_mode, path.read_bytes() if path.is_file() else b"")
        for path in here.rglob("*")
    }


def assert_told(done: Result, words: str, status: int = 1) -> None:
    assert (done.exit_code, done.stdout) == (status, ""), done.output
    assert words in done.stderr
    assert done.stderr.startswith("bank: ")
    assert done.stderr.endswith("\n")
    assert len(done.stderr.splitlines()) == 1
    assert "Traceback" not in done.output


@pytest.mark.parametrize("environment", ENVIRONMENTS)
@pytest.mark.parametrize("command", COMMANDS)
def test_a_bad_environment_is_named_and_changes_nothing(
    here: Path, command: str, environment: str
) -> None:
    variables, words = ENVIRONMENTS[environment]
    before = contents(here)

    done = bank(
        here, command, **{name: value.format(here=here) for name, value in variables.items()}
    )

    assert_told(done, words.format(here=here))
    assert "hush" not in done.output
    assert contents(here) == before


@pytest.mark.parametrize("command", ["run", "migrate", "topology", "environment told"])
def test_a_home_that_cannot_be_made_is_named(here: Path, command: str) -> None:
    before = contents(here)

    done = bank(here, command, BANK_HOME="/proc/bank")

    assert_told(done, "cannot write to /proc/bank: ")
    assert contents(here) == before


@pytest.mark.parametrize("command", OF_A_BANK_THAT_IS_THERE)
def test_where_there_is_no_bank_none_is_made(here: Path, command: str) -> None:
    before = contents(here)

    done = bank(here, command, BANK_HOME=str(here / "new"))

    assert_told(done, f"in {here / 'new'}")
    assert contents(here) == before


@pytest.mark.parametrize("command", ["status", "stop"])
def test_where_no_bank_runs_that_is_the_answer(here: Path, command: str) -> None:
    before = contents(here)

    done = bank(here, command, BANK_HOME=str(here / "new"))

    assert (done.exit_code, done.output) == (3, f"no bank runs in {here / 'new'}\n")
    assert contents(here) == before


DAMAGED_SECRETS = (
    "{", "[]", "null", '{"roles": 3}', '{"unknown": 1}', "\udcff", '{"postgres": null}',
    '{"postgres": "a b@c"}', '{"roles": {"auth": 3}}', '{"users": {"gateway": ""}}',
    '{"processes": {"gateway": "5e"}}', '{"processes": {"gateway": null}}',
)  # fmt: skip


@pytest.mark.parametrize("damage", DAMAGED_SECRETS)
@pytest.mark.parametrize("command", WITH_SECRETS)
def test_damaged_secrets_are_named_and_left_as_they_are(
    here: Path, command: str, damage: str
) -> None:
    secrets = here / "home" / "secrets.json"
    secrets.write_bytes(damage.encode(errors="surrogateescape"))
    (here / "home" / "lock").touch()
    before = contents(here)

    done = bank(here, command, BANK_PORT_BASE=str(free_port_base()))

    assert_told(done, f"{secrets} is damaged: get it back from a backup")
    assert contents(here).keys() == before.keys()
    assert secrets.read_bytes() == damage.encode(errors="surrogateescape")


@pytest.mark.parametrize("command", WITH_SECRETS)
def test_a_folder_in_place_of_the_secrets_is_named(here: Path, command: str) -> None:
    (here / "home" / "secrets.json").unlink()
    (here / "home" / "secrets.json").mkdir()

    done = bank(here, command, BANK_PORT_BASE=str(free_port_base()))

    assert_told(done, f"{here / 'home' / 'secrets.json'}: Is a directory")


DAMAGED_RECORDS = (
    "{", "[]", "null", '{"supervisor": 1}', '{"supervisor": 1, "processes": 3}',
    '{"supervisor": "1", "processes": []}', '{"supervisor": 1, "processes": [3]}',
    '{"supervisor": 1, "processes": [{"name": "gateway", "pid": [], "port": 8000}]}',
    '{"supervisor": 1, "processes": [{"name": "gateway", "pid": 2, "port": "x"}]}',
    '{"supervisor": 1, "processes": [{"name": "gateway", "pid": 2, "port": 70000}]}', "\udcff",
)  # fmt: skip


@pytest.mark.parametrize("damage", DAMAGED_RECORDS)
def test_a_damaged_record_is_like_none(here: Path, damage: str) -> None:
    home = Home(here / "home", here / "cache")
    home.record.write_bytes(damage.encode(errors="surrogateescape"))

    with home.locked():
        status, stop = bank(here, "status"), bank(here, "stop")

    assert (status.exit_code, status.output) == (3, f"no bank runs in {home.folder}\n")
    assert_told(stop, f"is in use by process {os.getpid()}")


@pytest.mark.parametrize(
    ("command", "words"),
    [
        ("nonsense", "No such command 'nonsense'"),
        ("--nonsense", "No such option: --nonsense"),
        ("dead nonsense", "No such command 'nonsense'"),
        ("dead show", "Missing argument"),
        ("dead show account.commands --limit 0", "Invalid value for '--limit'"),
        ("dead show account.commands --limit 10001", "Invalid value for '--limit'"),
        ("dead replay account.commands --limit -1", "Invalid value for '--limit'"),
        ("dead drop account.commands --limit all", "Invalid value for '--limit'"),
        ("jobs show end-of-day", "Missing argument"),
        ("saga show payment-1", "should be a valid UUID"),
        (STEER_SAGA, "Missing option '--reason'"),
        (f"{STEER_SAGA} --reason \x07", "1 to 200 characters"),
        ("jobs show end-of-day yesterday", "Invalid value for 'day'"),
        ("partner suspend No-Bank", "String should match pattern"),
        ("partner quarantine acme-bank --limit 0", "Invalid value for '--limit'"),
        ("partner add file", "The body is not JSON in UTF-8."),
        ("jobs list --state dreaming", "Invalid value for '--state'"),
        ("logs --lines -1", "Invalid value for '--lines'"),
        ("logs --lines 10001", "Invalid value for '--lines'"),
        ("logs auth --lines many", "Invalid value for '--lines'"),
        ("backup file", "{here}/file is a file"),
        ("backup file/copy", "{here}/file is a file"),
        ("restore file", "{here}/file is a file"),
        ("environment file", "{here}/file is a file"),
        ("topology --definitions home", "no file can be at home"),
        ("topology --definitions nowhere/document", "no file can be at nowhere/document"),
    ],
)
def test_a_wrong_argument_is_named_and_changes_nothing(
    here: Path, command: str, words: str
) -> None:
    before = contents(here)

    done = bank(here, command)

    assert_told(done, words.format(here=here), status=2)
    assert contents(here) == before


@pytest.mark.parametrize(
    ("command", "words"),
    [
        ("dead show nonsense", "there is no queue nonsense"),
        ("dead replay bank.dead", "there is no queue bank.dead"),
        ("dead drop account.commands.dead", "there is no queue account.commands.dead"),
        ("jobs show dream 2026-01-01", "there is no job dream; there are collect-instalments"),
        ("logs nonsense", "no log of nonsense; there are those of auth"),
        ("backup home", "{here}/home is there already"),
        ("restore nowhere", "{here}/nowhere is no backup"),
        ("restore home", "{here}/home is no backup"),
        ("admin create asha", "the bank does not run"),
        ("topology", "the bank does not run"),
    ],
)
def test_what_is_not_there_is_named_and_changes_nothing(
    here: Path, command: str, words: str
) -> None:
    before = contents(here)

    done = bank(here, command)

    assert_told(done, words.format(here=here))
    assert contents(here) == before


NOBODY = {
    "BANK_POSTGRES_URL": "postgresql://admin:hush@127.0.0.1:1/postgres",
    "BANK_AMQP_URL": "amqp://admin:hush@127.0.0.1:1/",
    "BANK_AMQP_MANAGEMENT_URL": "http://admin:hush@127.0.0.1:1",
}


@pytest.mark.parametrize("host", ["127.0.0.1", "nobody.invalid"])
@pytest.mark.parametrize(
    "command",
    [
        "run", "migrate", "topology", "dead list", "dead show account.commands",
        "dead replay account.commands", "dead drop account.commands", "jobs list",
        "jobs retry end-of-day 2026-01-01",
    ],
)  # fmt: skip
def test_servers_that_are_not_there_are_told(here: Path, command: str, host: str) -> None:
    nobody = {name: value.replace("127.0.0.1", host) for name, value in NOBODY.items()}

    done = bank(here, command, **nobody, BANK_PORT_BASE=str(free_port_base()))

    assert done.exit_code == 1
    assert done.stderr.startswith("bank: ")
    assert len(done.stderr.splitlines()) == 1
    assert "hush" not in done.output
    assert "Traceback" not in done.output


def test_a_taken_port_is_named_before_anything_starts(here: Path) -> None:
    base = free_port_base()
    with socket.create_server(("127.0.0.1", base + 5)):
        done = bank(here, "run", BANK_PORT_BASE=str(base))

    assert_told(done, f"port {base + 5}, which payment needs, is taken by another program")
    assert not (here / "home" / "run.json").exists()


@pytest.mark.parametrize("command", ["run", "environment told"])
def test_a_bad_setting_of_every_process_is_named_at_once(here: Path, command: str) -> None:
    base = str(free_port_base())

    done = bank(here, command, BANK_CONNECTIONS_MAX="many", BANK_PORT_BASE=base)

    assert_told(done, "BANK_CONNECTIONS_MAX: ")
    assert not (here / "told").exists()
