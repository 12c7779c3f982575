"""What a query means, and what is said of it."""

from datetime import UTC, datetime

import pytest

from bot.archive.search.query import MOST_TERMS, Asked, Both, Either, Term, Without, read
from bot.archive.search.told import told
from bot.model import Query
from bot.regions import Regions

NOW = datetime(2026, 3, 18, 15, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("words", "understood"),
    [
        ("nato japan", "nato AND japan"),
        ("nato AND japan", "nato AND japan"),
        ("nato OR japan rain", "(nato OR japan) AND rain"),
        ("nato | japan", "nato OR japan"),
        ("(nato rain) OR japan", "(nato AND rain) OR japan"),
        ("nato -japan", "nato AND NOT japan"),
        ("-nato", "NOT nato"),
        ("nato NOT japan", "nato AND NOT japan"),
        ("nato AND NOT (japan OR rain)", "nato AND NOT (japan OR rain)"),
        ("nato NOT region:africa", "nato, not in Africa"),
        ("nato OR NOT japan", "nato OR NOT japan"),
        ("nato NOT", "nato"),
        ("not nato", "not AND nato"),
        ('"rain in kenya"', "“rain in kenya”"),
        ("“rain in kenya”", "“rain in kenya”"),
        ("elect*", "elect*"),
        ("中国经* 东京*", "中国经* AND 东京*"),  # such a word goes on by itself
        ("el*", "el; the * of “el*” needs 3 letters before it"),
        (
            "eu* -us*",
            "eu AND NOT us; the * of “eu*” needs 3 letters before it; the * of “us*” needs 3 letters before it",
        ),
        ('"rain in ken*"', "“rain in ken”; the * of “rain in ken*” counts outside quotation marks alone"),
        ('"elect*"', "elect; the * of “elect*” counts outside quotation marks alone"),
        ("日*", "日*"),
        ("title:rain", "rain in the title"),
        ("nato region:asia-pacific", "nato in Asia-Pacific"),
        ("nato in:APAC", "nato in Asia-Pacific"),
        ('region:"middle east" nato', "nato in Middle East"),
        ("nato -region:africa", "nato, not in Africa"),
        ("nato author:tan", "nato by tan"),
        ('by:"mei tan"', "the latest by mei tan"),
        ("feed:paper has:image lang:es", "the latest, from paper, in the language es, with a photo"),
        ("nato after:2026-02 before:2026-03-14", "nato, after 2026-02, before 2026-03-14"),
        ("nato during:2025", "nato, after 2025, before 2026"),
        ("nato during:2026-01..2026-02", "nato, after 2026, before 2026-03"),
        ("nato before: 3 weeks ago", "nato, before 2026-02-25 15:30"),
        ("nato since:last week", "nato, after 2026-03-09"),
        ("after:2025 after:2026", "the latest, after 2026"),
        ("foo:bar", "foo AND bar"),
        ("region:nowhere", "nowhere; “nowhere” is no region"),
        ("nato -region:nowhere", "nato AND NOT nowhere; “nowhere” is no region"),
        ("before:never", "the latest; “never” is no date"),
        ("nato before:4/3/2026", "nato; “4/3/2026” may be 2026-04-03 or 2026-03-04"),
        ("has:video rain", "rain; there is no has:video, but has:image"),
        ("rain sort:odd", "rain; there is no sort:odd, but sort:new and sort:best"),
        (
            "after:2026-13 region:x nato",
            "x AND nato; “2026-13” is no date; “x” is no region",
        ),
        ("nato before:tomorrow", "nato, before 2026-03-19"),
        ("https://a.test/rain", "https://a.test/rain"),
        ("", "the latest"),
        ("((()))", "the latest"),
        ("- OR * -", "the latest"),
    ],
)
def test_a_query_is_understood(regions: Regions, words: str, understood: str) -> None:
    assert told(read(Query(words), regions, NOW), regions) == understood


def test_options_mean_the_same_as_the_operators(regions: Regions) -> None:
    typed = read(Query("nato region:africa author:tan feed:paper after:2025 before:7d sort:new"), regions, NOW)
    options = Query("nato", region="africa", author="tan", feed="paper", after="2025", before="7d", order="newest")
    assert read(options, regions, NOW) == typed


@pytest.mark.parametrize(("words", "order"), [("a sort:new", "newest"), ("a sort:best", "relevance"), ("a", None)])
def test_the_order_may_be_typed(regions: Regions, words: str, order: str | None) -> None:
    assert read(Query(words), regions, NOW).order == order


def test_a_word_knows_the_ways_in_which_it_may_stand(regions: Regions) -> None:
    root = read(Query("asia-pacific"), regions, NOW).root
    assert isinstance(root, Term)
    assert root.ways == (("asia", "pacific"), ("asiapacific",))


def test_brackets_and_minus_go_together(regions: Regions) -> None:
    root = read(Query("a1 -(b1 OR c1)"), regions, NOW).root
    assert isinstance(root, Both)
    assert isinstance(root.parts[1], Without)
    assert isinstance(root.parts[1].part, Either)


def test_what_an_article_must_be_in_an_excluded_bracket_is_what_it_must_not_be(regions: Regions) -> None:
    for words in ("-(region:africa)", "-(rain region:africa)", "NOT (region:africa OR rain)", "(-(region:africa))"):
        filters = read(Query(words), regions, NOW).filters
        assert (filters.regions, filters.without) == ((), (("region", "africa"),)), words
    assert read(Query("-(-region:africa)"), regions, NOW).filters.regions == ("africa",)


def test_more_than_anybody_types_is_cut_and_said_so(regions: Regions) -> None:
    asked = read(Query(" ".join(f"w{number}" for number in range(2 * MOST_TERMS))), regions, NOW)
    assert isinstance(asked.root, Both)
    assert len(asked.root.parts) == MOST_TERMS
    assert told(asked, regions).endswith("the rest left out")


def test_an_option_that_is_no_date_is_named_in_the_answer(regions: Regions) -> None:
    asked = read(Query("nato", region="africa", after="2026-13-45", before="soon"), regions, NOW)
    assert told(asked, regions) == "nato in Africa; “2026-13-45” is no date; “soon” is no date"


def test_an_unknown_region_of_an_option_is_named_in_the_answer(regions: Regions) -> None:
    assert (
        told(read(Query(region="atlantis"), regions, NOW), regions)
        == "the latest in “atlantis” (there is no such region)"
    )
    assert read(Query("region:africa"), regions, NOW) == Asked(
        filters=read(Query(region="africa"), regions, NOW).filters
    )
