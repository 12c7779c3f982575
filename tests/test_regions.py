"""The regions: what a tag means, what a person means, and what a broken file says of itself."""

from pathlib import Path

import pytest

from bot.errors import BrokenFile, NewsError
from bot.regions import Regions, UnknownRegion, fold_tag, load_regions

ASIA = '[asia-pacific]\nname = "Asia-Pacific"\ncolour = "#d1495b"\nemoji = "🌏"\naliases = ["APAC", "Asia"]\n'


def written(folder: Path, text: str) -> Path:
    file = folder / "regions.toml"
    file.write_text(text, encoding="utf-8")
    return file


def refusal(folder: Path, text: str) -> BrokenFile:
    with pytest.raises(BrokenFile) as caught:
        load_regions(written(folder, text))
    return caught.value


def test_the_shipped_regions_are_those_of_the_contract(regions: Regions) -> None:
    assert regions.codes == (
        "africa",
        "asia-pacific",
        "europe",
        "latin-america",
        "middle-east",
        "north-america",
        "global",
    )
    assert regions.fallback == regions["global"]
    assert all(each.emoji and 0 < each.colour <= 0xFFFFFF for each in regions)


@pytest.mark.parametrize(
    ("tag", "code"),
    [
        ("Indo-Pacific", "asia-pacific"),
        ("APAC", "asia-pacific"),
        ("Asia & the Pacific", "asia-pacific"),
        ("asia_pacific", "asia-pacific"),
        ("  ASIA—PACIFIC ", "asia-pacific"),
        ("Regions/Asia", "asia-pacific"),
        ("region:asia", "asia-pacific"),
        ("https://paper.test/tag/latin-america/", "latin-america"),
        ("Latin America & the Caribbean", "latin-america"),
        ("U.S.", "north-america"),
        ("MENA", "middle-east"),
        ("Oriente médio", "middle-east"),
        ("Global Crises", "global"),
        ("Space", None),
        ("", None),
        ("///", None),
        ("&", None),
        ("x" * 100_000, None),
    ],
)
def test_a_tag_means_a_region_however_it_is_written(regions: Regions, tag: str, code: str | None) -> None:
    assert regions.from_tag(tag) == code


@pytest.mark.parametrize("typed", ["asia-pacific", "Asia-Pacific", " APAC ", "ASIA"])
def test_a_person_may_type_a_code_a_name_or_an_alias(regions: Regions, typed: str) -> None:
    assert regions.named(typed).code == "asia-pacific"


def test_an_unknown_region_is_answered_with_the_known_ones(regions: Regions) -> None:
    with pytest.raises(UnknownRegion, match=r"no region “Mordor”.*africa, asia-pacific, europe") as caught:
        regions.named("Mordor")
    assert isinstance(caught.value, NewsError)


def test_the_table_reads_like_a_mapping_in_the_order_of_the_file(tmp_path: Path) -> None:
    regions = load_regions(written(tmp_path, ASIA + '[africa]\nname = "Africa"\ncolour = "#000001"\n'))
    assert [each.code for each in regions] == ["asia-pacific", "africa"]
    assert "africa" in regions
    assert "europe" not in regions
    assert regions["africa"].colour == 1
    assert regions.get("europe") is None
    assert regions.fallback is None


def test_topics_are_known_as_no_region(regions: Regions) -> None:
    assert regions.is_topic("opinion")
    assert not regions.is_topic("Sahel crisis")


def test_folding_keeps_a_tag_that_has_only_hollow_words() -> None:
    assert fold_tag("The And") == "the and"


@pytest.mark.parametrize(
    ("text", "line", "problem"),
    [
        ("[africa\n", 1, "not TOML"),
        (ASIA + "[asia-pacific]\n", 6, "not TOML"),
        (ASIA + 'color = "#ffffff"\n', 6, '"color" is unknown'),
        (ASIA.replace("#d1495b", "red"), 3, 'not "red"'),
        (ASIA.replace('name = "Asia-Pacific"\n', ""), 1, "needs a name"),
        (ASIA.replace('["APAC", "Asia"]', '"APAC"'), 5, '"aliases" must be a list'),
        (ASIA.replace('["APAC", "Asia"]', "[1]"), 5, '"aliases" must be a list of words'),
        (ASIA.replace('"Asia"]', '"apac"]'), 5, 'the alias "apac" is there twice'),
        (ASIA + '[asia]\nname = "x"\ncolour = "#000000"\n', 6, '"asia" is already a word for [asia-pacific]'),
        (ASIA + '[far]\nname = "Far"\ncolour = "#000000"\naliases = ["A.P.A.C."]\n', 9, "already a word for"),
        (ASIA.replace("[asia-pacific]", "[Asia]"), 1, "lower-case letters"),
        (ASIA + 'fallback = "yes"\n', 6, '"fallback" must be true or false'),
        (ASIA + 'fallback = true\n[far]\nname = "F"\ncolour = "#000000"\nfallback = true\n', 10, "fallback already"),
        ("africa = 3\n", 1, '"africa" is not a region'),
        ("\n[[africa]]\n", 2, '"africa" is not a region'),
        ('topic = ["News"]\n' + ASIA, 1, 'did you mean "topics"?'),
        ('topics = ["News",\n"asia"]\n' + ASIA, 2, '"asia" is a topic, and a word for [asia-pacific]'),
        (ASIA + "fallback = True\n", 6, "other values are true, false"),
        (ASIA.replace('"#d1495b"', "red"), 3, "a text needs straight quotes"),
        (ASIA.replace('"Asia-Pacific"', "“Asia-Pacific”"), 2, "a text needs straight quotes"),
        (ASIA + "[West Africa]\n", 6, "a heading is one word in brackets, such as [west-africa]"),
        (ASIA + '[far]\nname = "Far\n', 7, "a quote is not closed in its line"),
        (ASIA + ASIA, 6, "this heading is there twice"),
        (ASIA + 'name = "Asia"\n', 6, "this key is there twice"),
        (ASIA + 'place = ["CN"]\n', 6, 'did you mean "places"?'),
        (ASIA.replace("🌏", "the whole of the far east"), 4, "one of these little pictures"),
        (ASIA.replace("asia-pacific", "a" * 50), 1, "at most 40"),
        ("", None, "has no region"),
    ],
)
def test_a_broken_file_is_refused_with_its_line_and_what_is_wrong(
    tmp_path: Path, text: str, line: int | None, problem: str
) -> None:
    error = refusal(tmp_path, text)
    assert (error.line, problem in error.problem) == (line, True), str(error)
    assert "regions.toml" in str(error)


def test_a_file_that_is_missing_or_no_text_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BrokenFile, match="cannot be read"):
        load_regions(tmp_path / "regions.toml")
    (tmp_path / "regions.toml").write_bytes(b"# Regions\n\xff\xfe\x00")
    with pytest.raises(BrokenFile, match="line 2: it is not UTF-8 text; save it as UTF-8"):
        load_regions(tmp_path / "regions.toml")
