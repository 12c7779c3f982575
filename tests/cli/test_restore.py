"""`newsdesk restore` leaves an archive alone on which a bot is running."""

from pathlib import Path

import pytest

from bot.app.core import alone
from bot.cli import main


def test_an_archive_in_use_is_not_put_aside(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("NEWSDESK_DATA", str(tmp_path))
    monkeypatch.chdir(tmp_path)
    assert main(["poll"]) == 1  # there is no feed yet; but an archive now
    assert main(["backup", "copy.db"]) == 0
    with alone(tmp_path / "archive.db"):
        assert main(["restore", "copy.db"]) == 2
    assert "Stop it first" in capsys.readouterr().err
    assert not (tmp_path / "archive.db.before-1").exists()
    assert main(["restore", "copy.db"]) == 0
