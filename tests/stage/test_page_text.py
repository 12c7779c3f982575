"""What the page makes of text: Discord's markdown, and nothing of what someone hides in it."""

from collections.abc import AsyncIterator
from typing import Any

import pytest
from playwright.async_api import Browser

from bot.stage import Stage
from tests.stage.reader import Reader, browser, reading

__all__ = ["browser"]

HTML_OF = """async (text) => {
  const { markdown } = await import("/page/markdown.js");
  const box = document.createElement("div");
  box.append(markdown(text, { user: () => "Ada", role: () => null, channel: (id) => ({ name: "hall" }), links: true }));
  for (const each of box.querySelectorAll("*")) {
    for (const { name } of [...each.attributes]) if (!["href", "start"].includes(name)) each.removeAttribute(name);
  }
  return box.innerHTML;
}"""

MARKDOWN = [
    ("plain", "<div>plain</div>"),
    ("**bold** *slanted* _slanted_ __under__ ~~gone~~",
     "<div><strong>bold</strong> <em>slanted</em> <em>slanted</em> <u>under</u> <s>gone</s></div>"),
    ("***both*** **a *b* c**", "<div><strong><em>both</em></strong> <strong>a <em>b</em> c</strong></div>"),
    ("snake_case_stays and 2 * 3 * 4", "<div>snake_case_stays and 2 * 3 * 4</div>"),
    (r"\*not slanted\*", "<div>*not slanted*</div>"),
    ("`a * b * c` and ``a ` b``", "<div><code>a * b * c</code> and <code>a ` b</code></div>"),
    ("```py\nx = '**'\n```", "<pre><code>x = '**'</code></pre>"),
    ("# One\n## Two\n### Three\n-# small\n#none",
     "<div>One</div><div>Two</div><div>Three</div><div>small</div><div>#none</div>"),
    ("> said\n> twice\nnot", "<blockquote><div>said\ntwice</div></blockquote><div>not</div>"),
    (">>> all\nof it", "<blockquote><div>all\nof it</div></blockquote>"),
    ("- a\n  - b\n- c\n3. d", "<ul><li>a<ul><li>b</li></ul></li><li>c</li></ul><ol start=\"3\"><li>d</li></ol>"),
    ("||secret||", "<div><span><span>secret</span></span></div>"),
    ("[words](https://a.test/x_(y))", '<div><a href="https://a.test/x_(y)">words</a></div>'),
    (r"[\*a\* | b](https://a.test/)", r'<div><a href="https://a.test/">\*a\* | b</a></div>'),
    (r"[a\](https://b.test/) c](x)", r'<div><a href="https://b.test/">a\</a> c](x)</div>'),
    ("(see https://a.test/b, or <https://a.test/c>).",
     '<div>(see <a href="https://a.test/b">https://a.test/b</a>, or <a href="https://a.test/c">https://a.test/c</a>).</div>'),
    ("[https://good.test](https://evil.test/)",
     '<div>[https://good.test](<a href="https://evil.test/">https://evil.test/</a>)</div>'),
    ("<@1> <#2> <:smile:3> </latest:4>",
     '<div><span>@Ada</span> <a href="#/2">#hall</a> <span>:smile:</span> <span>/latest</span></div>'),
    ("a\n\nb", "<div>a\n\nb</div>"),
    ("**never closed", "<div>**never closed</div>"),
]  # fmt: skip

HARMLESS = [
    "<img src=x onerror=alert(1)><script>alert(2)</script>",
    "[click](javascript:alert(1)) [click](JaVaScRiPt:alert(1)) [click](data:text/html,x)",
    '<javascript:alert(1)> <https://a.test/"onmouseover=alert(1)>',
    "<t:99999999999999:R> <t:1:R><t:x>",
    '[a](https://a.test/ "<b onload=x>")',
]

EVIL = "javascript:alert(1)"
HOSTILE: dict[str, Any] = {
    "id": "1", "channel_id": "2", "type": 0, "timestamp": "2026-01-01T00:00:00Z", "flags": 0,
    "content": " ".join(HARMLESS),
    "author": {"id": "3", "username": "<b>Eve</b>", "bot": True},
    "attachments": [{"url": EVIL, "filename": "<i>", "content_type": "image/png"}, {"url": EVIL, "filename": "x"}],
    "embeds": [{
        "title": "<u>t</u>", "url": EVIL, "description": HARMLESS[1], "color": "red", "timestamp": "never",
        "author": {"name": "<b>", "url": EVIL, "icon_url": EVIL}, "footer": {"text": "<b>", "icon_url": EVIL},
        "image": {"url": EVIL, "description": "\"><script>"}, "thumbnail": {"url": "data:text/html,x"},
        "fields": [{"name": "<b>", "value": "<script>1</script>", "inline": "yes"}],
    }],
    "components": [
        {"type": 1, "components": [{"type": 2, "style": 5, "label": "<b>go</b>", "url": EVIL}]},
        {"type": 17, "accent_color": "url(x)", "components": [
            {"type": 12, "items": [{"media": {"url": EVIL}, "description": "<b>"}]},
            {"type": 13, "file": {"url": EVIL}, "name": "<b>"}, {"type": 99}]},
    ],
}  # fmt: skip

SHOW = """async (message) => {
  const [{ messageNode }, { Store }] = await Promise.all([import("/page/message.js"), import("/page/state.js")]);
  const node = messageNode(message, { store: new Store(), acts: {}, compact: false });
  document.body.append(node);
  return [...node.querySelectorAll("*")].map((each) =>
    [each.localName, ...[...each.attributes].map(({ name, value }) => `${name}=${value}`)]);
}"""

SECONDS_FOR = """async (texts) => {
  const { markdown } = await import("/page/markdown.js");
  return texts.map((text) => { const start = performance.now(); markdown(text); return performance.now() - start; });
}"""


@pytest.fixture
async def reader(browser: Browser, stage: Stage) -> AsyncIterator[Reader]:
    async with reading(browser, stage.url) as someone:
        yield someone


async def test_markdown_is_read_as_discord_reads_it(reader: Reader) -> None:
    seen = [(text, await reader.finds(HTML_OF, text)) for text, _ in MARKDOWN]
    assert seen == MARKDOWN


async def test_text_never_becomes_markup_nor_a_link_that_runs(reader: Reader) -> None:
    for tag, *attributes in await reader.finds(SHOW, HOSTILE):
        assert tag not in ("script", "iframe", "object", "b", "i", "u"), tag
        for each in attributes:
            name, _, value = each.partition("=")
            assert not name.startswith("on") and name != "srcdoc", each
            assert name not in ("href", "src") or value.startswith(("https://", "http://", "#/")), each


async def test_no_text_however_crooked_holds_the_page_up(reader: Reader) -> None:
    pieces = ("*", "_", "||", "[", "[a](", "**_~~||", "`", "*a ", "[[]", "\\", "<", "** ", "```", "http://", "> ", "- ")
    slow = [4000 // len(piece) * piece for piece in pieces]
    assert max(await reader.finds(SECONDS_FOR, slow)) < 1000  # milliseconds; what backtracks would take minutes
