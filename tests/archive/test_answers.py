"""How an answer looks: its order, its snippets, what is counted, what is suggested."""

import asyncio
import threading
from dataclasses import replace
from datetime import timedelta

import pytest

from bot.archive import connect
from bot.archive.connect import OperationalError
from bot.archive.readers import TooSlow
from bot.archive.search.aliases import Aliases
from bot.archive.search.desk import SearchDesk
from bot.archive.search.tokens import CLOSING, OPENING
from bot.model import Query
from bot.regions import Regions
from tests.archive.conftest import Room
from tests.builders import NOON, an_article


async def found(room: Room, words: str) -> list[str]:
    return [hit.article.title for hit in (await room.archive.search(Query(words))).hits]


async def test_a_word_in_the_title_is_worth_more_than_one_in_the_text(room: Room) -> None:
    filler = "Much else happened in the world today and nobody wrote about it at all."
    await room.takes_in(
        an_article("Other news", text=f"{filler} A treaty was signed. {filler}"),
        an_article("The treaty", text=filler, published=NOON - timedelta(days=3)),
    )
    assert await found(room, "treaty") == ["The treaty", "Other news"]


async def test_words_that_stand_together_come_first(room: Room) -> None:
    await room.takes_in(
        an_article("Apart", text=f"The north is cold. {'Something else entirely. ' * 20} Korea is warm."),
        an_article("Together", text=f"North Korea is far. {'Something else entirely. ' * 20}"),
    )
    assert await found(room, "north korea") == ["Together", "Apart"]


async def test_where_too_few_have_all_the_words_some_of_them_will_do(room: Room) -> None:
    await room.takes_in(an_article("Rain in Kenya"), an_article("Drought in Peru"), an_article("Snow"))
    answer = await room.archive.search(Query("rain drought kenya"))
    assert [hit.article.title for hit in answer.hits] == ["Rain in Kenya", "Drought in Peru"]
    assert answer.understood == "rain AND drought AND kenya, or some of it"


async def test_a_pasted_paragraph_finds_its_like_by_words_far_behind_its_first(room: Room) -> None:
    await room.takes_in(an_article("Rain in Kenya"), an_article("Drought in Peru"))
    hollow = "and then there would be the one that was to have been " * 7
    assert await found(room, f"{hollow} of rain over Kenya") == ["Rain in Kenya"]
    unheard = " ".join(f"unheard{number}" for number in range(100))
    assert await found(room, f"{unheard} drought Peru") == ["Drought in Peru"]
    quoting = 'The minister called it "a year like no other" when asked about harvests, wells and rivers in Peru.'
    assert await found(room, quoting) == ["Drought in Peru"]


async def test_of_thousands_that_may_match_so_many_are_looked_at_and_the_next_page_goes_on(room: Room) -> None:
    titles = ["North Korea, long ago", *["Korea, and then the north"] * 1_600, "North Korea today"]
    await room.takes_in(
        *(
            an_article(f"{title} ({at})", keys=(f"url:{at}",), published=NOON - timedelta(minutes=3_000 - at))
            for at, title in enumerate(titles)
        )
    )
    query = Query('"north korea"', order="newest")
    first = await room.archive.search(query)
    assert [hit.article.title for hit in first.hits] == ["North Korea today (1601)"]
    assert (first.total, first.more) == (1, True)
    assert first.understood == "“north korea”; looked at 1,500 texts that may have it, and no further"
    second = await room.archive.search(replace(query, cursor=first.next))
    assert [hit.article.title for hit in second.hits] == ["North Korea, long ago (0)"]
    assert (second.first, second.understood) == (2, "“north korea”")


async def test_a_precise_question_gets_no_loose_answer(room: Room) -> None:
    await room.takes_in(an_article("Rain in Kenya"))
    assert await found(room, '"kenya rain" rain') == []
    assert await found(room, "rain -kenya") == []


async def test_what_has_only_part_of_the_words_has_not_what_is_excluded_either(room: Room) -> None:
    await room.takes_in(an_article("Rain in North Kenya"), an_article("Rain in Kenya, north of it"))
    assert await found(room, 'rain drought -"north kenya"') == ["Rain in Kenya, north of it"]


@pytest.mark.parametrize(
    "words", ["rain -kenya", "rain -(kenya OR oslo)", "rain drought -kenya", "(rain -kenya) OR snow", "rain* -kenya"]
)
async def test_what_is_excluded_may_be_nowhere_in_the_text(room: Room, words: str) -> None:
    await room.takes_in(an_article("Rain falls", text="All over Kenya."), an_article("Rain stops", text="In Peru."))
    assert await found(room, words) == ["Rain stops"]


async def test_an_unknown_word_is_mended_and_a_rare_one_is_asked_about(room: Room) -> None:
    await room.takes_in(*(an_article(f"Election number {number}") for number in range(60)), an_article("Electoin"))
    answer = await room.archive.search(Query("elecion number 7"))
    assert answer.hits[0].article.title == "Election number 7"
    assert answer.understood.startswith("election AND number AND 7")
    answer = await room.archive.search(Query("electoin"))
    assert ([hit.article.title for hit in answer.hits], answer.suggestion) == (["Electoin"], "election")


async def test_a_mended_word_is_told_as_the_article_has_it_not_as_some_word_of_its_root(room: Room) -> None:
    await room.takes_in(an_article("Rain", text="The payment was due, and the harbour was closed."))
    for typed, meant in (("harbuors", "harbour"), ("during", "due")):
        answer = await room.archive.search(Query(typed))
        assert (answer.understood, len(answer.hits)) == (meant, 1)


async def test_a_mended_word_is_told_with_the_marks_with_which_it_is_written(room: Room) -> None:
    await room.takes_in(an_article("Озеро Байкал"), an_article("Η Αθήνα ψηφίζει"))
    for typed, meant in (("Байкла", "байкал"), ("Αθήηνα", "αθήνα")):
        answer = await room.archive.search(Query(typed))
        assert (answer.understood, len(answer.hits)) == (meant, 1)


async def test_what_a_rare_word_is_likely_meant_for_is_shown_where_there_is_nothing_else(room: Room) -> None:
    await room.takes_in(*(an_article(f"Election number {number}") for number in range(60)), an_article("Electoin"))
    answer = await room.archive.search(Query("electoin number 7"))
    assert answer.hits[0].article.title == "Election number 7"
    assert answer.understood == "electoin AND number AND 7, or some of it"
    assert answer.suggestion == "election number 7"


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("kruschev", "khrushchev"),
        ("kruschev cuba", "khrushchev cuba"),
        ("netanjhu", "netanyahu"),
        ("azarbajan", "azerbaijan"),
        ("Кырызтан", "кыргызстан"),
        ("kurschrev", ""),  # three slips
        ("xhrushchew", ""),  # nobody errs in the first letter and in another
        ("irna", ""),  # of short words two letters are half
    ],
)
async def test_two_slips_in_a_long_name_are_asked_about(room: Room, typed: str, meant: str) -> None:
    titles = ("Khrushchev in Cuba", "Netanyahu speaks", "Azerbaijan votes", "Кыргызстан голосует", "Ukraine")
    await room.takes_in(*map(an_article, titles))
    answer = await room.archive.search(Query(typed))
    assert answer.suggestion == meant
    assert [hit.article.title.casefold().startswith(meant.split()[0]) for hit in answer.hits] == [True] * bool(meant)
    assert answer.understood.startswith(typed.split()[0])


async def test_a_snippet_shows_the_place_with_the_words_marked(room: Room) -> None:
    filler = "Nothing of note happened there. " * 20
    await room.takes_in(
        an_article("Summit", teaser="Leaders meet.", text=f"{filler}The treaties were signed. {filler}")
    )
    (hit,) = (await room.archive.search(Query("treaty"))).hits
    assert f"{OPENING}treaties{CLOSING} were signed" in hit.snippet
    assert len(hit.snippet) < 220


async def test_words_are_marked_whatever_their_accents(room: Room) -> None:
    await room.takes_in(an_article("Paris", teaser="L'Élysée répond à la Côte d’Ivoire; 外交部 aussi."))
    await room.takes_in(an_article("Bases", teaser="He must use the U.S. base."))
    for words, marked in (("elysee", "Élysée"), ("cote", "Côte"), ("外交", "外交"), ("us", "U.S.")):
        (hit,) = (await room.archive.search(Query(words))).hits
        assert f"{OPENING}{marked}{CLOSING}" in hit.snippet


async def test_many_are_counted_as_a_thousand_and_more(room: Room) -> None:
    await room.takes_in(*(an_article(f"Rain {number}") for number in range(1005)))
    for query in (Query("rain"), Query("rain", order="newest"), Query()):
        answer = await room.archive.search(query)
        assert (answer.total, answer.more) == (1000, True)


async def test_who_comes_to_the_end_of_the_best_is_told_how_to_see_the_others(room: Room) -> None:
    await room.takes_in(*(an_article(f"Story {number}", text="A tale of rain.") for number in range(80)))
    page = await room.archive.search(Query("rain", limit=25))
    while page.next:
        assert (page.total, page.understood) == (80, "rain")
        page = await room.archive.search(Query("rain", limit=25, cursor=page.next))
    assert page.first + len(page.hits) - 1 < page.total == 80
    assert page.understood == f"rain; these were the best {page.first + len(page.hits) - 1}, sort:new shows all"


async def test_pages_of_a_ranking_stay_put_too(room: Room) -> None:
    await room.takes_in(*(an_article(f"Rain {number}") for number in range(35)))
    first = await room.archive.search(Query("rain"))
    await room.takes_in(an_article("Rain rain rain", published=NOON + timedelta(hours=1)))
    second = await room.archive.search(Query("rain", cursor=first.next))
    back = await room.archive.search(Query("rain", cursor=second.previous))
    assert (second.first, second.total, back.first) == (11, 35, 1)
    assert back.hits == first.hits
    assert not {hit.article.id for hit in first.hits} & {hit.article.id for hit in second.hits}


async def test_related_articles_share_rare_words_and_the_time(room: Room) -> None:
    await room.takes_in(
        an_article("Dam on the Nile", teaser="Ethiopia fills its dam."),
        an_article("Ethiopia and the dam", teaser="Egypt fears for the Nile."),
        an_article("Old dam on the Nile", teaser="Ethiopia plans a dam.", published=NOON - timedelta(days=90)),
        *(an_article(f"Football {number}", teaser="A match on the field.") for number in range(5)),
    )
    (hit,) = (await room.archive.search(Query('"dam on the nile" after:2026-03'))).hits
    related = [each.title for each in await room.archive.related(hit.article.id, 0)]
    assert related[0] == "Ethiopia and the dam"
    assert "Old dam on the Nile" not in related


async def test_headlines_are_completed_from_many_letters_with_the_newest(room: Room) -> None:
    titles = [f"{word} number {number}" for number in range(40) for word in ("The strategy", "Strategic", "Strands")]
    await room.takes_in(*(an_article(title, published=NOON - timedelta(minutes=at)) for at, title in enumerate(titles)))
    for typed, begun in (("strate", "strateg"), ("number strand", "strand"), ("the strategy", "the strategy")):
        found = [article.title for article in await room.archive.headlines(typed, 0)]
        assert found == [title for title in titles if begun in title.lower()][:25]
    assert len(await room.archive.headlines("strategi", 0, limit=40)) == 40


async def test_feeds_are_completed(room: Room) -> None:
    await room.feed("https://b.test", title="Le Monde diplomatique")
    await room.feed("https://c.test", title="Die Zeit", owner=5)
    assert await room.archive.feed_titles("monde", 0) == ["Le Monde diplomatique"]
    assert await room.archive.feed_titles("", 0) == ["Le Monde diplomatique"]
    assert await room.archive.feed_titles("ze", 5) == ["Die Zeit"]


async def test_short_words_count_in_all_their_forms(room: Room) -> None:
    filler = "Much else happened in the world today and nobody wrote about it at all."
    await room.takes_in(
        an_article("Other news", text=f"{filler} Somebody pays. {filler}"),
        an_article("Paying for peace", text=filler, published=NOON - timedelta(days=3)),
    )
    assert await found(room, "pay") == ["Paying for peace", "Other news"]
    (_, hit) = (await room.archive.search(Query("pay"))).hits
    assert f"{OPENING}pays{CLOSING}" in hit.snippet


@pytest.mark.parametrize("query", [Query("rain"), Query('"rain in"'), Query('"rain in"', order="newest")])
async def test_what_is_done_between_two_statements_stops_with_its_question(room: Room, query: Query) -> None:
    await room.takes_in(*(an_article(f"Rain in {number}", text="Rain in Kenya.") for number in range(30)))
    assert (await room.archive.search(query)).total == 30
    db = connect.reader(room.archive.path)
    desk = SearchDesk(Regions([]), Aliases(), lambda: NOON)
    assert desk.answer(db, query).total == 30
    db.stopped = True
    with pytest.raises(OperationalError, match="interrupted"):
        SearchDesk(Regions([]), Aliases(), lambda: NOON).answer(db, query)
    db.close()


async def test_what_comes_later_is_found_by_the_same_question_although_it_is_older(room: Room) -> None:
    await room.takes_in(an_article("Rain in Kenya"), an_article("Vote in Mali", published=NOON))
    assert await found(room, "rain") == ["Rain in Kenya"]
    await room.takes_in(an_article("Rain in Chad", published=NOON - timedelta(hours=2)))
    assert set(await found(room, "rain")) == {"Rain in Kenya", "Rain in Chad"}
    await room.takes_in(an_article("Rain in Chad", text="It was snow.", published=NOON - timedelta(hours=2)))
    assert await found(room, "snow") == ["Rain in Chad"]


async def test_who_leafs_through_the_best_goes_on_with_what_they_began(room: Room) -> None:
    await room.takes_in(*(an_article(f"Rain {number}", published=NOON - timedelta(days=number)) for number in range(9)))
    query, seen = Query("rain", limit=3), []
    shown = await room.archive.search(query)
    for number in (9, 10, 11):
        seen += [hit.article.title for hit in shown.hits]
        await room.takes_in(an_article(f"Rain {number}", text="Rain! rain!", published=NOON - timedelta(hours=number)))
        await room.archive.search(query)  # somebody asks anew
        shown = await room.archive.search(replace(query, cursor=shown.next)) if shown.next else shown
    assert sorted(seen) == [f"Rain {number}" for number in range(9)]


@pytest.mark.parametrize(("kind", "seconds"), [("latest", 1.0), ("search", 1.0), ("search", 5.2)])
async def test_the_operator_has_longer_and_takes_nothing_for_an_answer(
    room: Room, deadline: float, kind: str, seconds: float
) -> None:
    await room.takes_in(an_article("Rain"))
    done = threading.Event()
    held = [asyncio.ensure_future(room.archive._read(lambda db: done.wait(30))) for _ in range(4)]
    held += [asyncio.ensure_future(room.archive._rank.run(lambda db: done.wait(30))) for _ in range(2)]
    await asyncio.sleep(0.1)
    ask = room.archive.search if kind == "search" else room.archive.latest
    operator, reader = (
        asyncio.ensure_future(ask(Query("rain" if kind == "search" else "", viewer=viewer))) for viewer in (None, 1)
    )
    await asyncio.sleep(seconds)
    done.set()
    told = await reader
    assert (told.hits, told.more, "ask again" in told.lacking) == ((), True, True)
    if seconds < 5:
        assert (await operator).total == 1
    else:
        with pytest.raises(TooSlow):
            await operator
    await asyncio.gather(*held)
