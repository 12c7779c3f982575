"""Lists of feeds are read with care, and refused with file, line and reason."""

from datetime import timedelta
from pathlib import Path

import pytest

from bot.errors import BrokenFile
from bot.intake.lists import read_feeds, read_opml, write_opml
from bot.model import Feed
from bot.regions import Regions
from bot.settings import shipped

PLACES = ("EG", "GB", "TR")


def written(folder: Path, text: str) -> Path:
    path = folder / "feeds.toml"
    path.write_text(text, "utf-8")
    return path


def test_a_feed_is_read_with_all_that_it_says(tmp_path: Path, regions: Regions) -> None:
    path = written(
        tmp_path,
        '[[feed]]\nurl = "https://a.test/feed"\ntitle = "A"\nregion = "APAC"\ndefault = "global"\nhome = "us"\n'
        "every = 30\npages = false\nany_certificate = true\nhints = false\n"
        'tags = { "Far East" = "asia-pacific", Podcast = "-" }\nplaces = { TR = "middle-east" }\n',
    )
    assert read_feeds(path, regions) == [
        Feed(
            url="https://a.test/feed",
            title="A",
            region="asia-pacific",
            default="global",
            home="US",
            every=timedelta(minutes=30),
            pages=False,
            hints=False,
            any_certificate=True,
            tags={"Far East": "asia-pacific", "Podcast": "-"},
            places={"TR": "middle-east"},
        )
    ]


def test_the_shipped_list_can_be_read(regions: Regions) -> None:
    assert read_feeds(shipped() / "feeds.toml", regions) == []


def test_no_file_is_an_empty_list(tmp_path: Path, regions: Regions) -> None:
    assert read_feeds(tmp_path / "feeds.toml", regions) == []


@pytest.mark.parametrize(
    ("text", "line", "problem"),
    [
        ("[[feed]\n", 1, "not TOML"),
        ('[[feed]]\ntitle = "A"\n', 1, "needs a url"),
        ('[[feed]]\nurl = "ftp://a.test/"\n', 2, "http"),
        (
            '[[feed]]\nurl = "https://a.test/"\n\n[[feed]]\nurl = "https://b.test/"\nregion = "Atlantis"\n',
            6,
            "Atlantis",
        ),
        ('[[feed]]\nurl = "https://a.test/"\ncolour = "red"\n', 3, "unknown"),
        ('[[feed]]\nurl = "https://a.test/"\nevery = "often"\n', 3, "number"),
        ('[[feed]]\nurl = "https://a.test/"\nevery = true\n', 3, "number"),
        ('[[feed]]\nurl = "https://a.test/"\nhome = "France"\n', 3, "two letters"),
        ('[[feed]]\nurl = "https://a.test/"\n[[feed]]\nurl = "https://a.test/"\n', 4, "twice"),
        ('[[feed]]\nurl = "https://a.test/"\ntags = { "Far East" = "nowhere" }\n', 3, "nowhere"),
        ('[[feeds]]\nurl = "https://a.test/"\n', 1, "unknown"),
        ('# Feeds\n[feed]\nurl = "https://a.test/"\n', 2, "double brackets"),
        ('\nfeed = ["https://a.test/"]\n', 2, "double brackets"),
        ("[[feed]]\nurl = https://a.test/\n", 2, "a text needs straight quotes"),
        ('[[feed]]\nurl = "https://a.test/a feed"\n', 2, "a url has no spaces"),
        ('[[feed]]\nurl = "https://a.test/"\nhome = "UK"\n', 3, "did you mean GB?"),
        ('[[feed]]\nurl = "https://a.test/"\nhome = "XX"\n', 3, '"XX" is no place'),
        ('[[feed]]\nurl = "https://a.test/"\nplaces = { Egypt = "africa" }\n', 3, '"Egypt" is no place'),
        ('[[feed]]\nurl = "https://a.test/"\nplaces = { eg = "africa" }\n', 3, "did you mean EG?"),
        ('[[feed]]\nurl = "https://a.test/"\nplaces = { EG = "afriqa" }\n', 3, "afriqa"),
        ('[[feed]]\nurl = "https://a.test/"\ntag = { Asia = "africa" }\n', 3, 'did you mean "tags"?'),
        ('[[feed]]\nurl = "https://a.test/"\ntags = { Far = "africa", far = "europe" }\n', 3, "in other letters"),
        ('[[feed]]\nurl = "https://a.test/"\ntags = { Far = 3 }\n', 3, "no region “3”"),
        ('[[feed]]\nurl = "https://a.test/"\ntags = { Far East = "africa" }\n', 3, "several words needs quotes"),
        ('[[feed]]\nurl = "https://a.test/"\npages = "yes"\n', 3, "true or false"),
        ('[[feed]]\nurl = "https://a.test/"\nevery = 0\n', 3, "from 1 to a week"),
    ],
)
def test_a_broken_list_is_refused_with_file_line_and_reason(
    tmp_path: Path, regions: Regions, text: str, line: int, problem: str
) -> None:
    with pytest.raises(BrokenFile) as caught:
        read_feeds(written(tmp_path, text), regions, PLACES)
    assert caught.value.line == line
    assert problem in str(caught.value) and "feeds.toml" in str(caught.value)


def test_opml_goes_out_and_comes_back(tmp_path: Path) -> None:
    feeds = [Feed(url="https://a.test/feed?a=1&b=2", title='The "A" & B'), Feed(url="https://b.test/", title="B")]
    path = tmp_path / "feeds.opml"
    path.write_text(write_opml(feeds), "utf-8")
    assert read_opml(path) == feeds


def test_what_steers_or_breaks_a_line_is_taken_in_from_no_opml(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    path = tmp_path / "odd.opml"
    odd = ("https://a.test/\u202efeed", "https://a.test/b c", "https://a.test/d&#10;e", f"https://a.test/{'f' * 9000}")
    lines = "".join(f'<outline text="Odd" xmlUrl="{url}"/>' for url in odd)
    path.write_text(
        f'<opml><body><outline text="A\u202e pa&#10;per\u2028 &amp; \x85more" xmlUrl="https://a.test/"/>{lines}'
        f'<outline text="{"B" * 100_000}" xmlUrl="https://b.test/"/></body></opml>',
        "utf-8",
    )
    assert [(feed.url, feed.title) for feed in read_opml(path)] == [
        ("https://a.test/", "A pa per & more"),
        ("https://b.test/", "B" * 200),
    ]
    assert caplog.text.count("left out what is no address") == len(odd) and max(map(len, caplog.messages)) < 300


def test_opml_with_an_entity_bomb_is_refused(tmp_path: Path) -> None:
    lots = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))
    path = tmp_path / "bomb.opml"
    path.write_text(
        f'<!DOCTYPE opml [<!ENTITY l0 "lol">{lots}]><opml><body>'
        '<outline text="&l9;" xmlUrl="https://a.test/"/></body></opml>'
    )
    with pytest.raises(BrokenFile, match="is not OPML"):
        read_opml(path)


def test_opml_reads_no_other_file(tmp_path: Path) -> None:
    (tmp_path / "secret.dtd").write_text('<!ENTITY x "a secret">')
    path = tmp_path / "curious.opml"
    path.write_text(
        f'<!DOCTYPE opml [<!ENTITY % p SYSTEM "{(tmp_path / "secret.dtd").as_uri()}">%p;]><opml><body>'
        '<outline text="A paper&x;" xmlUrl="https://a.test/"/></body></opml>'
    )
    assert [feed.title for feed in read_opml(path)] == ["A paper"]


@pytest.mark.parametrize(
    "text", ["", "<opml/>", "not xml", '<opml><body><outline xmlUrl="javascript:x"/></body></opml>']
)
def test_a_file_without_feeds_is_refused(tmp_path: Path, text: str) -> None:
    path = tmp_path / "x.opml"
    path.write_text(text)
    with pytest.raises(BrokenFile):
        read_opml(path)
