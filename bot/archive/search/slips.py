"""Slips of the fingers, and of the memory for foreign names: what they make of a word, and how many lie between two."""

from collections.abc import Iterator

_ALPHABETS = (
    "abcdefghijklmnopqrstuvwxyz",
    "абвгдежзиклмнопрстуфхцчшщъыьэюяіїєґ",
    "αβγδεζηθικλμνξοπρστυφχψω",
    "ابتثجحخدذرزسشصضطظعغفقكلمنهوي",
    "אבגדהוזחטיכלמנסעפצקרשת",
)


def neighbours(word: str) -> Iterator[str]:
    """All that one slip of the fingers makes of a word: the slip that is likeliest first."""
    letters = next((each for each in _ALPHABETS if word[0] in each), _ALPHABETS[0])
    cuts = [(word[:at], word[at:]) for at in range(len(word) + 1)]
    yield from (head + tail[1] + tail[0] + tail[2:] for head, tail in cuts if len(tail) > 1)
    yield from (head + tail[1:] for head, tail in cuts if tail)
    yield from (head + letter + tail for head, tail in cuts for letter in letters)
    yield from (head + letter + tail[1:] for head, tail in cuts if tail for letter in letters)


def likeness(word: str, other: str) -> int:
    """How likely one is a slip for the other: letters that changed places or were doubled, then the rest."""
    if sorted(word) == sorted(other):
        return 3
    longer, shorter = (word, other) if len(word) > len(other) else (other, word)
    doubled = any(
        longer[:at] + longer[at + 1 :] == shorter and longer[at] in (longer[at - 1 : at] + longer[at + 1 : at + 2])
        for at in range(len(longer))
    )
    return 2 if doubled else 1 if word[:1] == other[:1] else 0


def between(word: str, other: str) -> int:
    """How many letters were left out, put in, exchanged, or changed places with the next (Damerau, 1964), where each is
    part of one slip at most."""
    before: list[int] = []
    line = list(range(len(other) + 1))
    for at, letter in enumerate(word, 1):
        earlier, before, line = before, line, [at]
        for to, wanted in enumerate(other, 1):
            best = min(before[to] + 1, line[to - 1] + 1, before[to - 1] + (letter != wanted))
            if at > 1 and to > 1 and letter == other[to - 2] and word[at - 2] == wanted:
                best = min(best, earlier[to - 2] + 1)
            line.append(best)
    return line[-1]
