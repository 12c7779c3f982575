"""Foreign text is made harmless, and cut where a reader would."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.delivery.text import (
    clean,
    cut,
    cut_at_sentence,
    escape,
    fits,
    isolate,
    linked,
    sentence_ends,
    size,
    web_address,
)
from tests.delivery.samples import HOSTILE

UNESCAPED = re.compile(r"(?<!\\)(?:\\\\)*[*_~|`\[\]]")
SUMMONS = re.compile(r"@(?:everyone|here)|<[@#:/atm+]|<id:|://(?<!\u2060://)|\.gg/\w|/invite/\w", re.IGNORECASE)


def test_a_teaser_ends_at_a_sentence() -> None:
    assert (
        cut_at_sentence("One sentence here. Another one there. A third.", 40) == "One sentence here. Another one there."
    )


def test_a_short_text_is_left_alone() -> None:
    assert cut_at_sentence("No end in sight", 40) == "No end in sight"


def test_where_no_sentence_ends_words_and_an_ellipsis_do() -> None:
    assert (
        cut_at_sentence("a very long sentence that goes on and on without any end", 30) == "a very long sentence that…"
    )


@pytest.mark.parametrize(
    "text", ["Mr. Smith went home", "The U.S. said so", "Gen. Wu spoke", "Version 2.5 is out", "on Jan. 5"]
)
def test_an_abbreviation_ends_no_sentence(text: str) -> None:
    assert sentence_ends(text) == []


@pytest.mark.parametrize(
    ("text", "first"),
    [
        ("他们来了。我们走了。", "他们来了。"),
        ("هل عادوا؟ نعم عادوا.", "هل عادوا؟"),
        ("वे लौट आए। हम चले गए।", "वे लौट आए।"),
        ("“They left.” We stayed.", "“They left.”"),
        ("Really?! Yes.", "Really?!"),
    ],
)
def test_sentences_end_in_every_script(text: str, first: str) -> None:
    assert text[: sentence_ends(text)[0]] == first


def test_no_emoji_family_is_parted() -> None:
    family = "👩\u200d👩\u200d👧\u200d👦"
    assert cut("ab " + family * 3, 12).count("👩\u200d👩\u200d👧\u200d👦") * len(family) + 4 >= len(
        cut("ab " + family * 3, 12)
    )
    assert not cut(family * 4, 20).rstrip("…").endswith("\u200d")


def test_no_flag_is_parted() -> None:
    assert cut("🇩🇪🇫🇷🇮🇹", 10) == "🇩🇪🇫🇷…"


def test_no_letter_loses_its_marks() -> None:
    for length in range(2, 20):
        whole = cut("किताबें" * 3, length).rstrip("…")
        rest = ("किताबें" * 3)[len(whole) :]
        assert not rest or not "\u093e" <= rest[0] <= "\u094d"


def test_towers_of_marks_are_taken_down() -> None:
    assert clean("Z" + "\u0301" * 500 + "a") == "Ź" + "\u0301" * 4 + "a"


def test_what_cannot_be_seen_is_gone_but_what_scripts_need_stays() -> None:
    assert clean("a\u202eb\u200bc\x00d\ufeff") == "abcd"
    assert clean("می\u200cروم") == "می\u200cروم"
    assert clean("👩\u200d🚀 क्\u200dष") == "👩\u200d🚀 क्\u200dष"
    assert clean("🏴\U000e0067\U000e0062\U000e0065\U000e006e\U000e0067\U000e007f!").endswith("\U000e007f!")


def test_paragraphs_are_kept_where_wanted() -> None:
    assert clean("one\r\ntwo  words\n\n\nthree", lines=True) == "one\n\ntwo words\n\nthree"
    assert clean("one\r\ntwo  words\n\n\nthree") == "one two words three"


@pytest.mark.parametrize("text", HOSTILE)
def test_nothing_hostile_is_markup_or_mention_or_link(text: str) -> None:
    safe = escape(clean(text, lines=True))
    assert not UNESCAPED.search(re.sub(r"\\.", "", safe, flags=re.DOTALL))
    assert not SUMMONS.search(safe)
    assert not re.search(r"^\s*(?:#{1,3}\s|-#|>|[-*+]\s|\d+[.)]\s)", safe, re.MULTILINE)


INSIDE = r"(?:\[[^\]]*\]|[^\[\]]|\](?=[^\[]*\]))*"  # what Discord takes for the words of a link; it heeds no backslash
LINK = re.compile(rf"\[({INSIDE})\]\(([^\s()]+)\)")


@pytest.mark.parametrize("text", [*HOSTILE, "x](https:evil.test) [y", "a [ b", "a ] b", "__a__ _b_ c_d", "~~a~~ ||b||"])
def test_the_words_of_a_link_lead_nowhere_else_and_show_no_backslash(text: str) -> None:
    shown = linked(clean(text) or "x", "https://a.test/rain_(1)", 200, 500)
    found = LINK.fullmatch(shown)
    assert found and found[2] == "https://a.test/rain_%281%29"
    assert not re.search(r"[\[\]*`\\]|__|~~|\|\||(?<!\w)_|_(?!\w)", found[1])
    assert not SUMMONS.search(found[1])


def test_a_link_keeps_what_headlines_have() -> None:
    assert linked("A | B: c_d ~5", "https://a.test/1", 200, 500) == "[A | B: c_d ~5](https://a.test/1)"
    assert linked("[Video] *Rain*", "https://a.test/1", 200, 500) == "[(Video) ∗Rain∗](https://a.test/1)"
    assert linked("[Video] *Rain*", "", 200, 500) == r"\[Video\] \*Rain\*"


@given(st.text(), st.integers(1, 400), st.integers(10, 900))
def test_whatever_is_cut_fits_as_it_will_be_sent(text: str, chars: int, octets: int) -> None:
    for made in (
        cut(clean(text), chars, octets, escaped=True),
        cut_at_sentence(clean(text), chars, octets, escaped=True),
    ):
        assert fits(escape(made), chars, octets)


@given(st.text())
def test_cleaning_twice_changes_nothing(text: str) -> None:
    assert clean(clean(text)) == clean(text)


@pytest.mark.parametrize(
    "url",
    [
        "javascript:alert(1)",
        "discord://-/x",
        "data:text/html,x",
        "file:///etc/passwd",
        "//no.scheme",
        "",
        "http://",
        "http://a b/",
        "http://[::1",
        "https://exa\u202emple.test\\@evil",
        "ftp://a.test/",
        " jav\tascript:x",
        "http://a.test:99999/",
    ],
)
def test_only_addresses_of_the_web_become_links(url: str) -> None:
    assert web_address(url) == ""


def test_an_address_is_written_so_that_discord_takes_it() -> None:
    assert (
        web_address("https://münchen.test/straße?q=ü&x=[1]#top")
        == "https://xn--mnchen-3ya.test/stra%C3%9Fe?q=%C3%BC&x=[1]#top"
    )
    assert web_address("HTTPS://me:secret@a.test:8443/x y") == "https://a.test:8443/x%20y"
    assert web_address("https://a.test/%E4%B8%AD") == "https://a.test/%E4%B8%AD"
    assert web_address("https://a.test/" + "x" * 600, 512) == ""


def test_text_from_the_right_keeps_its_direction_to_itself() -> None:
    assert isolate("خبر") == "\u2068خبر\u2069"
    assert isolate("News") == "News"


def test_size_is_that_of_the_wire() -> None:
    assert size("中") == 3
