"""The wheel carries all that is shipped, and runs outside the checkout."""

import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel, unpacked as an installer would."""
    out, site = tmp_path_factory.mktemp("dist"), tmp_path_factory.mktemp("site")
    build = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(out)]
    done = subprocess.run(build, cwd=ROOT, capture_output=True, text=True, check=False, timeout=120)
    assert done.returncode == 0, done.stdout + done.stderr
    with zipfile.ZipFile(next(out.glob("*.whl"))) as packed:
        packed.extractall(site)
    return site


def tracked(folder: str) -> set[str]:
    listed = subprocess.run(["git", "ls-files", folder], cwd=ROOT, capture_output=True, text=True, check=False)
    return set(listed.stdout.split("\n")) - {""}


def test_every_shipped_file_is_in_it(wheel: Path) -> None:
    files = tracked("data") or {str(path.relative_to(ROOT)) for path in (ROOT / "data").rglob("*.toml")}
    missing = {name for name in files if not (wheel / "bot" / "shipped" / name.removeprefix("data/")).is_file()}
    assert not missing


def test_no_data_of_the_operator_and_no_test_is_in_it(wheel: Path) -> None:
    names = {path.name for path in wheel.rglob("*")}
    assert "archive.db" not in names and ".env" not in names
    assert {path.name for path in wheel.iterdir() if not path.name.endswith(".dist-info")} == {"bot", "cogs"}


def test_it_runs_outside_the_checkout(wheel: Path, tmp_path: Path) -> None:
    asked = '{"id": 1, "title": "Floods in Kenya"}\n'
    program = (
        "import bot, cogs, sys, pathlib; from bot.cli import main; from bot.settings import shipped\n"
        f"assert pathlib.Path(bot.__file__).is_relative_to({str(wheel)!r}), bot.__file__\n"
        f"assert shipped().is_relative_to({str(wheel)!r}), shipped()\n"
        "sys.exit(main(['classify', '--json']))\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program],
        cwd=tmp_path,
        env={"PATH": os.environ["PATH"], "PYTHONPATH": str(wheel)},
        input=asked,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert done.returncode == 0, done.stderr
    assert '"africa"' in done.stdout
