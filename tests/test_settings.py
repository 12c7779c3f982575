"""Settings come from the environment, then .env, and a wrong one is refused by name."""

from datetime import timedelta
from pathlib import Path

import pytest

from bot.errors import ConfigError
from bot.settings import DISCORD_API, Settings, from_environment, shipped


def test_without_anything_the_defaults_hold(tmp_path: Path) -> None:
    assert from_environment({}, tmp_path / ".env") == Settings()


def test_the_environment_wins_over_the_file(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("NEWSDESK_POLL_MINUTES=30\nDISCORD_TOKEN=from-file\n")
    settings = from_environment({"NEWSDESK_POLL_MINUTES": "20"}, tmp_path / ".env")
    assert (settings.poll_every, settings.token) == (timedelta(minutes=20), "from-file")


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("NEWSDESK_POLL_MINUTES", "often"),
        ("NEWSDESK_POLL_MINUTES", "0"),
        ("NEWSDESK_POLL_MINUTES", "nan"),
        ("NEWSDESK_PRIVATE_FEEDS", "maybe"),
        ("NEWSDESK_LOG", "xml"),
        ("NEWSDESK_METRICS", "9100"),
        ("NEWSDESK_METRICS", "host:port"),
        ("NEWSDESK_METRICS", "127.0.0.1:²"),
        ("NEWSDESK_METRICS", "a host:9100"),
        ("NEWSDESK_PUBLIC_URL", "http://[::1"),
        ("NEWSDESK_PUBLIC_URL", "https://news.example.org/?page=1"),
        ("NEWSDESK_DISCORD_API", "http://[::1"),
        ("NEWSDESK_DISCORD_API", "http://127.0.0.1:99999/api/v10"),
        ("NEWSDESK_DATA", "~nobody-of-this-name/data"),
        ("DISCORD_TOKEN", "the token you copied"),
        ("DISCORD_TOKEN", "tökén"),
        ("DISCORD_TOKEN", "Bot abc"),
        ("NEWSDESK_DATA", "d" * 300),
        ("NEWSDESK_PUBLIC_URL", "news.example.org"),
        ("NEWSDESK_DISCORD_API", "discord"),
        ("NEWSDESK_DISCORD_API", "http://discord.example/api/v10"),
        ("NEWSDESK_DISCORD_API", "http://127.0.0.1.example.org/api"),
    ],
)
def test_a_wrong_setting_is_refused_by_name(tmp_path: Path, name: str, value: str) -> None:
    with pytest.raises(ConfigError, match=name) as refused:
        from_environment({name: value}, tmp_path / ".env").file("regions.toml")
    assert name != "DISCORD_TOKEN" or value not in str(refused.value)


@pytest.mark.parametrize(
    ("text", "line"),
    [
        (b"\n# often enough\n\nNEWSDESK_POLL_MINUTES=often\n", "line 4"),
        (b"NEWSDESK_LOG=text\r\nDISCORD_TOKEN='abc\r\n", "line 2"),
        (b"NEWSDESK_LOG=text\nDISCORD_TOKEN: abc\n", "line 2"),
        (b"NEWSDESK_LOG=text\nDISCORD_TOKEN\n", "line 2"),
        (b"NEWSDESK_LOG=text\n\nNEWSDESK_DATA=\xfcber\n", "line 3"),
    ],
)
def test_a_wrong_line_of_the_file_is_refused_by_its_number(tmp_path: Path, text: bytes, line: str) -> None:
    (tmp_path / ".env").write_bytes(text)
    with pytest.raises(ConfigError, match=rf"\.env, {line}\b"):
        from_environment({}, tmp_path / ".env")


def test_a_file_of_another_system_is_read_all_the_same(tmp_path: Path) -> None:
    (tmp_path / ".env").write_bytes(b"\xef\xbb\xbfNEWSDESK_LOG=JSON\r\nNEWSDESK_DATA=~/news\r\n")
    settings = from_environment({}, tmp_path / ".env")
    assert (settings.log, settings.data) == ("json", Path.home() / "news")


def test_a_value_may_name_one_above_it_and_of_a_name_set_twice_the_second_holds(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("PLACE=/srv\nNEWSDESK_DATA=${PLACE}/news\nNEWSDESK_LOG=json\nNEWSDESK_LOG=xml\n")
    with pytest.raises(ConfigError, match=r"NEWSDESK_LOG is 'xml' \(.*\.env, line 4\)"):
        from_environment({}, tmp_path / ".env")
    assert from_environment({"NEWSDESK_LOG": "text"}, tmp_path / ".env").data == Path("/srv/news")


def test_a_name_that_is_no_setting_is_told_with_the_one_that_is_meant(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("NEWSDESK_LOG=text\nNEWSDESK_COLOUR=red\nDATABASE=x\nNEWSDESK_POL_MINUTES=3\n")
    others = {"DISCORD_BOT_TOKEN": "abc", "NEWSDESK_SHARED": "x", "NEWSDESK_HOME": "x", "PATH": "x"}
    assert from_environment(others, tmp_path / ".env").doubts == (
        f"NEWSDESK_COLOUR ({tmp_path / '.env'}, line 2) is no setting.",
        f"NEWSDESK_POL_MINUTES ({tmp_path / '.env'}, line 4) is no setting; NEWSDESK_POLL_MINUTES is.",
        "DISCORD_BOT_TOKEN is no setting; DISCORD_TOKEN is.",
    )


@pytest.mark.parametrize(
    "api", ["http://127.0.0.1:8420/api/v10", "http://localhost:1/api/v10", "http://[::1]:1/api", DISCORD_API]
)
def test_another_discord_may_lie_on_this_machine_or_behind_tls(tmp_path: Path, api: str) -> None:
    assert from_environment({"NEWSDESK_DISCORD_API": api + "/"}, tmp_path / ".env").api == api


def test_the_operators_own_file_wins_over_the_shipped_one(tmp_path: Path) -> None:
    settings = Settings(data=tmp_path)
    assert settings.file("regions.toml") == shipped() / "regions.toml"
    (tmp_path / "regions.toml").write_text("")
    assert settings.file("regions.toml") == tmp_path / "regions.toml"


def test_a_token_is_never_shown(tmp_path: Path) -> None:
    assert "hush" not in repr(from_environment({"DISCORD_TOKEN": "hush"}, tmp_path / ".env"))
