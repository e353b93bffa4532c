"""What may be judged again of what was refused."""

from contracts.envelope import Conflict, NotFound


class UnknownQuarantined(NotFound):
    """There is no such message in the quarantine of this partner."""


class QuarantinedInPart(Conflict):
    """Not all of it was kept, so it cannot be judged again: its partner has to send it again."""


class LaneIsClosed(Conflict):
    """The partner is closed, so nobody would hear the answer."""
