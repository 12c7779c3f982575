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
        ("NEWSDESK_PUBLIC_URL", "news.example.org"),
        ("NEWSDESK_DISCORD_API", "discord"),
        ("NEWSDESK_DISCORD_API", "http://discord.example/api/v10"),
        ("NEWSDESK_DISCORD_API", "http://127.0.0.1.example.org/api"),
    ],
)
def test_a_wrong_setting_is_refused_by_name(tmp_path: Path, name: str, value: str) -> None:
    with pytest.raises(ConfigError, match=name):
        from_environment({name: value}, tmp_path / ".env")


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
