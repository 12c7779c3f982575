"""Gathers what may be an answer: few enough to be looked at one by one."""

from collections.abc import Iterable, Mapping, Sequence

from bot.archive.connect import Connection
from bot.archive.rows import marks
from bot.archive.search import candidates, matching, nearest, normal, verify, walk
from bot.archive.search.compile import Plan, quoted
from bot.archive.search.matching import Walked
from bot.archive.search.query import Node
from bot.archive.search.score import Text
from bot.archive.texts import teaser_and_text

_RANKED_AMONG = 5000  # newest matches in title and teaser that are ranked by the index
_FROM_HEADS, _FROM_WORDS = 50, 60
_FREQUENT = 20_000  # articles with a word, beyond which it takes the index too long to rank what has it
_FROM_TITLES, _FROM_NEWEST = 30, 30
_ENOUGH_NEAR = 10  # of the newest that have a word that goes on
_LOOSE_WORDS, _LOOSE_EACH, _FROM_LOOSE = 8, 1500, 120
_HEADS = "FROM heads WHERE heads MATCH ? AND rowid >= ? AND rowid < ?"
_BM25 = "bm25(heads, 1.0, 3.0, 1.0, 3.0, 0.0)"


def strict(db: Connection, root: Node | None, plan: Plan, frequency: int) -> Walked:
    """Those that have all that was asked for: the best in title and teaser, the newest anywhere.

    A word as frequent as that is in more titles than anybody reads: the newest are as good as the best of them.
    """
    between = plan.low, plan.high
    near = nearest.read(db, root, plan, between, _ENOUGH_NEAR, most=_FROM_HEADS + _FROM_WORDS)
    if near is not None:
        return Walked(near.keys)
    if frequency > _FREQUENT:
        titles, either = plan.heads(db, plan.words.ordered, title=True), plan.heads(db, plan.words.ordered)
        keys = [key for each in titles for key in _newest_heads(db, each, plan, _FROM_TITLES)]
        keys += [key for each in either for key in _newest_heads(db, each, plan, _FROM_NEWEST)]
    else:
        keys = [key for expression in plan.heads(db, plan.words.ordered) for key in _best_heads(db, expression, plan)]
    newest = matching.newest(db, root, plan, between, _FROM_WORDS)
    return Walked(list(dict.fromkeys([*verified(db, keys, root), *newest.keys])), newest.end)


def loose(db: Connection, plan: Plan, weights: Mapping[str, float], numbers: Mapping[str, int]) -> list[int]:
    """Those that have some of it, by the weight of the words that they have; and the best of them in title and teaser.

    To rank these, the index reads all that a word is in: frequent words are left out, where there are others.
    """
    sums: dict[int, float] = {}
    known = sorted((word for word in weights if numbers[word]), key=lambda each: (-weights[each], each))
    for word in known[:_LOOSE_WORDS]:
        for key in walk.keys(db, "words", (plan.loosely(db, word), plan.low, plan.high, _LOOSE_EACH)):
            sums[key] = sums.get(key, 0.0) + weights[word]
    best = sorted(sums, key=lambda key: (-sums[key], -key))[:_FROM_LOOSE]
    rare = [word for word in known if numbers[word] <= _FREQUENT] or known
    any_of_them = " OR ".join(map(quoted, rare))
    heads = [key for each in plan.heads(db, any_of_them) for key in _best_heads(db, each, plan)] if rare else []
    return list(dict.fromkeys([*best, *heads]))


def texts(db: Connection, keys: Iterable[int]) -> list[Text]:
    """What is scored of each article."""
    wanted = list(keys)
    rows = db.execute(
        f"""
        SELECT a.id, a.title, a.url, a.teaser, a.image, t.z FROM article a LEFT JOIN article_text t ON t.id = a.id
        WHERE a.id IN ({marks(len(wanted))})
        """,  # noqa: S608 question marks
        wanted,
    )
    found = []
    for row in rows:
        db.heed()
        rest = " ".join(teaser_and_text(db, row))
        found.append(Text(row["id"], normal.fold(row["title"]), normal.fold(rest)))
    return found


def verified(db: Connection, keys: Sequence[int], root: Node | None) -> list[int]:
    """Of what was found by title and teaser, what is an answer by all of its text."""
    check = verify.of_heads(root)
    return list(keys) if check is None else candidates.that_pass(db, keys, check)


def _newest_heads(db: Connection, expression: str, plan: Plan, most: int) -> list[int]:
    return walk.keys(db, "heads", (expression, plan.low, plan.high, most))


def _best_heads(db: Connection, expression: str, plan: Plan) -> list[int]:
    given = [expression, plan.low, plan.high]
    guard = db.execute(f"SELECT rowid {_HEADS} ORDER BY rowid DESC LIMIT 1 OFFSET {_RANKED_AMONG}", given).fetchone()
    if guard is not None:
        given[1] = guard[0]
    return [row[0] for row in db.execute(f"SELECT rowid {_HEADS} ORDER BY {_BM25} LIMIT {_FROM_HEADS}", given)]
