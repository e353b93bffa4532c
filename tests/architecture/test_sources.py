"""The house rules over every source file, and each rule against a text that breaks it."""

import pytest

from tests.architecture import rules
from tests.architecture.house import Rule, Source, sources

LONG = "def long() -> None:\n" + "    print()\n" * 50

BREACHES: list[tuple[Rule, str, str]] = [
    (rules.functions_fit_a_screen, "infra/a.py", LONG),
    (rules.files_fit_a_sitting, "infra/a.py", "\n" * 301),
    (rules.services_are_named_in_one_room, "infra/bus/a.py", "import_module('services.loan')"),
    (rules.services_are_named_in_one_room, "infra/bus/a.py", "import_module(f'services.{name}')"),
    (rules.files_fit_a_sitting, "tests/a/test_b.py", "\n" * 401),
    (rules.names_say_something, "services/loan/utils.py", ""),
    (rules.names_say_something, "services/common/money.py", ""),
    (rules.modules_say_what_is_inside, "services/loan/domain.py", "x = 1"),
    (rules.refusals_have_words, "services/loan/domain.py", "class TooMuch(DomainError): ..."),
    (rules.sql_is_at_home, "services/loan/handlers.py", "q = 'select 1 from loans'"),
    (rules.sql_is_at_home, "services/loan/domain.py", "q = '\\n  insert into loans values ($1)'"),
    (rules.sql_is_at_home, "gateway/routes/loans.py", "q = 'with x as (select 1) select 2'"),
    (rules.sql_is_at_home, "infra/handling/lanes.py", "rows = await db.fetch(QUERY)"),
    (rules.sql_is_never_put_together, "services/loan/store.py", "q = f'select * from {table}'"),
    (rules.sql_is_never_put_together, "services/loan/store.py", "q = 'select * from ' + table"),
    (rules.sql_is_never_put_together, "services/loan/store.py", "q = 'update t set a = %s' % b"),
    (rules.sql_is_never_put_together, "services/loan/store.py", "q = 'select {}'.format(b)"),
    (rules.queues_are_named_once, "infra/handling/lanes.py", "send('bank.commands')"),
    (rules.queues_are_named_once, "infra/handling/lanes.py", "queue = f'{name}.replies'"),
    (rules.queues_are_named_once, "infra/handling/lanes.py", "queue = 'account.commands.dead'"),
    (rules.queues_are_named_once, "demo/rails/serving.py", "queue = f'{exchange}.in'"),
    (rules.queues_are_named_once, "gateway/asker.py", "key = 'account.place-hold.v1'"),
    (rules.only_command_lines_print, "services/loan/store.py", "print(1)"),
    (
        rules.subscribers_choose_when_to_acknowledge,
        "infra/process/app.py",
        "@broker.subscriber(queue, no_reply=True)\nasync def f(): ...",
    ),
    (
        rules.subscribers_choose_when_to_acknowledge,
        "infra/process/app.py",
        "broker.subscriber(queue, ack_policy=AckPolicy.MANUAL)(f)",
    ),
    (rules.nobody_asks_through_the_framework, "infra/a.py", "await self.broker.request(1)"),
    (rules.nobody_asks_through_the_framework, "infra/a.py", "from aio_pika.patterns import RPC"),
    (rules.nobody_asks_through_the_framework, "infra/a.py", "import aio_pika.patterns.rpc"),
    (rules.money_is_never_a_float, "services/loan/domain/apr.py", "rate = float(text)"),
    (rules.money_is_never_a_float, "services/account/store.py", "total = minor * 0.01"),
    (rules.money_is_never_a_float, "contracts/loan/quotes.py", "class A:\n    rate: float"),
    (rules.money_is_never_a_float, "gateway/routes/loans.py", "def f(amount: float): ..."),
    (
        rules.services_take_time_and_ids_from_the_clock,
        "services/loan/domain.py",
        "now = datetime.now(UTC)",
    ),
    (rules.services_take_time_and_ids_from_the_clock, "services/loan/a.py", "uuid.uuid4()"),
    (rules.nothing_is_left_for_later, "infra/a.py", "x = 1  # TODO: mend this"),
]

FAITHFUL: list[tuple[Rule, str, str]] = [
    (rules.functions_fit_a_screen, "infra/a.py", LONG.removesuffix("    print()\n")),
    (rules.sql_is_at_home, "services/loan/store/terms.py", "q = 'select 1 from loans'"),
    (rules.sql_is_at_home, "services/loan/handlers.py", '"""Select from what is on offer."""'),
    (rules.sql_is_never_put_together, "services/loan/store.py", "q = f'{count} rows selected'"),
    (rules.queues_are_named_once, "contracts/topology.py", "COMMANDS = 'bank.commands'"),
    (rules.queues_are_named_once, "infra/a.py", "log.info('account.opened')"),
    (
        rules.subscribers_choose_when_to_acknowledge,
        "infra/process/app.py",
        "broker.subscriber(queue, ack_policy=AckPolicy.MANUAL, no_reply=True)(f)",
    ),
    (rules.nobody_asks_through_the_framework, "infra/a.py", "await http.request('GET', url)"),
    (rules.money_is_never_a_float, "services/payment/sagas/x.py", "step = Step(seconds=2.5)"),
    (rules.money_is_never_a_float, "services/payment/sagas/x.py", "WAIT_SECONDS = 2.5"),
    (rules.money_is_never_a_float, "infra/handling/lanes.py", "pause = 0.5"),
]


@pytest.mark.parametrize("rule", rules.RULES, ids=lambda rule: rule.__name__)
def test_the_house_keeps_its_rules(rule: Rule) -> None:
    breaches = [breach for source in sources() for breach in rule(source)]

    assert not breaches, "\n".join(breaches)


@pytest.mark.parametrize(
    ("rule", "path", "text"), BREACHES, ids=[f"{rule.__name__}: {p}" for rule, p, _ in BREACHES]
)
def test_a_breach_is_noticed(rule: Rule, path: str, text: str) -> None:
    assert len(list(rule(Source(path, text)))) == 1


@pytest.mark.parametrize(
    ("rule", "path", "text"), FAITHFUL, ids=[f"{rule.__name__}: {p}" for rule, p, _ in FAITHFUL]
)
def test_what_keeps_the_rule_is_left_alone(rule: Rule, path: str, text: str) -> None:
    assert not list(rule(Source(path, text)))


def test_every_rule_is_shown_a_breach() -> None:
    assert {rule for rule, _, _ in BREACHES} == set(rules.RULES)
