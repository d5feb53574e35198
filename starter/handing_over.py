"""What can come of one inbox row, and how Temporal's refusals are read."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from temporalio.service import RPCError, RPCStatusCode

from starter.problem import Problem


@dataclass(frozen=True, slots=True)
class Done:
    """It is where it belongs. `note` is one code for whoever looks."""

    note: str
    shop: str = ""
    case_no: str = ""
    customer_ref: str = ""  # whose person the event names
    appeared: tuple[str, ...] = ()  # lanes that something may have waited for

    @property
    def case_is_there(self) -> bool:
        """Whether a case was opened, or told, that had not ended."""
        return self.note not in ("closed_already", "ended_already")


@dataclass(frozen=True, slots=True)
class Wait:
    """Not yet. `problem` is what the quarantine says when it has waited too long.

    `ordinary`: nobody needs to look when its time is over, such as news of a parcel that no case is about.
    """

    problem: Problem
    ordinary: bool = False


@dataclass(frozen=True, slots=True)
class Pace:
    """Its lane rests so long: by default because the case had enough messages for now."""

    seconds: float
    note: str = "paced"


@dataclass(frozen=True, slots=True)
class Refuse:
    """It can never be handed over as it is."""

    problems: tuple[Problem, ...]


Handed = Done | Wait | Pace | Refuse


class TemporalAway(Exception):
    """Temporal does not answer, or has too much to do: the row is not at fault and nothing is counted against it."""


@contextmanager
def asking_temporal() -> Iterator[None]:
    """Around calls of a client that connects when first used: without a server those raise a plain RuntimeError."""
    try:
        yield
    except RuntimeError as error:
        if "client connect" in str(error):
            raise TemporalAway("NOT_CONNECTED") from error
        raise


_ABOUT_THE_CASE = {
    RPCStatusCode.NOT_FOUND,  # no such workflow, or it has ended
    RPCStatusCode.INVALID_ARGUMENT,  # also: this run takes no more signals
    RPCStatusCode.FAILED_PRECONDITION,
    RPCStatusCode.ALREADY_EXISTS,
}


def about_the_case(error: RPCError) -> str:
    """The refusal as a code when it is about this case. Raises TemporalAway when it is about the server."""
    if error.status not in _ABOUT_THE_CASE:
        raise TemporalAway(error.status.name) from error
    return error.status.name.lower()
