"""How a case moves: received, in review, supplement asked and answered, decided. Rules only, no database.

A case stands somewhere (``Standing``); a verb gives where it stands then, or raises ``NotAllowed``. What is
missing is told once and completely (Administrative Licensing Law, art. 32), terms are working days (art. 82),
and the clock of a promise stands still from the day a supplement is asked for until it comes.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from hub.cases.working_days import working_days_after, working_days_between


class State(StrEnum):
    """Where a case stands."""

    RECEIVED = "received"
    IN_REVIEW = "in_review"
    SUPPLEMENT_ASKED = "supplement_asked"
    DECIDED = "decided"


class Outcome(StrEnum):
    """How a case was decided."""

    GRANTED = "granted"
    REFUSED = "refused"
    NOT_ACCEPTED = "not_accepted"
    WITHDRAWN = "withdrawn"


class Move(StrEnum):
    """What is done to a case."""

    BEGIN_REVIEW = "begin_review"
    ASK_SUPPLEMENT = "ask_supplement"
    TAKE_SUPPLEMENT = "take_supplement"
    DECIDE = "decide"
    DECIDE_BY_RULE = "decide_by_rule"
    WITHDRAW = "withdraw"
    LAPSE = "lapse"


@dataclass(frozen=True)
class Transition:
    """A move: from which states to which, and the outcomes it may have."""

    sources: frozenset[State]
    target: State
    outcomes: frozenset[Outcome] = frozenset()


def _transition(*sources: State, to: State, outcomes: tuple[Outcome, ...] = ()) -> Transition:
    return Transition(frozenset(sources), to, frozenset(outcomes))


_CLERKS: Final = (Outcome.GRANTED, Outcome.REFUSED, Outcome.NOT_ACCEPTED)
_OPEN: Final = (State.RECEIVED, State.IN_REVIEW, State.SUPPLEMENT_ASKED)

TRANSITIONS: Final[Mapping[Move, Transition]] = MappingProxyType(
    {
        Move.BEGIN_REVIEW: _transition(State.RECEIVED, to=State.IN_REVIEW),
        Move.ASK_SUPPLEMENT: _transition(State.IN_REVIEW, to=State.SUPPLEMENT_ASKED),
        Move.TAKE_SUPPLEMENT: _transition(State.SUPPLEMENT_ASKED, to=State.IN_REVIEW),
        Move.DECIDE: _transition(State.IN_REVIEW, to=State.DECIDED, outcomes=_CLERKS),
        Move.DECIDE_BY_RULE: _transition(State.RECEIVED, to=State.DECIDED, outcomes=(Outcome.GRANTED,)),
        Move.WITHDRAW: _transition(*_OPEN, to=State.DECIDED, outcomes=(Outcome.WITHDRAWN,)),
        Move.LAPSE: _transition(State.SUPPLEMENT_ASKED, to=State.DECIDED, outcomes=(Outcome.WITHDRAWN,)),
    }
)
"""Every move there is; what is not in here cannot be done."""


class NotAllowed(Exception):
    """The case stands where this cannot be done."""

    def __init__(self, move: Move, state: State) -> None:
        super().__init__(f"{move} is not possible in state {state}")
        self.move = move
        self.state = state


@dataclass(frozen=True)
class Standing:
    """Where a case stands and how its clock goes.

    ``promised_by`` and ``legal_by`` are the last days of promise and law, null where there is none;
    ``paused_on`` is the day the clock stopped, ``supplement_due`` the last day for what was asked.
    """

    state: State = State.RECEIVED
    promised_by: date | None = None
    legal_by: date | None = None
    paused_on: date | None = None
    supplement_due: date | None = None
    outcome: Outcome | None = None


def allowed(standing: Standing, today: date) -> frozenset[Move]:
    """What can be done to a case now."""
    moves = {move for move, transition in TRANSITIONS.items() if standing.state in transition.sources}
    if not _has_lapsed(standing, today):
        moves.discard(Move.LAPSE)
    return frozenset(moves)


def begin_review(standing: Standing) -> Standing:
    """A clerk takes it up."""
    return _moved(standing, Move.BEGIN_REVIEW)


def ask_supplement(standing: Standing, today: date, days: int) -> Standing:
    """One complete list of what is missing is sent, to be answered within ``days`` working days (>= 1)."""
    due = working_days_after(today, max(days, 1))
    return replace(_moved(standing, Move.ASK_SUPPLEMENT), paused_on=today, supplement_due=due)


def take_supplement(standing: Standing, today: date) -> Standing:
    """What was missing is here; the clock goes on where it stopped."""
    moved = _moved(standing, Move.TAKE_SUPPLEMENT)
    paused = working_days_between(standing.paused_on or today, today)
    return replace(
        moved,
        promised_by=_later(standing.promised_by, paused),
        legal_by=_later(standing.legal_by, paused),
        paused_on=None,
        supplement_due=None,
    )


def decide(standing: Standing, outcome: Outcome) -> Standing:
    """A clerk decides: granted, refused or not accepted."""
    return _moved(standing, Move.DECIDE, outcome)


def decide_by_rule(standing: Standing) -> Standing:
    """A rule grants an instant item on the spot; rules never refuse."""
    return _moved(standing, Move.DECIDE_BY_RULE, Outcome.GRANTED)


def withdraw(standing: Standing) -> Standing:
    """The applicant does not want it any more."""
    return _moved(standing, Move.WITHDRAW, Outcome.WITHDRAWN)


def lapse(standing: Standing, today: date) -> Standing:
    """The last day for the supplement has gone by: as the request said, it counts as withdrawn."""
    if standing.state == State.SUPPLEMENT_ASKED and not _has_lapsed(standing, today):
        raise NotAllowed(Move.LAPSE, standing.state)
    return _moved(standing, Move.LAPSE, Outcome.WITHDRAWN)


def _moved(standing: Standing, move: Move, outcome: Outcome | None = None) -> Standing:
    transition = TRANSITIONS[move]
    if standing.state not in transition.sources:
        raise NotAllowed(move, standing.state)
    if transition.outcomes and outcome not in transition.outcomes:
        raise NotAllowed(move, standing.state)
    return replace(standing, state=transition.target, outcome=outcome)


def _has_lapsed(standing: Standing, today: date) -> bool:
    return standing.supplement_due is not None and today > standing.supplement_due


def _later(day: date | None, days: int) -> date | None:
    return None if day is None else working_days_after(day, max(days, 0))
