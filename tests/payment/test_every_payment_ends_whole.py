"""Whatever the network, the account service and the rail do, a payment ends, once and whole."""

from hypothesis import given, settings
from hypothesis import strategies as st

from contracts.payment.transfers import TransferCompleted, TransferFailed
from infra.sagas.table import Phase
from tests.payment.examples import ACCEPTED, REJECTED
from tests.payment.world import AccountService, RailSide, World

# Most of the time things go well; otherwise few payments would get as far as the capture.
WHAT = st.sampled_from(
    ["arrives"] * 8
    + ["arrives twice"] * 2
    + ["time passes"] * 2
    + ["is lost", "is parked", "is retried", "is cancelled"]
)
HAPPENINGS = st.lists(st.tuples(WHAT, st.integers(0, 5)), max_size=30)
ACCOUNTS = st.builds(
    AccountService,
    has_funds=st.booleans(),
    refusals_of_capture=st.integers(0, 3),
    refusals_of_release=st.integers(0, 3),
)
RAILS = st.builds(RailSide, verdict=st.sampled_from([ACCEPTED, REJECTED]))


@settings(max_examples=1_500)
@given(account=ACCOUNTS, rail=RAILS, happenings=HAPPENINGS, hits=st.integers(0, 2))
def test_a_hold_is_captured_if_and_only_if_the_rail_accepted(
    account: AccountService, rail: RailSide, happenings: list[tuple[str, int]], hits: int
) -> None:
    world = World(account, rail, hits)

    for what, number in happenings:
        happen(world, what, number)
    world.calm_down()

    was_paid = rail.knows and rail.verdict is ACCEPTED
    assert (world.run.phase is Phase.COMPLETED) == was_paid
    assert (account.hold == "captured") == was_paid
    assert account.hold != "open"
    assert [type(event) for event in world.events] == [
        TransferCompleted if was_paid else TransferFailed
    ]
    assert not world.run.is_contradicted


def happen(world: World, what: str, number: int) -> None:
    match what:
        case "arrives":
            world.deliver(number)
        case "arrives twice":
            world.deliver(number, keep=True)
        case "is lost":
            world.lose(number)
        case "time passes":
            world.pass_time()
        case "is parked":
            world.park()
        case "is retried":
            world.retry()
        case "is cancelled":
            world.cancel()
