"""Strange feeds, each a file in tests/feeds, and what we make of them."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bot.intake import text
from bot.intake.addresses import canonical
from bot.intake.dates import read_date
from bot.intake.pages import read_page
from bot.intake.parse import Parsed, parse
from bot.intake.people import names
from bot.model import Document, Image, Tag
from tests.press import atom, item, of_news, rss

FEEDS = Path(__file__).parent.parent / "feeds"


def read(name: str, **headers: str) -> Parsed:
    return parse(Document("https://feed.test/x/feed", 200, (FEEDS / name).read_bytes(), headers))


@pytest.mark.parametrize(
    ("name", "format", "count"),
    [
        ("atom03.xml", "atom03", 1),
        ("feed11.json", "json11", 3),
        ("malformed.rss", "rss20", 2),
        ("rebelmouse.rss", "rss20", 1),
        ("rss091.xml", "rss091u", 1),
        ("rss10.rdf", "rss10", 2),
        ("substack.rss", "rss20", 1),
        ("widths.rss", "rss20", 5),
        ("wordpress.rss", "rss20", 1),
    ],
)
def test_each_format_is_read(name: str, format: str, count: int) -> None:
    found = read(name)
    assert (found.format, found.count, len(found.entries)) == (format, count, count)


@pytest.mark.parametrize(
    ("version", "format"),
    [("0.91", "rss091u"), ("0.92", "rss092"), ("0.93", "rss093"), ("0.94", "rss094"), ("2.0", "rss20"), ("9", "rss")],
)
def test_every_version_of_rss_is_read(version: str, format: str) -> None:
    found = parse(Document("https://x.test/", 200, rss(item("One")).replace(b'"2.0"', f'"{version}"'.encode(), 1)))
    assert (found.format, [entry.title for entry in found.entries]) == (format, ["One"])


def test_the_very_first_rss_is_read() -> None:
    space = 'xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="http://my.netscape.com/rdf/simple/0.9/"'
    body = (
        f"<rdf:RDF {space}><channel><title>T</title></channel><item><title>One</title><link>/1</link></item></rdf:RDF>"
    )
    found = parse(Document("https://x.test/", 200, body.encode()))
    assert (found.format, found.entries[0].title, found.entries[0].link) == ("rss090", "One", "https://x.test/1")


def test_json_feed_10_has_one_author_and_survives_what_is_of_another_kind() -> None:
    body = (
        '{"version": "https://jsonfeed.org/version/1", "author": {"name": "Ann Low"}, "items": ['
        '{"id": "1", "url": "https://a.test/1", "content_text": "Hello there.", "author": {"name": "Bo Li"}},'
        '{"id": "2", "content_html": "<p>x</p>", "external_url": "https://b.test/2"},'
        '{"id": 3.5, "title": null, "url": 5, "tags": "x", "authors": {"name": "y"}, "attachments": [1]}]}'
    )
    one, two, three = parse(Document("https://x.test/", 200, body.encode())).entries
    assert (one.authors, one.link, two.authors, two.link) == (
        ("Bo Li",),
        "https://a.test/1",
        ("Ann Low",),
        "https://b.test/2",
    )
    assert (three.guid, three.link, three.tags) == ("3.5", "", ())


@pytest.mark.parametrize(
    ("author", "title", "written"),
    [("Greg Low", "A blog", ("Greg Low",)), ("The Gazette Daily", "The Gazette Daily", ()), ("admin", "A blog", ())],
)
def test_the_author_of_a_blog_wrote_what_nobody_else_did(author: str, title: str, written: tuple[str, ...]) -> None:
    by_another = item("Two", more="<author><name>Kim Lee</name></author>")
    head = f"<author><name>{author}</name></author>"
    first = parse(Document("https://x.test/", 200, atom(by_another, item("One"), head=head, title=title)))
    assert [entry.authors for entry in first.entries] == [("Kim Lee",), written]


def test_skipped_hours_are_known_also_when_no_item_is_new() -> None:
    head = "<skipHours><hour>3</hour></skipHours><skipDays><day>Sunday</day></skipDays>"
    first = parse(Document("https://x.test/", 200, rss(item("One"), item("Two"), head=head)))
    second = parse(Document("https://x.test/", 200, rss(item("Two"), head=head)), first.marks)
    assert second.entries == () and second.count == 1
    for found in (first, second):
        assert (set(found.skip_hours), set(found.skip_days)) == ({3}, {"sunday"})


@pytest.mark.parametrize("hour", ["²", "9" * 5000, "-1", "1e3", ""])
def test_an_hour_that_is_none_is_not_heard_and_hides_no_article(hour: str) -> None:
    head = f"<skipHours><hour>{hour}</hour><hour>3</hour></skipHours><skipDays><day>{hour}</day></skipDays>"
    found = parse(Document("https://x.test/", 200, rss(item("One"), head=head)))
    assert (found.count, set(found.skip_hours), set(found.skip_days)) == (1, {3}, set())


def test_rebelmouse_leads_with_the_picture_and_prints_the_whole_article() -> None:
    (entry,) = read("rebelmouse.rss").entries
    assert entry.image == Image(
        "https://observer.test/media-library/pilots.jpg?id=4711&width=1200", "", "Agency/ J. Doe"
    )
    assert entry.teaser.startswith("Forty pilots bring four hundred ships") and len(entry.teaser) <= text.TEASER
    assert "\n\nThey are paid by the ship." in entry.teaser
    assert "A chart of the strait" not in entry.text and "(Agency/" not in entry.text
    assert entry.authors == ("Ada Lin", "Ben O’Dea")
    assert [tag.term for tag in entry.tags] == ["Asia-Pacific", "QiOSK"]


def test_wordpress_loses_its_tail_its_admin_and_its_pixels() -> None:
    found = read("wordpress.rss")
    (entry,) = found.entries
    assert entry.title == "A “grain corridor” & its keepers"
    assert entry.teaser == "Who inspects the ships, and who inspects the inspectors?"
    assert entry.text.endswith("• The port\n• The flag")
    assert entry.authors == ("Caro Diaz",)
    assert entry.tags == (Tag("Europe & Eurasia"),)
    assert entry.image == Image("https://fellow.test/i/ship-1024x683.jpg", "A bulk carrier at anchor", "C. Diaz")
    assert found.hint == timedelta(hours=1)


def test_substack_names_picture_and_credit_in_its_caption() -> None:
    (entry,) = read("substack.rss").entries
    assert entry.image == Image("https://cdn.substack.test/image/ferry.jpeg", "A ferry at dusk", "M. Nasser")
    assert entry.teaser == "A bridge, finally, and what it carries away"
    assert "Subscribe" not in entry.text


def test_the_best_picture_is_the_widest_that_is_not_too_wide_with_its_own_words() -> None:
    widths, film, thumbnail, enclosure, trackers = read("widths.rss").entries
    assert widths.image == Image("https://i.test/700.jpg", "Two people in a boat", "A. Person/Agency")
    assert film.image == Image("https://i.test/still.png", "A still.", "B. Person")
    assert film.teaser == ""  # what is said of a picture is no standfirst
    assert thumbnail.image == Image("https://widths.test/large.jpg", "Large")
    assert enclosure.image == Image("https://i.test/enclosed.jpg?sig=1")
    assert trackers.image is None


def test_atom_03_escapes_its_titles() -> None:
    (entry,) = read("atom03.xml").entries
    assert (entry.title, entry.link, entry.authors) == ("Ein fetter Titel", "http://alt.test/1", ("Eva Muster",))
    assert entry.published == datetime(2004, 5, 1, 8, tzinfo=UTC)


def test_entities_that_only_a_dtd_far_away_defines_are_not_lost() -> None:
    assert read("rss091.xml").entries[0].title == "Café talks"


def test_a_malformed_feed_that_yields_entries_is_a_feed() -> None:
    first, _ = read("malformed.rss").entries
    assert (first.title, first.link) == ("Fish & ships", "https://bad.test/1?a=1&b=2")


def test_json_feed_is_read_and_what_is_no_item_is_left_out() -> None:
    found = read("feed11.json")
    dams, note, _ = found.entries
    assert (dams.title, dams.guid, dams.link) == ("Dams & debts", "17", "https://json.test/dams")
    assert (dams.authors, dams.tags, dams.image) == (
        ("Kim Lee", "Lou May"),
        (Tag("Asia"),),
        Image("https://json.test/dams.jpg"),
    )
    assert (note.title, note.link) == ("A note without a title. It goes on for a while.", "https://json.test/untitled")
    assert found.links == {
        "next": "https://json.test/feed.json?page=2",
        "self": "https://json.test/feed.json",
        "hub": "https://hub.test/",
    }


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"hello",
        b"<html><body><p>x</p></body></html>",
        b"{}",
        b'{"version": "https://jsonfeed.org/version/1"}',
        b"\x89PNG\r\n\x1a\n\x00\x00",
        b"<?xml version='1.0'?><svg xmlns='http://www.w3.org/2000/svg'/>",
        b"[" * 100_000,
        b'{"items": ' * 50_000,
    ],
)
def test_what_is_no_feed_is_none(body: bytes) -> None:
    assert parse(Document("https://x.test/", 200, body)).format == ""


def test_only_items_whose_print_is_new_are_parsed_and_all_are_counted() -> None:
    a, b, c = item("A story", 3), item("Another", 2), item("A third", 1)
    first = parse(Document("https://x.test/", 200, rss(b, a)))
    second = parse(Document("https://x.test/", 200, rss(c, b, a.but(title="A story, corrected"))), first.marks)
    assert [entry.title for entry in second.entries] == ["A third", "A story, corrected"]
    assert second.count == 3 and second.marks[1] == first.marks[0]


def test_the_tags_of_a_sitemap_are_clean_and_no_longer_than_a_feeds() -> None:
    tags = ["Africa", "a\u202eb", "x" * 5000, *(f"t{number}" for number in range(90))]
    body = of_news(item("Rain", more="".join(f"<category>{each}</category>" for each in tags)))
    (entry,) = parse(Document("https://mag.test/news.xml", 200, body)).entries
    assert [each.term for each in entry.tags[:3]] == ["Africa", "ab", "t0"] and len(entry.tags) <= 50


def test_of_the_longest_documents_not_every_print_is_remembered() -> None:
    items = b"".join(b"<item><guid>%d</guid></item>" % number for number in range(20_010))
    document = Document("https://x.test/", 200, b"<rss><channel>" + items + b"</channel></rss>")
    first = parse(document)
    assert (len(first.marks), len(first.entries)) == (20_000, 1000)
    assert len(parse(document, first.marks).entries) == 1000


def test_a_name_given_twice_makes_all_of_it_be_parsed() -> None:
    a, b, c = item("A story", 3), item("Another", 2), item("A third", 1)
    first = parse(Document("https://x.test/", 200, rss(b, a)))
    second = parse(Document("https://x.test/", 200, rss(c.but(guid=a.guid), b, a)), first.marks)
    assert len(second.entries) == 3 and len(second.shared) == 1


@pytest.mark.parametrize("document", [rss, atom], ids=["rss", "atom"])
def test_what_is_parsed_alone_is_as_in_the_whole(document: object) -> None:
    stories = [item(f"Story {number}", number) for number in range(5)]
    body = (rss if document is rss else atom)(*stories)
    whole = parse(Document("https://x.test/", 200, body))
    for index, entry in enumerate(whole.entries):
        known = [each for place, each in enumerate(whole.marks) if place != index]
        assert parse(Document("https://x.test/", 200, body), known).entries == (entry,)


def test_an_item_in_a_comment_or_in_cdata_is_not_cut_out() -> None:
    hidden = item("Shown").but(teaser="x", more="<!-- <item><title>Hidden</title></item> -->")
    quoted = item("Quoting").but(more="<note><![CDATA[<item><title>Quoted</title></item>]]></note>")
    body = rss(hidden, quoted)
    assert [entry.title for entry in parse(Document("https://x.test/", 200, body), ["none"]).entries] == [
        "Shown",
        "Quoting",
    ]


@pytest.mark.parametrize(
    ("printed", "meant"),
    [
        ("Wed, 29 Apr 2020 13:36:19 +1200", datetime(2020, 4, 29, 1, 36, 19, tzinfo=UTC)),
        ("Mi, 29 Apr 2020 13:36:19 GMT", datetime(2020, 4, 29, 13, 36, 19, tzinfo=UTC)),
        ("29 de março de 2020", datetime(2020, 3, 29, tzinfo=UTC)),
        ("2020/1/10 14:33", datetime(2020, 1, 10, 14, 33, tzinfo=UTC)),
        ("Sat, 07 Jan 2017 16:21:44 EST", datetime(2017, 1, 7, 21, 21, 44, tzinfo=UTC)),
        ("Thu, 01 Jan 1970 00:00:00 +0000", None),
        ("2013-02-30T00:00:00Z", None),
        ("soon", None),
        ("", None),
    ],
)
def test_dates_are_read_as_they_are_meant(printed: str, meant: datetime | None) -> None:
    assert read_date(printed) == meant


@pytest.mark.parametrize(
    ("bylines", "people"),
    [
        (["By Ann Lee and Bo Ek"], ("Ann Lee", "Bo Ek")),
        (["Ann Lee, Bo Ek, Cy Young"], ("Ann Lee", "Bo Ek", "Cy Young")),
        (["Lee, Ann"], ("Lee, Ann",)),
        (["ann@mag.test (Ann Lee)"], ("Ann Lee",)),
        (["Ann Lee <ann@mag.test>"], ("Ann Lee",)),
        (["admin", "noreply@mag.test", "Ann Lee", "ann lee"], ("Ann Lee",)),
    ],
)
def test_bylines_become_people(bylines: list[str], people: tuple[str, ...]) -> None:
    assert names(bylines) == people


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("http://www.mag.test/a/", "https://mag.test/a"),
        ("https://mag.test/a?utm_source=x&b=1&a=2", "https://mag.test/a?a=2&b=1"),
        ("https://mag.test/a/amp/", "https://mag.test/a"),
        ("https://amp.mag.test/a", "https://mag.test/a"),
        ("https://mag.test:443/%7ea", "https://mag.test/~a"),
        ("https://MAG.test/a#top", "https://mag.test/a"),
        ("https://mag.test/index.html", "https://mag.test"),
    ],
)
def test_two_spellings_of_one_address(one: str, other: str) -> None:
    assert canonical(one) == canonical(other) != ""


@pytest.mark.parametrize(
    "other", ["https://mag.test/b", "https://mag.test/A", "https://mag.test/a?p=1", "https://m2.test/a"]
)
def test_another_address_stays_another(other: str) -> None:
    assert canonical(other) != canonical("https://mag.test/a")


def test_a_page_tells_what_the_feed_left_out() -> None:
    html = b"""<html><head><meta property="og:title" content="Talks in Oman's capital">
      <meta property="og:image" content="/media-library/talks.jpg?id=7&width=200&coordinates=0">
      <meta property="og:image:alt" content="Two envoys (Photo: A. Person)"><meta name="author" content="Ann Lee">
      <meta property="og:description" content="A standfirst."><meta property="article:section" content="Middle East">
      <meta property="article:published_time" content="2026-03-24T10:00:00Z"></head><body>"""
    page = read_page(Document("https://mag.test/talks", 200, html))
    assert page.title == "Talks in Oman's capital" and page.teaser == "A standfirst."
    assert page.image == Image("https://mag.test/media-library/talks.jpg?id=7&width=1200", "Two envoys", "A. Person")
    assert (page.authors, page.section) == (("Ann Lee",), "Middle East")


def test_html_becomes_paragraphs_and_nothing_else() -> None:
    said = text.read("<p>One&nbsp;<b>two</b></p><script>x()</script><p>three<br>four</p><style>p{}</style>")
    assert said.text == "One two\n\nthree\nfour"
    assert text.line("A &amp; B <em>c</em>\n d \u202egnol") == "A & B c d gnol"
    assert text.line("5 < 6 & 7 > 3") == "5 < 6 & 7 > 3"


@pytest.mark.parametrize("sign", ["\x1b", "\x80", "\x9b", "\x9f", "\u2028", "\u202e", "\u2066"])
def test_a_sign_that_steers_is_no_word_however_it_is_written(sign: str) -> None:
    for written in (sign, f"&#{ord(sign)};", f"&#x{ord(sign):x};"):
        for markup in (f"Rain{written} in Kenya", f"<p>Rain{written} in <b>Kenya</b></p>"):
            assert sign not in text.read(markup).text + text.line(markup)
