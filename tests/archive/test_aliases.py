"""Whoever searches for one name of a thing finds the others too."""

from pathlib import Path

import pytest

from bot.archive import Archive
from bot.archive.search.aliases import Aliases, aliases_of, load_aliases
from bot.errors import BrokenFile
from bot.model import Query
from bot.regions import Regions
from tests.archive.conftest import Room
from tests.builders import an_article


@pytest.fixture
def aliases() -> Aliases:
    return load_aliases(Path(__file__).parents[2] / "data" / "aliases.tsv")


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("DPRK", ["Missiles over North Korea"]),
        ("north korea", ["A north wind in South Korea", "Missiles over North Korea"]),
        ('"north korea"', ["Missiles over North Korea"]),
        ("turkey", ["Türkiye votes"]),
        ("North Atlantic Treaty Organization", ["NATO meets"]),
        ("WHO", ["Who knows", "World Health Organization warns"]),
        ("kiev OR burma", ["Kyiv rebuilds"]),
        ("who", ["Who knows"]),
        ("korea north", ["A north wind in South Korea", "Missiles over North Korea"]),
    ],
)
async def test_a_query_finds_by_other_names(regions: Regions, aliases: Aliases, words: str, found: list[str]) -> None:
    archive = await Archive.open(":memory:", regions, aliases=aliases)
    titles = ["Missiles over North Korea", "Türkiye votes", "NATO meets", "World Health Organization warns"]
    titles += ["Kyiv rebuilds", "A north wind in South Korea", "Who knows"]
    await Room(archive).takes_in(*map(an_article, titles))
    answer = await archive.search(Query(words, order="newest"))
    await archive.close()
    assert [hit.article.title for hit in answer.hits] == found


async def test_the_answer_says_which_other_names_were_looked_for(regions: Regions, aliases: Aliases) -> None:
    archive = await Archive.open(":memory:", regions, aliases=aliases)
    answer = await archive.search(Query("DPRK missiles"))
    await archive.close()
    assert answer.understood.startswith("DPRK (also North Korea, Democratic People's Republic of Korea) AND missiles")


def test_a_name_that_must_be_typed_just_so_is_not_met_otherwise() -> None:
    aliases = aliases_of([["=WHO", "World Health Organization"]])
    assert aliases.of(("who",), "WHO") == ("World Health Organization",)
    assert aliases.of(("who",), "who") == ()


@pytest.mark.parametrize(
    ("written", "problem"),
    [
        (b"alone", "two names at least, with a tab between them, not spaces"),
        (b"NATO    OTAN", "with a tab between them, not spaces"),
        (b"NATO, OTAN", "with a tab between them, not spaces"),
        (b"NATO\t", "two names at least"),
        (b"NATO\t---", '"---" has no letters'),
        (b"=\tNATO", '"=" has no letters'),
        (b"NATO\tNato", '"NATO" and "Nato" are the same but for capitals and accents'),
        (b"S\xe3o\tSao", "not UTF-8 text; save it as UTF-8"),
    ],
)
def test_a_wrong_line_is_refused_with_its_number_and_the_reason(tmp_path: Path, written: bytes, problem: str) -> None:
    (tmp_path / "aliases.tsv").write_bytes(b"# names\n  # of things\nDPRK\tNorth Korea\n" + written + b"\n")
    with pytest.raises(BrokenFile) as caught:
        load_aliases(tmp_path / "aliases.tsv")
    assert (caught.value.line, problem in caught.value.problem) == (4, True), str(caught.value)
