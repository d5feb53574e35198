"""How fast messages may come to one case: a run refuses more than some number of signals, so a flood is spread out."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from time import monotonic

_WINDOW = 60.0  # seconds
_REMEMBERED = 10_000  # cases; the longest untouched is forgotten, which only lets it go faster


class Paces:
    """Counts messages per case in windows of a minute. Each dispatcher counts its own."""

    def __init__(self, most: int, clock: Callable[[], float] = monotonic) -> None:
        self._most = most
        self._clock = clock
        self._windows: OrderedDict[str, tuple[float, int]] = OrderedDict()

    def pause(self, case: str) -> float:
        """Seconds until the case may have the next message; 0 when it may have it now."""
        since, count = self._windows.get(case, (0.0, 0))
        left = since + _WINDOW - self._clock()
        return left if count >= self._most and left > 0 else 0.0

    def count(self, case: str) -> None:
        """One message went to the case."""
        since, count = self._windows.pop(case, (self._clock(), 0))
        if self._clock() >= since + _WINDOW:
            since, count = self._clock(), 0
        self._windows[case] = (since, count + 1)
        if len(self._windows) > _REMEMBERED:
            self._windows.popitem(last=False)
