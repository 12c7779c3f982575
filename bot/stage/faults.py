"""Mishaps on order: scripted one by one, or by chance with a seed."""

import asyncio
import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from itertools import count

from bot.stage.refusals import Json, Refusal

ON_REQUESTS = {
    "429-user", "429-global", "429-shared", "429-banned", "500", "502", "503", "504", "500-after", "reset-before",
    "reset-after", "hang", "hang-after", "slow", "garbage", "stranger", "history-500", "exhausted", "error",
}  # fmt: skip
ON_GATEWAY = {"op7", "op9-true", "op9-false", "silence", "refuse-handshake"}  # and close-CODE
_LONGEST = 86_400  # seconds: a day


@dataclass(slots=True)
class Fault:
    """One mishap: what it strikes, how, how often and how likely.

    `seconds` is the wait of a 429, the delay of `slow`, the length of `hang` and `silence`; `code` the error
    of `error`. `happened` is set when it has taken effect: with the kinds that end in -after, when all is stored.
    With `stranger` somebody on the way answers, friendly and in JSON, and Discord never hears of it.
    """

    kind: str
    method: str = "*"
    path: str = "*"
    times: int | None = 1
    chance: float = 1.0
    seconds: float = 2.0
    code: int = 50013
    id: int = 0
    struck: int = 0
    happened: asyncio.Event = field(default_factory=asyncio.Event)

    @property
    def strikes_after(self) -> bool:
        return self.kind.endswith("-after")

    @property
    def on_gateway(self) -> bool:
        return self.kind in ON_GATEWAY or self.kind.startswith("close-")

    def fits(self, method: str, path: str) -> bool:
        if self.kind == "history-500" and self.path == "*":
            return method == "GET" and fnmatchcase(path, "/channels/*/messages")
        return self.method in ("*", method) and fnmatchcase(path, self.path)

    def json(self) -> Json:
        return {
            "id": self.id,
            "kind": self.kind,
            "match": {"method": self.method, "path": self.path},
            "times": self.times,
            "chance": self.chance,
            "seconds": self.seconds,
            "hits": self.struck,
        }


class Faults:
    """The faults that are set. The first that fits a request strikes it."""

    def __init__(self, seed: int = 1) -> None:
        self._chance = random.Random(seed)  # noqa: S311 - mishaps are no secret
        self._ids = count(1)
        self._set: list[Fault] = []

    def __iter__(self) -> Iterator[Fault]:
        return iter(self._set)

    def seed(self, seed: int) -> None:
        """Begins the same row of chances anew."""
        self._chance.seed(seed)

    def add(
        self,
        kind: str,
        *,
        method: str = "*",
        path: str = "*",
        times: int | None = 1,
        chance: float = 1.0,
        seconds: float = 2.0,
        code: int = 50013,
    ) -> Fault:
        """Sets a fault for the next `times` requests that fit, or for all with None.

        `path` is below /api/v10, with `*` for any part: `/channels/*/messages`.
        """
        if kind not in ON_REQUESTS | ON_GATEWAY and not (kind.startswith("close-") and kind[6:].isdigit()):
            raise Refusal(50035, detail=f"There is no fault called {kind!r}.")
        fault = Fault(kind, method.upper(), path, times, chance, seconds, code, next(self._ids))
        self._set.append(fault)
        return fault

    def add_json(self, body: Json) -> Fault:
        """As the page asks for it; raises ValueError with a sentence where a number is none that makes sense."""
        match = body.get("match") or {}
        times, chance, seconds = body.get("times", 1), body.get("chance", 1.0), body.get("seconds", 2.0)
        if not (times is None or (isinstance(times, int) and times >= 1)):
            raise ValueError(f"Times: a whole number from 1 on, or nothing for always; not {times!r}.")
        if not (isinstance(chance, int | float) and 0 < chance <= 1):
            raise ValueError(f"Chance: more than 0 and at most 1; not {chance!r}.")
        if not (isinstance(seconds, int | float) and 0 <= seconds <= _LONGEST):
            raise ValueError(f"Seconds: from 0 to {_LONGEST:,}; not {seconds!r}.")
        return self.add(
            str(body.get("kind")),
            method=str(match.get("method") or "*"),
            path=str(match.get("path") or "*"),
            times=times,
            chance=float(chance),
            seconds=float(seconds),
            code=int(body.get("code") or 50013),
        )

    def remove(self, fault_id: int | None = None) -> None:
        """Takes one fault back, or all."""
        self._set = [each for each in self._set if fault_id is not None and each.id != fault_id]

    def strike(self, method: str, path: str) -> Fault | None:
        """The fault that hits this request, if any does."""
        return self._first(lambda each: not each.on_gateway and each.fits(method, path))

    def strike_handshake(self) -> Fault | None:
        return self._first(lambda each: each.kind == "refuse-handshake")

    def on_gateway(self) -> Fault | None:
        """The gateway fault that waits for a shard to identify."""
        return next((each for each in self._set if each.on_gateway and each.kind != "refuse-handshake"), None)

    def take_back(self, fault: Fault) -> None:
        """A gateway fault that has been carried out."""
        fault.struck += 1
        fault.happened.set()
        if fault in self._set:
            self._set.remove(fault)

    def _first(self, fits: Callable[[Fault], bool]) -> Fault | None:
        for each in self._set:
            if fits(each) and (each.chance >= 1 or self._chance.random() < each.chance):
                each.struck += 1
                if each.times is not None:
                    each.times -= 1
                    if each.times <= 0:
                        self._set.remove(each)
                return each
        return None
