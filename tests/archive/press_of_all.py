"""Made-up articles of many scripts and few words, and made-up queries that often meet them."""

from datetime import timedelta
from random import Random

from hypothesis import strategies as st

from bot.model import OPERATOR, Article, Feed, Image, Query, Tag, Viewer
from tests.builders import NOON, a_feed, an_article

VIEWERS: tuple[Viewer, ...] = (OPERATOR, 11, 22, 33, None)
REGIONS = ("africa", "europe", "asia-pacific", "middle-east")
FEEDS = (
    a_feed("https://a.test/feed", title="Morning Post"),
    a_feed("https://b.test/world", title="Ärzte und Länder"),
    a_feed("https://c.test/50%", title="50% News_Letter"),
    a_feed("https://a.test/feed", title="Our own Post", owner=11),
    a_feed("https://d.test/feed", title="Elf", owner=11),
    a_feed("https://a.test/feed", title="Their Post", owner=22),
)
AUTHORS = ("Ann Smith", "José Núñez", "Jose Nunez", "Ann-Marie O’Neil", "Åsa Lind", "李 明", "Анна Лихт", "Smithson")
LANGUAGES = ("", "en", "en-GB", "de", "DE_at", "zh", "ar")
_WRITTEN = """
rain rains play player plays playing city cities cityscape citizen use using used us age aging ages
immigrant immigration organ organize organization organisation nation national nations tie ties
vote votes voter voting treaty treaties minister ministers ministry die died dying relate relations relative
hope hoping hop hopping energy key keys news new ivy ivies stopped stop the and NATO Japan Kenya
Paris’s Élysée Elysee Zürich São Łódź Türkiye naïve cafe\u0301 Straße Strasse Außenminister Grenzübergang
Asia-Pacific asiapacific re-elected reelected COVID-19 covid19 anti-war O'Neil oneil states' don't
U.S. U.S.-China U.K. C++ C# 1,000 1000 12,500,000 3.5 2026 AT&T e-mail rock'n'roll sub_scription
россия война мир мира йод ёлка Киев по-русски السلام سلام والسلام حَرب الحرب بالحرب ما
日本 日本人 日 本 中国 中国-日本 中国共産党 国会 2026年 2026年度 年度 5G時代 natoの カタカナ
ไทย ประเทศไทย 한국 한국어 국 की भारत 🇯🇵 🌧 日本，中国 nato中国人 x日本
"""
WORDS = _WRITTEN.split()
_JOINTS = (*[" "] * 9, ", ", ". ", " – ", "-", "’s ", " (", ") ", "\n", "/", "…", "; ", " “", "” ", "，", "")


def many(number: int, seed: int) -> list[tuple[Article, Feed]]:
    """So many articles, and which feed prints each."""
    chance = Random(seed)
    return [(one(chance, at), chance.choice(FEEDS)) for at in range(number)]


def one(chance: Random, at: int) -> Article:
    """An article of some minute of some weeks; many share their minute."""
    days, minutes = chance.choice((0, 0, 1, 2, 9, 40)), chance.randrange(3)
    tags = tuple(Tag(text(chance, 2), label=text(chance, 2) if chance.random() < 0.3 else "") for _ in range(at % 2))
    return an_article(
        text(chance, chance.randint(1, 5)),
        url=f"https://press.test/{at}",
        teaser=text(chance, chance.randrange(6)),
        text=text(chance, chance.randrange(14)),
        authors=tuple(chance.sample(AUTHORS, chance.choice((0, 1, 1, 2)))),
        tags=tags,
        regions=tuple(chance.sample(REGIONS, chance.choice((0, 1, 1, 2)))),
        image=Image("https://a.test/i.jpg") if chance.random() < 0.3 else None,
        published=NOON - timedelta(days=days, minutes=minutes, seconds=chance.randrange(60)),
        language=chance.choice(LANGUAGES),
    )


def text(chance: Random, number: int) -> str:
    return "".join(chance.choice(WORDS) + chance.choice(_JOINTS) for _ in range(number))


# --- what is asked ------------------------------------------------------------------------------------------------

_cuts = st.integers(1, 9)
words = st.sampled_from(WORDS)
beginnings = st.builds(lambda word, cut: f"{word[: cut + 2]}*", words, _cuts)
pieces = st.builds(lambda word, cut: word[:cut], words, _cuts)
_joined = st.builds(
    lambda one, two, joint: one + joint + two, words, words, st.sampled_from((" ", " ", " ", "-", ", "))
)
phrases = st.builds(lambda inside: f'"{inside}"', st.one_of(_joined, words))
terms = st.one_of(words, words, beginnings, beginnings, pieces, phrases, phrases)
names = st.sampled_from((*AUTHORS, "ann", "smi", "nun", "o'neil", "marie ann", "%", "李", "?"))
_titles = st.sampled_from(("post", "Own", "ärzte", "arzte", "LÄNDER", "50%", "_", "a.test", "elf"))
_dates = ("2026", "2026-03", "2026-03-14", "1d", "2d", "yesterday", "today", "now", "2026-02..2026-03", "40d", "never")
filters = st.one_of(
    st.builds("region:{}".format, st.sampled_from((*REGIONS, "apac", "nowhere", '"Middle East"'))),
    st.builds('author:"{}"'.format, names),
    st.builds('feed:"{}"'.format, _titles),
    st.builds("lang:{}".format, st.sampled_from(("en", "EN-us", "de", "zh", "xx"))),
    st.builds("{}:{}".format, st.sampled_from(("before", "after", "during")), st.sampled_from(_dates)),
    st.sampled_from(("has:image", "has:rain", "sort:new", "during:last week")),
)
titles = st.builds("title:{}".format, terms)
nodes = st.recursive(
    st.one_of(terms, terms, terms, titles, filters),
    lambda inner: st.one_of(
        st.builds("-{}".format, inner),
        st.builds("({})".format, st.lists(inner, min_size=1, max_size=3).map(" ".join)),
        st.builds("{} OR {}".format, inner, inner),
        st.builds("-({})".format, st.lists(inner, min_size=1, max_size=2).map(" OR ".join)),
    ),
    max_leaves=4,
)
viewers = st.sampled_from(VIEWERS)
queries = st.builds(
    Query,
    words=st.lists(nodes, max_size=3).map(" ".join),
    region=st.sampled_from((None, None, None, *REGIONS, "nowhere")),
    author=st.sampled_from(("", "", "", "ann", "Núñez")),
    feed=st.sampled_from(("", "", "", "post", "länder")),
    after=st.sampled_from(("", "", "", "2026-03", "2d")),
    before=st.sampled_from(("", "", "", "2026-03-14", "1d")),
    order=st.just("newest"),
    viewer=viewers,
    limit=st.sampled_from((3, 7, 25)),
)
lists = st.lists(queries, min_size=3, max_size=10)
EVENTS = (
    "comes",
    "comes",
    "twice",
    "move",
    "prune",
    "title",
    "teaser",
    "text",
    "authors",
    "regions",
    "tags",
    "image",
    "language",
)
