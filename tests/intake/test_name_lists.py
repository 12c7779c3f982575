"""The lists of names and places: the shipped ones, an operator's beside them, and every kind of wrong line."""

from pathlib import Path

import pytest

from bot.errors import BrokenFile
from bot.intake.classify import Classifier, load_classifier
from bot.intake.classify.words import phrase
from bot.regions import Regions, load_regions
from bot.settings import shipped

PLACES = "KE\tafrica\tKenya\nCN\tasia-pacific\tChina\nTR\teurope\tTurkey\tmiddle-east\nUS\tnorth-america\tUSA\t\t0.5\n"
NAMES = "China\tCN\tcountry\nKenya\tKE\tcountry\n"


def lists(folder: Path, regions: Regions, **files: str) -> Classifier:
    """A classifier of a few lines of ours."""
    (folder / "places.tsv").write_text(files.pop("places", PLACES), encoding="utf-8")
    (folder / "names.tsv").write_text(files.pop("names", NAMES), encoding="utf-8")
    for name, text in files.items():
        (folder / f"{name}.tsv").write_text(text, encoding="utf-8")
    return load_classifier(folder, regions)


def test_every_shipped_place_lies_in_a_shipped_region_and_the_lists_are_sorted(classifier: Classifier) -> None:
    for name in ("names.tsv", "words.tsv"):
        lines = (shipped() / name).read_text(encoding="utf-8").splitlines()
        first = [line.split("\t")[0].split("|")[0].replace("*", "") for line in lines if not line.startswith("#")]
        keys = [phrase(each).lower() for each in first]
        assert len(keys) > 500
        assert keys == sorted(keys)
        assert (shipped() / name).stat().st_size < 200_000
    assert {place.region for place in classifier.places.values()} <= set(classifier.regions.codes)
    assert len(classifier.places) > 200


def test_people_and_parties_carry_the_year_in_which_they_were_true(classifier: Classifier) -> None:
    aging = [name for name in classifier.names.exact.values() if name.kind in ("person", "party", "org", "group")]
    assert len(aging) > 2000
    assert all(name.until for name in aging)
    assert classifier.names.looked_at == max(name.until or 0 for name in aging) > 2025


def test_a_weak_name_loses_to_any_other_and_speaks_where_it_is_alone(tmp_path: Path, regions: Regions) -> None:
    classifier = lists(tmp_path, regions, names=NAMES + "Acme\tKE\tcountry\tweak\n")
    assert classifier.place("Acme meets China").regions == ("asia-pacific",)
    assert classifier.place("Acme rises").regions == ("africa",)


def test_a_name_is_a_citys_or_a_traps_where_no_kind_stands_and_a_persons_where_a_year_stands(
    tmp_path: Path, regions: Regions
) -> None:
    short = "Kiambu\tKE\nLamu\tKE\t\tweak\nNairobi fly\t-\nRuto\tKE\t2026; weak\n"
    spelt = lists(tmp_path, regions, names=NAMES + short).names.exact
    kinds = [spelt[each].kind for each in ("Kiambu", "Lamu", "Nairobi fly", "Ruto")]
    assert kinds == ["city", "city", "trap", "person"]
    assert (spelt["Ruto"].until, spelt["Ruto"].weak, spelt["Lamu"].weak) == (2026, True, True)


def test_an_operators_names_add_to_ours_and_win(tmp_path: Path, regions: Regions) -> None:
    (tmp_path / "names.tsv").write_text("Lake Nowhere\tKE\tarea\nMerkel\t-\ttrap\n", encoding="utf-8")
    both = load_classifier([shipped(), tmp_path], regions)
    assert both.place("Fire at Lake Nowhere").regions == ("africa",)
    assert both.place("Merkel speaks").regions == ()
    assert both.place("Rain in Peru").regions == ("latin-america",)


def test_an_operators_region_takes_the_places_it_lists(tmp_path: Path) -> None:
    text = '[caucasus]\nname = "Caucasus"\ncolour = "#123456"\nplaces = ["GE", "AM", "AZ"]\n'
    (tmp_path / "regions.toml").write_text(text, encoding="utf-8")
    classifier = load_classifier([shipped(), tmp_path], load_regions(tmp_path / "regions.toml"))
    assert classifier.place("Yerevan waits, and so does Paris").regions == ("caucasus",)
    assert classifier.place("Paris waits").regions == ()  # a region that was left out is nobody's


def test_the_same_folder_twice_is_read_once(regions: Regions) -> None:
    """Read again as an operator's own, its places would be refused for a region that was left out."""
    fewer = Regions(each for each in regions if each.code != "africa")
    once, twice = load_classifier(shipped(), fewer), load_classifier([shipped(), shipped()], fewer)
    assert (len(twice.names), twice.places) == (len(once.names), once.places)


@pytest.mark.parametrize(
    ("file", "text", "line", "problem"),
    [
        ("names", NAMES + "Peru\n", 3, "it has 1 column, not 2 to 4"),
        ("names", NAMES + "Peru\tPE\tcountry\n", 3, 'the place "PE" is not in places.tsv'),
        ("names", NAMES + "Kenya\tCN\tcountry\n", 3, 'the name "Kenya" is there twice'),
        ("names", NAMES + "Nairobi\tKE\ttown\n", 3, 'the kind "town" is unknown'),
        ("names", NAMES + "Nairobi\tKE\tweak\n", 3, 'the kind "weak" is unknown'),
        ("names", NAMES + "William Ruto\tKE\t202\n", 3, 'the note "202" is none of'),
        ("names", NAMES + "Nairobi\tKE\tcity\tstrong\n", 3, 'the note "strong" is none of'),
        ("names", NAMES + "Nairobi\tKE\tcity\t2026\n", 3, "a year is for"),
        ("names", NAMES + "market\tKE\tcity\n", 3, "in lower case"),
        ("names", NAMES + "K\tKE\tcity\n", 3, "too short"),
        ("names", NAMES + "A||B\tKE\tcity\n", 3, "too short"),
        ("names", NAMES + "Lamu||Manda\tKE\tcity\n", 3, "a name is missing in the first column"),
        ("names", NAMES + "\tKE\tcity\n", 3, "a name is missing in the first column"),
        ("names", NAMES + "--\tKE\tcity\n", 3, '"--" has no letter'),
        ("names", NAMES + "Lamu KE city\n", 3, "a tab parts them, and spaces do not"),
        ("names", NAMES + "Lamu\t\tKE\tcity\n", 3, "the place is missing: two tabs follow each other"),
        ("names", NAMES + "Lamu\tkenya\tcity\n", 3, 'did you mean "KE"?'),
        ("names", NAMES + "Lamu\tUSA\tcity\n", 3, 'did you mean "US"?'),
        ("names", NAMES + "Lamu\tKE\tCity\n", 3, 'did you mean "city"?'),
        ("names", NAMES + "Lamu\tKE\tcity\t# an island\n", 3, "a comment needs a line of its own"),
        ("names", NAMES + "Lamu\tKE\tcity\tunless {XX} -> CN\n", 3, 'the place "XX" is not in places.tsv'),
        ("names", NAMES + "Lamu\tKE\tcity\tunless -> CN\n", 3, 'a word is missing in "unless -> CN"'),
        ("names", NAMES + "William Ruto*\tKE\tperson\n", 3, "before the part that is enough alone"),
        ("names", NAMES + "\n# Kenya\nKenya\tKE\tcity\n", 5, "the first time in line 2"),
        ("names", NAMES + "the\tKE\tterm\n", 3, '"the" is a word of every text'),
        ("words", "rupee\tKE\tterm\nSheriff\tUS\tidiom\n", 2, '"Sheriff" has a capital'),
        ("names", NAMES + "Lamu\t-\tcity\n", 3, 'a trap has the place "-"'),
        ("names", NAMES + "Lamu\tKE\tcity\tunless X -> XX\n", 3, 'the place "XX" is not in places.tsv'),
        ("words", "rupee\tKE\tterm\nchina\tKE\tterm\n", 2, '"china" is in names.tsv as well, as "China"'),
        ("places", PLACES + "KE\tafrica\tKenya\n", 5, 'the place "KE" is there twice'),
        ("places", PLACES + "UG\tafrica\tUganda\t\ttwo\n", 5, '"two" is no part of one'),
        ("places", PLACES + "UG\t\n", 5, "it has 2 columns"),
        ("places", PLACES + "ug\tafrica\tUganda\n", 5, '"ug" is no code; it is two or three capitals'),
        ("places", PLACES + "UG\tafrica\t\n", 5, 'the name of "UG" is missing'),
        ("places", PLACES + "UG\tafrica\tUganda\tafrica\n", 5, '"africa" is its region already'),
        ("languages", "Kenia|Kenia\tKE\tde\n", 1, '"Kenia" is there twice'),
        ("languages", "Kenia\tKX\tde\n", 1, 'the place "KX" is not in places.tsv'),
        ("languages", "k*\tKE\tde\n", 1, '"k*" is too short'),
        ("languages", "Ken*ia\tKE\tde\n", 1, '"Ken*ia" has a star before its end'),
        ("languages", "Kenia\tKE\tGerman\n", 1, '"German" is no language'),
    ],
)
def test_a_wrong_line_is_refused_with_its_number_and_what_is_wrong(
    tmp_path: Path, regions: Regions, file: str, text: str, line: int, problem: str
) -> None:
    with pytest.raises(BrokenFile) as caught:
        lists(tmp_path, regions, **{file: text})
    assert (caught.value.line, problem in caught.value.problem) == (line, True), str(caught.value)
    assert f"{file}.tsv" in str(caught.value)


def test_a_place_in_no_region_is_refused_beside_the_regions_that_it_was_written_for(tmp_path: Path) -> None:
    (tmp_path / "regions.toml").write_text('[africa]\nname = "Africa"\ncolour = "#000000"\n', encoding="utf-8")
    with pytest.raises(BrokenFile, match=r'places.tsv, line 2: "asia-pacific" is no region; they are africa'):
        lists(tmp_path, load_regions(tmp_path / "regions.toml"))


def test_a_region_that_lists_an_unknown_place_is_refused(tmp_path: Path) -> None:
    text = '[africa]\nname = "Africa"\ncolour = "#000000"\nplaces = ["XX"]\n'
    (tmp_path / "regions.toml").write_text(text, encoding="utf-8")
    with pytest.raises(BrokenFile, match=r'regions.toml.*the place "XX" is in no places.tsv'):
        load_classifier(shipped(), load_regions(tmp_path / "regions.toml"))


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("XA\tafrika\tNowhere\n", r'places.tsv, line 1: "afrika" is no region;.*did you mean "africa"\?'),
        ("XA\tAfrica\tNowhere\n", r'places.tsv, line 1: "Africa" is no region;.*did you mean "africa"\?'),
    ],
)
def test_an_operators_place_in_a_region_that_is_none_is_refused(
    tmp_path: Path, regions: Regions, text: str, problem: str
) -> None:
    (tmp_path / "places.tsv").write_text(text, encoding="utf-8")
    with pytest.raises(BrokenFile, match=problem):
        load_classifier([shipped(), tmp_path], regions)


def test_a_place_that_two_regions_take_is_refused_at_its_second_line(tmp_path: Path) -> None:
    one = '[{0}]\nname = "{0}"\ncolour = "#000000"\nplaces = ["KE"]\n'
    (tmp_path / "regions.toml").write_text(one.format("here") + one.format("there"), encoding="utf-8")
    with pytest.raises(BrokenFile, match=r'regions.toml, line 8: the place "KE" is taken by \[here\] already'):
        load_classifier(shipped(), load_regions(tmp_path / "regions.toml"))


def test_lines_as_other_editors_leave_them_are_taken(tmp_path: Path, regions: Regions) -> None:
    names = "\ufeff# Ours\r\n  # more of ours\r\n\r\n Kenya \t KE \tcountry\t\t\r\nShilling £|£\tKE\tterm\r\n"
    assert lists(tmp_path, regions, names=names).place("Kenya votes").regions == ("africa",)


def test_a_line_that_is_no_utf8_is_named(tmp_path: Path, regions: Regions) -> None:
    lists(tmp_path, regions)
    (tmp_path / "names.tsv").write_bytes(b"Kenya\tKE\tcountry\nS\xe3o Vicente\tKE\tcity\n")
    with pytest.raises(BrokenFile, match="line 2: it is not UTF-8 text; save it as UTF-8"):
        load_classifier(tmp_path, regions)
