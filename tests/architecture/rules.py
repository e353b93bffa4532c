"""House rules a linter has no word for. Each yields what breaks it in one source, with its line."""

import ast
import re
import tokenize
from collections.abc import Iterator
from io import StringIO
from pathlib import PurePosixPath

from tests.architecture.house import Source, docstrings

FUNCTION_LINES_MAX = 50
FILE_LINES_MAX = 300
TEST_FILE_LINES_MAX = 400
EMPTY_NAMES = frozenset({"utils", "util", "common", "helpers", "helper", "base", "manager", "misc"})

# Where infra may speak SQL: each of these owns tables, or a connection, of its own.
INFRA_SQL = frozenset(
    {
        "infra/process/app.py",  # asks the database whether it is alive
        "infra/data/database.py",
        "infra/data/folding.py",
        "infra/data/terms.py",
        "infra/handling/audit.py",
        "infra/handling/audit_search.py",
        "infra/handling/day.py",
        "infra/handling/mailbox.py",
        "infra/handling/parked.py",
        "infra/handling/seals.py",
        "infra/deployment/audit.py",
        "infra/deployment/provisioning.py",
        "infra/deployment/tables.py",  # asks the catalogue
        "infra/jobs/reading.py",
        "infra/jobs/rows.py",
        "infra/sagas/runs.py",
        "infra/sagas/rows.py",
        "infra/sagas/looking.py",
        "infra/process/timers.py",  # the lock that keeps a timer to one process
    }
)
INFRA_SQL_FOLDERS = ("infra/deployment/migrations/", "infra/deployment/local/")
# The only interpolation allowed into SQL: names of roles and schemas, which take no parameters.
INTERPOLATES = frozenset(
    {"infra/deployment/provisioning.py", "infra/deployment/migrations/__init__.py"}
)
ASYNCPG = frozenset({"fetch", "fetchrow", "fetchval", "executemany", "copy_records_to_table"})
NAMES_OF_TOPOLOGY = frozenset(
    {
        "contracts/topology.py",
        "contracts/lanes.py",
        "contracts/partner_events.py",
    }
)
SPEAKS_TO_A_TERMINAL = ("infra/deployment/cli", "infra/deployment/local/", "demo/")

_SQL = re.compile(
    r"^\s*(select\s.+|insert\s+into\s|update\s+[\w.\"]+\s+set\s|delete\s+from\s|truncate\s"
    r"|with\s+\w+\s+as\s*\(|(create|alter|drop)\s+(table|index|role|schema|database|type|function"
    r"|trigger|sequence|view)\s|lock\s+table\s|set\s+local\s|copy\s+\w+\s*\()",
    re.IGNORECASE | re.DOTALL,
)
_MODULE = re.compile(r"^(services|gateway|demo|infra\.deployment)\.")
_QUEUE = re.compile(
    r"^(bank\.(commands|batch|queries|events|retry|requeue|dead)\b.*"
    r"|([a-z]+)?\.(commands|batch|queries|events|replies)(\.dead)?|\.dead|\.in"
    r"|[a-z]+\.[a-z0-9]+(-[a-z0-9]+)*\.v\d+)$"
)


def functions_fit_a_screen(source: Source) -> Iterator[str]:
    for node in source.nodes(ast.FunctionDef, ast.AsyncFunctionDef):
        lines = node.end_lineno - node.lineno + 1
        if lines > FUNCTION_LINES_MAX:
            yield source.at(node, f"{node.name} has {lines} lines")


def services_are_named_in_one_room(source: Source) -> Iterator[str]:
    """A string that names a module above is an import that no import law sees."""
    if source.top != "infra" or source.path.startswith("infra/deployment/"):
        return
    for node in source.nodes(ast.Constant):
        text = node.value
        if isinstance(text, str) and _MODULE.search(text):
            yield source.at(node, f"{text!r} names what stands above")


def files_fit_a_sitting(source: Source) -> Iterator[str]:
    lines = len(source.text.splitlines())
    if lines > (TEST_FILE_LINES_MAX if source.top == "tests" else FILE_LINES_MAX):
        yield source.at(source.tree, f"{lines} lines")


def names_say_something(source: Source) -> Iterator[str]:
    path = PurePosixPath(source.path)
    if EMPTY_NAMES & {path.stem, *path.parts}:
        yield source.at(source.tree, "a name under which anything could stand")


def modules_say_what_is_inside(source: Source) -> Iterator[str]:
    if source.top == "tests" or source.is_migration:
        return
    if source.text.strip() and not ast.get_docstring(source.tree):
        yield source.at(source.tree, "no docstring")


def refusals_have_words(source: Source) -> Iterator[str]:
    """The docstring of a refusal is what the caller reads."""
    refusals = {"DomainError", "NotFound", "Conflict", "Forbidden"}
    for node in source.nodes(ast.ClassDef):
        bases = {base.id for base in node.bases if isinstance(base, ast.Name)}
        if bases & refusals and not ast.get_docstring(node):
            yield source.at(node, f"{node.name} has no words")


def sql_is_at_home(source: Source) -> Iterator[str]:
    parts = PurePosixPath(source.path).parts
    is_store = source.top == "services" and ("store.py" in parts or "store" in parts)
    is_infra = source.path in INFRA_SQL or source.path.startswith(INFRA_SQL_FOLDERS)
    if is_store or is_infra or source.is_migration or source.top == "tests":
        return
    words = docstrings(source.tree)
    for node in source.nodes(ast.Constant):
        if id(node) not in words and _is_sql(node):
            yield source.at(node, "SQL outside a store")
    for node in source.nodes(ast.Call):
        if isinstance(node.func, ast.Attribute) and node.func.attr in ASYNCPG:
            yield source.at(node, f"{ast.unparse(node.func)} outside a store")


def sql_is_never_put_together(source: Source) -> Iterator[str]:
    """Parameters are parameters: no f-string, `format`, `%` or `+` on SQL."""
    if source.path in INTERPOLATES or source.top == "tests":
        return
    for node in source.nodes(ast.JoinedStr):
        if _is_sql(node.values[0]) and any(isinstance(v, ast.FormattedValue) for v in node.values):
            yield source.at(node, "SQL in an f-string")
    for node in source.nodes(ast.BinOp):
        if isinstance(node.op, ast.Mod | ast.Add) and _is_sql(node.left):
            yield source.at(node, "SQL put together")
    for node in source.nodes(ast.Call):
        called = node.func
        if isinstance(called, ast.Attribute) and called.attr == "format" and _is_sql(called.value):
            yield source.at(node, "SQL put together")


def queues_are_named_once(source: Source) -> Iterator[str]:
    """Exchanges, queues and routing keys are computed in contracts/topology.py and lanes.py."""
    if source.path in NAMES_OF_TOPOLOGY or source.top == "tests":
        return
    words = docstrings(source.tree)
    for node in source.nodes(ast.Constant):
        if isinstance(node.value, str) and id(node) not in words and _QUEUE.match(node.value):
            yield source.at(node, f"the name {node.value!r} is written out")


def only_command_lines_print(source: Source) -> Iterator[str]:
    if source.path.startswith(SPEAKS_TO_A_TERMINAL):
        return
    for node in source.nodes(ast.Call):
        if isinstance(node.func, ast.Name) and node.func.id == "print":
            yield source.at(node, "print")


def subscribers_choose_when_to_acknowledge(source: Source) -> Iterator[str]:
    """The framework's default loses a message whose handler fails."""
    for node in source.nodes(ast.Call):
        if isinstance(node.func, ast.Attribute) and node.func.attr == "subscriber":
            chosen = {keyword.arg for keyword in node.keywords}
            if "ack_policy" not in chosen or "no_reply" not in chosen:
                yield source.at(node, "a subscriber on the framework's defaults")


def nobody_asks_through_the_framework(source: Source) -> Iterator[str]:
    """`broker.request` asks one question at a time; `aio_pika.patterns` pickles."""
    for node in source.nodes(ast.Call):
        called = node.func
        if isinstance(called, ast.Attribute) and called.attr == "request":
            owner = ast.unparse(called.value)
            if "broker" in owner.lower():
                yield source.at(node, f"{owner}.request")
    for node in source.nodes(ast.Import, ast.ImportFrom):
        imported = [alias.name for alias in node.names] + [getattr(node, "module", None) or ""]
        if any(name.startswith("aio_pika.patterns") for name in imported):
            yield source.at(node, "aio_pika.patterns")


def money_is_never_a_float(source: Source) -> Iterator[str]:
    """Where amounts pass, only a number of seconds may be a float."""
    if not _handles_money(source.path):
        return
    durations = _durations(source)
    for node in source.nodes(ast.Name, ast.Constant):
        is_float = getattr(node, "id", None) == "float" or isinstance(
            getattr(node, "value", None), float
        )
        if is_float and id(node) not in durations:
            yield source.at(node, f"{ast.unparse(node)} where money is")


def services_take_time_and_ids_from_the_clock(source: Source) -> Iterator[str]:
    """`context.now` is one value for a unit of work; `infra.runtime.clock` makes ids."""
    if source.top != "services":
        return
    for node in source.nodes(ast.Call):
        called = ast.unparse(node.func)
        if called.endswith(("datetime.now", "utcnow", "date.today", "time.time", "uuid1", "uuid4")):
            yield source.at(node, called)


def nothing_is_left_for_later(source: Source) -> Iterator[str]:
    marks = re.compile(r"\b(TODO|FIXME|XXX|HACK)\b")
    if not marks.search(source.text):
        return
    for token in tokenize.generate_tokens(StringIO(source.text).readline):
        if token.type == tokenize.COMMENT and marks.search(token.string):
            yield f"{source.path}:{token.start[0]}: {token.string}"


RULES = (
    functions_fit_a_screen,
    services_are_named_in_one_room,
    files_fit_a_sitting,
    names_say_something,
    modules_say_what_is_inside,
    refusals_have_words,
    sql_is_at_home,
    sql_is_never_put_together,
    queues_are_named_once,
    only_command_lines_print,
    subscribers_choose_when_to_acknowledge,
    nobody_asks_through_the_framework,
    money_is_never_a_float,
    services_take_time_and_ids_from_the_clock,
    nothing_is_left_for_later,
)


def _is_sql(node: ast.AST) -> bool:
    return (
        isinstance(node, ast.Constant)
        and isinstance(node.value, str)
        and bool(_SQL.match(node.value))
    )


def _handles_money(path: str) -> bool:
    """Contracts, the rules, statements and sagas of services, and the edge's reading of amounts."""
    top, _, rest = path.partition("/")
    if path == "gateway/routes/health.py":
        return False
    part = PurePosixPath(rest).parts[1:2] if top == "services" else ()
    names = ("domain", "store", "handlers", "sagas")
    return (
        top == "contracts"
        or path.startswith(("gateway/money", "gateway/routes/"))
        or any(name.removesuffix(".py") in names for name in part)
    )


def _durations(source: Source) -> set[int]:
    """The ids of all nodes that belong to a number of seconds, which is not money."""
    spans: list[ast.AST] = []
    for node in source.nodes(ast.Assign, ast.AnnAssign, ast.keyword, ast.arg):
        targets = getattr(node, "targets", [getattr(node, "target", None)])
        names = [ast.unparse(target) for target in targets if target is not None]
        names.append(getattr(node, "arg", None) or "")
        if any(name.lower().endswith("seconds") for name in names):
            spans.append(node)
    return {id(inner) for span in spans for inner in ast.walk(span)}
