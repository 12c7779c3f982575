"""Placing an article: the order of evidence, and the weighing of names."""

import json

import pytest

from bot.intake.classify import Classifier, as_json, explain

# --- Who is meant: the scene before the actor, the longest name, traps ----------------------------


@pytest.mark.parametrize(
    ("title", "first", "second"),
    [
        ("NATO foray into Asia risks driving China and Russia closer together", "asia-pacific", "europe"),
        ("French troops leave Niger as the junta turns to Moscow", "africa", "europe"),
        ("American bombers strike Houthi depots in Yemen", "middle-east", "north-america"),
        ("Russian mercenaries dig in across the Central African Republic", "africa", "europe"),
        ("Turkish drones reach the front in Ethiopia", "africa", "europe"),
        ("North Korean soldiers die in Kursk", "europe", "asia-pacific"),
        ("British judges quit Hong Kong's highest court", "asia-pacific", "europe"),
        ("Qatar hosts talks between Congo and the M23 rebels in Goma", "africa", "middle-east"),
        ("Saudi Arabia hosts Ukraine and Russia for peace talks", "europe", "middle-east"),
        ("Oman carries messages between Washington and Tehran", "middle-east", "north-america"),
        ("Chinese firms build a deep-water port in Peru", "latin-america", "asia-pacific"),
        ("Kenyan police land in Haiti to fight the gangs", "latin-america", "africa"),
        ("Cuban doctors are sent home from Calabria", "europe", "latin-america"),
        ("Indian sailors freed after nine months in a Nigerian jail", "africa", "asia-pacific"),
        ("US-led coalition ends its mission in Iraq", "middle-east", "north-america"),
        ("Iran-backed militias fire on a base in Jordan", "middle-east", None),
        ("Anti-China protest in Manila draws thousands", "asia-pacific", None),
        ("Syrian refugees in Lebanon fear the road home", "middle-east", None),
        ("Michael Jordan buys a racing team in North Carolina", "north-america", None),
        ("Paris Hilton tells senators in Utah of her school years", "north-america", None),
        ("Chelsea Clinton speaks in Nairobi", "africa", None),
        ("Denzel Washington opens a theatre in Lagos", "africa", None),
        ("Guinea pigs are back on the menu in Ecuador", "latin-america", None),
        ("Georgia recounts its ballots as Atlanta waits", "north-america", None),
        ("Georgia jails its opposition as Tbilisi marches", "europe", "asia-pacific"),
        ("New Mexico sends its guard to the border", "north-america", None),
        ("South Sudan shuts its border with Sudan", "africa", None),
    ],
)
def test_the_scene_comes_before_the_actor_and_a_person_is_no_place(
    classifier: Classifier, title: str, first: str, second: str | None
) -> None:
    placement = classifier.place(title)
    assert (placement.regions[0], placement.runner_up) == (first, second), placement.why


@pytest.mark.parametrize(
    ("title", "region"),
    [
        ("Norway hosts talks between Venezuela's government and opposition", "latin-america"),
        ("Turkey hosts talks on grain exports from Ukraine", "europe"),
        ("Modi visits Kenya to sign a farm deal", "africa"),
        ("Xi meets Lula in Brasilia", "latin-america"),
        ("Pope arrives in South Sudan to preach peace", "africa"),
        ("Nigerian students stranded in Sumy appeal for help", "europe"),
        ("Afghan refugees settle in Albania", "europe"),
        ("Filipino workers trapped in Lebanon", "middle-east"),
        ("Colombian mercenaries accused in Haiti president's murder", "latin-america"),
        ("Israeli jets bomb an airport in Syria", "middle-east"),
        ("Japanese engineers build Vietnam's first metro", "asia-pacific"),
        ("Russia's Wagner fighters dig for gold in Sudan", "africa"),
        ("China's loans weigh on Zambia", "africa"),
        ("Chinese embassy in Nairobi attacked", "africa"),
        ("Indian Americans pour money into the New Jersey race", "north-america"),
        ("Somali Americans in Minnesota fear the raids", "north-america"),
        ("Jakarta rejects Australia's plan to tow boats back", "asia-pacific"),
        ("India Walton loses her race in Buffalo", "north-america"),
        ("Jordan Henderson leaves Liverpool", "europe"),
        ("Sydney Sweeney buys a house in Florida", "north-america"),
        ("A song in Spanish tops the charts in Chicago", "north-america"),
        ("Korean Americans mourn after the shooting", "north-america"),
        ("U.S. Muslims split over Iran", "north-america"),
        ("Strikes go on amid talks with Iran, says Zambia", "africa"),
        ("Keenan, American teacher, is held in Russia", "europe"),
        ("A bird nobody knew sings in New Guinea", "asia-pacific"),
        ("Ice on the Great Lakes region as the US freezes", "north-america"),
        ("Bondi defends Trump over the Epstein papers", "north-america"),
        ("Fire at a school in Granada, says Nicaragua", "latin-america"),
        ("Storm floods the harbour of Lerwick", "europe"),
        ("Ofsted warns of too few places at half-term", "europe"),
        ("Mask mandates end for state legislators", "north-america"),
    ],
)
def test_the_words_around_a_name_tell_the_scene_from_the_actor(classifier: Classifier, title: str, region: str) -> None:
    placement = classifier.place(title)
    assert placement.regions[0] == region, placement.why


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Kenya and China", "Kenya's vote and China"),  # whose affair it is
        ("Kenya and China", "Kenya police and China"),
        ("China visits Kenya", "China and Kenya"),  # who travels
        ("Kenya's men and China", "Kenya Muslims and China"),  # who is at home there
        ("China-Kenya deal", "China Kenya deal"),
        ("China-flagged tanker, Kenya", "China-Kenya tanker"),
        ("China-held islands, Kenya", "China-Kenya islands"),
        ("The Xi administration and Kenya", "The Xi deal and Kenya"),
        ("Chinese community in Kenya", "Chinese shop in Kenya"),
        ("Talks with China, Kenya", "Talks, China, Kenya"),
        ("China war, Kenya", "China, Kenya"),
        ("Rain after China, Kenya", "Rain, China, Kenya"),
        ("China president, Kenya", "China police, Kenya"),
        ("A song in Chinese, Kenya", "A song, Chinese, Kenya"),  # a language is no scene
    ],
)
def test_the_first_place_weighs_less_here_than_there(classifier: Classifier, one: str, other: str) -> None:
    less, more = classifier.place(one), classifier.place(other)
    region = less.why[0].region
    assert dict(less.shares)[region] < dict(more.shares)[region]


def test_a_list_of_a_regions_places_tells_more_than_one_of_them_yet_less_than_their_number(
    classifier: Classifier,
) -> None:
    one, two = (dict(classifier.place(each).shares) for each in ("Kenya, Peru", "Kenya, Gabon, Peru"))
    assert 1 < (two["africa"] / two["latin-america"]) / (one["africa"] / one["latin-america"]) < 2


def test_a_town_of_two_countries_is_the_publishers_own(classifier: Classifier) -> None:
    assert classifier.place("Fire at a school in Newport").regions == ("north-america",)
    assert classifier.place("Fire at a school in Newport", home="GB").regions == ("europe",)


def test_a_court_or_an_agency_of_a_power_is_a_scene(classifier: Classifier) -> None:
    domestic = dict(classifier.place("Ofsted and Kenya", home="GB").shares)
    power = dict(classifier.place("Britain and Kenya", home="GB").shares)
    assert domestic["europe"] > power["europe"]


def test_an_article_of_two_regions_gets_both_and_says_why(classifier: Classifier) -> None:
    placement = classifier.place("NATO foray into Asia risks driving China and Russia closer together")
    assert placement.regions == ("asia-pacific", "europe")
    assert placement.rule == "text"
    assert {match.words for match in placement.why} == {"NATO", "Asia", "China", "Russia"}
    line = explain(placement, classifier.regions)
    assert line.startswith("Asia-Pacific, Europe: its words speak for it. Asia-Pacific 68% (title “Asia” 3.2,")
    assert "Russia" in line
    assert line.endswith("Confidence medium (0.33).")
    assert "\n" not in line


def test_a_tag_in_two_spellings_is_named_once_and_what_the_words_say_is_told_apart(classifier: Classifier) -> None:
    line = explain(classifier.place("Rain in Kenya", tags=["mena", "MENA"]), classifier.regions)
    assert line.startswith("Middle East: its tag says so (“MENA”). Its words alone: Africa 100% (title “Kenya” 3.2).")


def test_offsets_point_at_the_words_as_they_are_printed(classifier: Classifier) -> None:
    title = "Côte d’Ivoire’s cocoa and São Paulo’s port — the U.S. buys both"
    words = [title[match.start : match.start + len(match.words)] for match in classifier.place(title).why]
    assert words == ["Côte d’Ivoire", "São Paulo", "U.S."]


def test_the_same_article_gets_the_same_answer(classifier: Classifier) -> None:
    assert classifier.place("Rain in Kenya", "and in Peru") == classifier.place("Rain in Kenya", "and in Peru")


@pytest.mark.parametrize("title", ["KENYA AND UGANDA AGREE ON A NEW RAILWAY", "Breaking: KENYA votes", "Kenya’s vote"])
def test_capitals_and_possessives_hide_no_name(classifier: Classifier, title: str) -> None:
    assert classifier.place(title).regions == ("africa",)


def test_an_everyday_word_breaks_a_silence_and_loses_to_any_name(classifier: Classifier) -> None:
    assert classifier.place("Sheriff finds the missing boy").regions == ("north-america",)
    assert classifier.place("Sheriff finds the missing boy", "He had flown to Kenya").regions == ("africa",)


def test_the_body_speaks_where_the_headline_does_not(classifier: Classifier) -> None:
    placement = classifier.place("A long way home", body="In Nairobi, the buses stood still.")
    assert (placement.regions, placement.why[0].where) == (("africa",), "body")


# --- The order of evidence ------------------------------------------------------------------------


def test_a_tag_wins_over_all_else(classifier: Classifier) -> None:
    placement = classifier.place(
        "Rain in Kenya", tags=["Indo-Pacific"], url="https://a.test/europe/rain", section="latin-america"
    )
    assert (placement.regions, placement.rule, placement.runner_up) == (("asia-pacific",), "tag", "africa")


def test_the_text_orders_the_regions_that_tags_name(classifier: Classifier) -> None:
    assert classifier.place("Rain in Kenya", tags=["Europe", "Africa"]).regions == ("africa", "europe")


def test_a_feeds_own_map_wins_over_the_aliases(classifier: Classifier) -> None:
    placement = classifier.place("A story", tags=["ASIA"], tag_map={"Asia": "middle-east"})
    assert (placement.regions, placement.rule) == (("middle-east",), "tag")


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("https://a.test/2026/03/14/asia/a-story", ("asia-pacific",)),
        ("https://a.test/news/world-latin-america-68123456", ("latin-america",)),
        ("https://a.test/world/middle-east/a-story/index.html", ("middle-east",)),
        ("https://a.test/us/a-story", ()),
        ("https://a.test/news/us/a-story", ("north-america",)),
        ("https://a.test/asia", ()),
        ("https://a.test/un/a-story", ()),
        ("http://[broken", ()),
    ],
)
def test_the_section_of_an_address_is_a_tag_in_disguise(
    classifier: Classifier, url: str, expected: tuple[str, ...]
) -> None:
    placement = classifier.place("A story", url=url)
    assert placement.regions == expected
    assert placement.rule == ("section" if expected else "none")


def test_the_headline_in_an_address_is_not_its_section(classifier: Classifier) -> None:
    assert classifier.place("A story", url="https://a.test/2026/europe").rule == "none"


def test_a_section_feed_wins_over_the_text_and_a_default_does_not(classifier: Classifier) -> None:
    assert classifier.place("Rain in Kenya", section="europe").regions == ("europe",)
    assert classifier.place("Rain in Kenya", default="europe").regions == ("africa",)
    placement = classifier.place("Rain", default="europe")
    assert (placement.regions, placement.rule, placement.confidence) == (("europe",), "default", 0.2)


def test_silence_is_no_region(classifier: Classifier) -> None:
    placement = classifier.place("The long view")
    assert (placement.regions, placement.rule, placement.confidence) == ((), "none", 0.0)
    assert explain(placement, classifier.regions) == "no region: nothing in it speaks for any region."


# --- What a feed says of itself -------------------------------------------------------------------


def test_the_publishers_own_country_weighs_less(classifier: Classifier) -> None:
    title = "Britain and Kenya fall out"
    assert classifier.place(title).regions[0] == "africa"  # a power, though named first
    title = "Japan and Kenya fall out"
    assert classifier.place(title).regions[0] == "asia-pacific"  # a tie goes to the first
    assert classifier.place(title, home="JP").regions == ("africa",)


def test_a_town_of_the_publishers_country_is_still_the_scene(classifier: Classifier) -> None:
    assert classifier.place("Fire in Osaka spares a Kenyan school", home="JP").regions[0] == "asia-pacific"


def test_a_feed_may_place_a_country_elsewhere(classifier: Classifier) -> None:
    assert classifier.place("Turkey votes").regions == ("europe",)
    assert classifier.place("Turkey votes").runner_up == "middle-east"  # where other newsrooms file it
    placement = classifier.place("Turkey votes", overrides={"TR": "middle-east"})
    assert (placement.regions, placement.runner_up) == (("middle-east",), None)


def test_a_border_place_is_placed_with_less_confidence(classifier: Classifier) -> None:
    assert classifier.place("Turkey votes").confidence < classifier.place("Kenya votes").confidence / 2


def test_a_tag_that_nobody_mapped_is_told_unless_it_is_a_topic_or_a_name(classifier: Classifier) -> None:
    placement = classifier.place(
        "A story", tags=["Heartland", "Opinion", "Kenya", "Silenced", " "], tag_map={"Silenced": "-"}
    )
    assert placement.unmapped == ("Heartland",)
    assert placement.regions == ("africa",)
    assert placement.why[0].where == "tag"


def test_why_in_json_has_the_words_of_the_contract(classifier: Classifier) -> None:
    why = as_json(classifier.place("Rain in Kenya", "A flood reached Uganda"))
    assert json.loads(json.dumps(why)) == [
        {"words": "Kenya", "place": "KE", "region": "africa", "where": "title"},
        {"words": "Uganda", "place": "UG", "region": "africa", "where": "teaser"},
    ]


# --- Other languages ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("title", "region"),
    [
        ("Russische Truppen rücken weiter vor", "europe"),
        ("Chinas Wirtschaft wächst langsamer", "asia-pacific"),
        ("Le président sénégalais reçoit ses voisins", "africa"),
        ("La grève s’étend en Israël", "middle-east"),
        ("El presidente colombiano viaja por el país", "latin-america"),
        ("Governo brasileiro anuncia um plano para o rio", "latin-america"),
        ("В Екатеринбурге задержали журналиста", "europe"),
        ("Переговоры прошли в Японии", "asia-pacific"),
        ("والصين ترفض الاتهامات", "asia-pacific"),
        ("انتخابات جديدة في السعودية", "middle-east"),
        ("北京回应最新声明", "asia-pacific"),
        ("Bundeswehr beendet Einsatz im Niger", "africa"),
        ("Le Chili vote pour la deuxième fois sur sa Constitution", "latin-america"),
        ("ウクライナで停戦協議", "europe"),
    ],
)
def test_a_headline_in_another_language_finds_its_region(classifier: Classifier, title: str, region: str) -> None:
    assert classifier.place(title).regions[0] == region


def test_an_english_idiom_is_not_met_in_german(classifier: Classifier) -> None:
    assert classifier.place("Der neue Trash der Woche ist für alle da").regions == ()


# --- Hostile input --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text",
    [
        "",
        " ",
        "\x00\ufffd\u202e",
        "’" * 5000,
        "U.S." * 5000,
        "-" * 5000,
        "China " * 50_000,
        "中" * 50_000,
        "A.B" * 9000,
    ],
)
def test_no_text_is_too_strange(classifier: Classifier, text: str) -> None:
    placement = classifier.place(text, text, [text] * 200, text, body=text)
    assert 0.0 <= placement.confidence <= 1.0


def test_a_name_said_a_hundred_times_counts_twice(classifier: Classifier) -> None:
    assert classifier.place("Kenya " * 100) == classifier.place("Kenya Kenya")
