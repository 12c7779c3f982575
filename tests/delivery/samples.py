"""Articles, regions and standing orders to test with, and what the wild has thrown at headlines."""

from datetime import UTC, datetime

from bot.model import Article, Delivery, Image, Subscription
from bot.regions import Region, Regions

NOON = datetime(2026, 3, 14, 12, 0, tzinfo=UTC)
REGIONS = Regions(
    [
        Region("africa", "Africa", 0xE09F3E, "🌍", ("Afrika",)),
        Region("asia-pacific", "Asia-Pacific", 0xD1495B, "🌏", ("APAC",)),
        Region("europe", "Europe", 0x3D5A98, "🏰", ("EU",)),
        Region("global", "Global", 0x7D6B91, "🌐", (), fallback=True),
    ]
)


def an_article(title: str = "Rain in Kenya", **more: object) -> Article:
    given: dict[str, object] = {
        "url": "https://a.test/rain",
        "id": 1_772_000_000,
        "teaser": "It rains. The rivers rise.",
        "authors": ("Ada Okoro",),
        "regions": ("africa",),
        "feeds": ("https://a.test/feed",),
        "image": Image("https://a.test/rain.jpg", "A street under water", "Jo Njoroge / Lens"),
        "published": NOON,
        "seen": NOON,
        "source_name": "The Review",
    }
    return Article(title, **(given | more))  # type: ignore[arg-type]


def an_order(target: str = "channel:100", region: str = "africa", **more: object) -> Subscription:
    given: dict[str, object] = {"guild": 7, "id": 1}
    return Subscription(target, region, **(given | more))  # type: ignore[arg-type]


def a_delivery(number: int = 1, target: str = "channel:100", title: str = "Rain in Kenya", **more: object) -> Delivery:
    article = an_article(title, id=1_772_000_000 + number, url=f"https://a.test/{number}")
    given: dict[str, object] = {
        "article": article,
        "subscription": an_order(target),
        "nonce": f"n{number}-{target}"[:25],
    }
    return Delivery(number, target=target, **(given | more))  # type: ignore[arg-type]


# --- what the wild throws at headlines and teasers --------------------------------------------------------------

_MENTIONS = [
    "@everyone",
    "@here",
    "<@123456789012345678>",
    "<@!123456789012345678>",
    "<@&123456789012345678>",
    "<#123456789012345678>",
    "</search:123456789012345678>",
    "<id:customize>",
    "<id:guide>",
    "<t:1700000000:R>",
    "<:smile:123456789012345678>",
    "<a:wave:123456789012345678>",
    "@everyone@here",
    "＠everyone",
    "@\u200beveryone",
    "@ever\u00adyone",
    "<@\u200b&123456789012345678>",
    "**@everyone**",
    "`@everyone`",
    "||@here||",
    "<<@123>>",
    "<sound:0:123456789012345678>",
    "<@everyone>",
    "@\u2060here",
    "Re: @here and @everyone!",
]
_LINKS = [
    "[click](javascript:alert(1))",
    "[click](discord://-/channels/@me)",
    "[click](https://evil.test)",
    "[click](<https://evil.test>)",
    "[a](data:text/html,x)",
    "javascript:alert(1)",
    "discord://-/settings",
    "https://evil.test/free-nitro",
    "<https://evil.test>",
    "http://127.0.0.1/",
    "steam://run/1",
    "mailto:a@b.test",
    "[](https://evil.test)",
    "[x][y]\n[y]: https://evil.test",
    "![p](https://evil.test/p.png)",
    "<mailto:x@y.test>",
    "<tel:+123>",
    "<+15550100>",
    "https://user:pass@evil.test/",
    "HTTPS://EVIL.TEST",
    "discord.gg/free",
    "Join DISCORD.GG/free at discord.com/invite/free or discordapp.com/invite/free",
    "www.evil.test",
    "[https://good.test](https://evil.test)",
    "<discord://-/x>",
    "file:///etc/passwd",
    "ftp://a.test/",
]
_MARKUP = [
    "# Big",
    "### Small",
    "-# tiny",
    "> quote",
    ">>> all of it",
    "- a list",
    "1. a list",
    "* star",
    "**bold**",
    "__under__",
    "*it*",
    "_it_",
    "~~gone~~",
    "||spoiler||",
    "`code`",
    "```py\nprint()\n```",
    "``` never closed",
    "\\*escaped\\*",
    "\\",
    "a\\",
    "***",
    "____",
    "|",
    "> > > >",
    "**@everyone [x](http://y.test) `z`",
]
_GLYPHS = [
    "a\u202egnp.exe",
    "\u2066\u2067\u2068x\u2069",
    "\u200b\u200b\u200b",
    "\ufeffBOM",
    "\u200e\u200fmarks",
    "Z" + "\u0301" * 500 + "algo",
    "‮" * 300,
    "\U000e0041\U000e0042tag",
    "\u3164\u3164",
    "\x00\x01\x02null",
    "\ud800 lone",
    "\udfff\ud800",
    "a\r\nb\u2028c\u2029d",
    "👩\u200d👩\u200d👧\u200d👦" * 100,
    "🇩🇪" * 300,
    "🏴\U000e0067\U000e0062\U000e0065\U000e006e\U000e0067\U000e007f",
    "中" * 5000,
    "ا" * 5000,
    "क्षि" * 2000,
    "x" * 100_000,
    "word " * 20_000,
    "﷽" * 400,
    "\u0489" * 1000,
    "𒐫" * 500,
    "\u2800\u2800",
]
HOSTILE = [*_MENTIONS, *_LINKS, *_MARKUP, *_GLYPHS]
