"""What `newsdesk doctor` finds."""

from datetime import UTC, datetime
from pathlib import Path

from bot.app.doctor import examine
from bot.delivery.route import route
from bot.model import Article, Feed, Sighting, Subscription
from bot.settings import Settings
from tests.cli.conftest import Newsdesk
from tests.fakes import Clock, Web
from tests.life import archive_in
from tests.press import item, rss


async def test_doctor_says_what_is_wrong_and_what_to_do(newsdesk: Newsdesk) -> None:
    done = await newsdesk("doctor")
    assert done.code == 1 and "feeds add" in done.out and "make rehearse" in done.out and "Traceback" not in done.err


async def test_what_is_wrong_is_counted_in_a_sentence_and_another_discord_is_told(newsdesk: Newsdesk) -> None:
    done = await newsdesk("doctor", DISCORD_TOKEN="x", NEWSDESK_DISCORD_API="http://127.0.0.1:9/api/v10")
    told, counted = done.err.splitlines()
    assert "api=http://127.0.0.1:9/api/v10: it gets the token" in told
    assert "may it reach http://127.0.0.1:9/api/v10?" in " ".join(done.out.split())
    wrong = sum(line.startswith("wrong") for line in done.out.splitlines())
    assert counted == f"newsdesk: {wrong} findings are wrong; each says what to do."
    assert "gets the token" not in (await newsdesk("doctor")).err


async def test_doctor_says_what_it_is_looking_at_for_it_may_take_long(tmp_path: Path) -> None:
    async with archive_in(tmp_path):
        pass
    said: list[str] = []
    heard = {finding.part: len(said) async for finding in examine(Settings(data=tmp_path), said.append)}
    assert said[0].startswith("Looking at the file (0 of ") and said[-1] == "Asking Discord …"
    assert heard["regions"] == 0 and heard["archive"] > 20


async def test_doctor_names_the_operators_own_names_that_may_be_wrong_by_now_and_what_to_do(
    newsdesk: Newsdesk, tmp_path: Path
) -> None:
    said = " ".join((await newsdesk("doctor")).out.split())
    assert "people, parties and organisations as of 20" in said and "or before" not in said, (
        "ours are not theirs to mend"
    )
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "names.tsv").write_text("Angela *Merkel\tDE\t2015\nLake Nowhere\tKE\tarea\n")
    said = " ".join((await newsdesk("doctor")).out.split())
    assert "in data/names.tsv, 2 names are of " in said and "Angela Merkel (2015), Merkel (2015). Write 20" in said


async def test_doctor_says_when_all_names_are_old(tmp_path: Path) -> None:
    later = Clock(datetime(2040, 1, 1, tzinfo=UTC))
    words = [each.words async for each in examine(Settings(data=tmp_path), clock=later) if each.part == "names"]
    assert len(words) == 1 and words[0].endswith(
        "Newer ones come with a newer Newsdesk; your own names.tsv wins over them."
    )


async def test_doctor_says_who_decides_about_what_is_held(newsdesk: Newsdesk, tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    now = datetime.now(UTC)
    article = Article("Rain", "https://a.test/1", regions=("africa",), published=now, seen=now, keys=("url:1",))
    async with archive_in(tmp_path / "data") as archive:
        await archive.subscribe(Subscription("channel:1", "africa", guild=1))
        flood = Sighting(article, await archive.add_feed(Feed("https://a.test/feed")), b"1")
        await archive.accept([flood], None, lambda each, orders: route(each, orders, "40 articles at once"), now)
    said = " ".join((await newsdesk("doctor")).out.split())
    assert "1 held; about what is held, /desk release in its server decides" in said


async def test_doctor_names_the_tags_that_nobody_mapped_and_tells_whether_tags_and_text_agree(
    newsdesk: Newsdesk, tmp_path: Path
) -> None:
    africa = "<category>Africa</category>"
    async with Web(Clock()) as web:
        slow = item("Rain in Nairobi", more="<category>Slow Lane</category>")
        web["/feed"] = rss(slow, *(item(f"Rain in Kenya {n}", 90 - n, more=africa) for n in range(10)))
        feed = web.url("/feed")
        assert (await newsdesk("feeds", "add", feed)).code == 0
        said = " ".join((await newsdesk("doctor")).out.split())
        assert f"{feed}: tags and text agree for 10 of 10 articles (100%)" in said
        assert f"{feed}: nobody mapped “Slow Lane” (1 article)" in said
        assert 'tags = { "Slow Lane" = "africa" }' in said
        own = f'[[feed]]\nurl = "{feed}"\ntags = {{ "Slow Lane" = "africa" }}\n'
        (tmp_path / "data" / "feeds.toml").write_text(own)
        assert (await newsdesk("poll", "--all")).code == 0
        assert "Slow Lane" not in (await newsdesk("doctor")).out


async def test_doctor_warns_first_of_the_feed_whose_tags_no_longer_agree_with_its_text(newsdesk: Newsdesk) -> None:
    africa, europe = "<category>Africa</category>", "<category>Europe</category>"
    kenya = [item(f"Rain in Kenya {n}", 100 - n, more=africa) for n in range(30)]
    async with Web(Clock()) as web:
        web["/fallen"] = rss(*kenya)
        web["/sound"] = rss(*(item(f"Dust in Kenya {n}", 50 - n, more=africa) for n in range(30)))
        sound, fallen = web.url("/sound"), web.url("/fallen")
        for feed in (sound, fallen):
            assert (await newsdesk("feeds", "add", feed)).code == 0
        web["/fallen"] = rss(*(item(f"Floods in Kenya {n}", 50 - n, more=europe) for n in range(20)), *kenya)
        assert (await newsdesk("poll", "--all")).code == 0
        said = (await newsdesk("doctor")).out.splitlines()
    first, second = [" ".join(line.split()) for line in said if "tags and text agree" in line]
    assert first.startswith("wrong") and f"{fallen}: tags and text agree for 30 of 50 articles (60%)" in first
    assert first.endswith("but for 0 of the last 20: it may have changed its tags")
    assert second.startswith("ok") and second.endswith(f"{sound}: tags and text agree for 30 of 30 articles (100%)")
