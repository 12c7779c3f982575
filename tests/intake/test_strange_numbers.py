"""Numbers that are none: what a server writes in its headers is its own affair, and no fault of ours."""

from datetime import UTC, datetime, timedelta

import pytest

from bot.intake.schedule import caching_hint, feed_hint, retry_after

NOON = datetime(2026, 3, 24, 12, tzinfo=UTC)


@pytest.mark.parametrize("strange", ["²", "٣", "9" * 5000, "-1", "nan", "1e9", "\x9b", ""])
def test_strange_numbers_hide_no_feed(strange: str) -> None:
    headers = {"retry-after": strange, "cache-control": f"max-age={strange}", "age": strange, "expires": strange}
    fresh = headers | {"cache-control": "max-age=9"}
    for said in (retry_after(headers, NOON), caching_hint(headers), caching_hint(fresh)):
        assert said is None or said >= timedelta(0)
    for hint in (feed_hint(strange), feed_hint("", "daily", strange)):
        assert hint is None or hint >= timedelta(0)
