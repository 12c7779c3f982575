"""Holds the plan of the house: who may know whom, where discord may be, and what every file begins with."""

import ast
import subprocess
import sys
from collections.abc import Iterator
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent

# A room stands on what it knows, and knows only what lies beneath. Rooms on one floor do not know each other.
FLOORS: list[set[str]] = [
    {"cli"},
    {"app", "rehearsal"},
    {"cogs"},
    {"courier", "chat", "poller", "almanac", "keeper"},
    {"archive", "delivery", "intake"},
    {"model", "errors", "clock", "settings", "regions", "written", "wish", "turns"},
]
NEIGHBOURS = {  # on one floor, and yet one stands on the other
    ("rehearsal", "app"),
    ("model", "errors"),
    ("settings", "errors"),
    ("regions", "errors"),
    ("regions", "written"),
    ("written", "errors"),
    ("wish", "model"),
    ("wish", "errors"),
    ("turns", "errors"),
    ("chat", "delivery"),
}
APART = {"stage", "newsroom"}  # know nobody; only the rehearsal knows them
DISCORD = {"chat", "cogs"}


def sources() -> list[Path]:
    return sorted([*(ROOT / "bot").rglob("*.py"), *(ROOT / "cogs").rglob("*.py")])


def module(path: Path) -> str:
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def room(name: str) -> str:
    """bot.intake.fetch -> intake; cogs.search -> cogs; bot itself -> ''."""
    parts = name.split(".")
    if parts[0] == "cogs":
        return "cogs"
    return parts[1] if len(parts) > 1 else ""


def folder(name: str) -> str:
    """bot.chat.sender.post and bot.chat.sender -> bot.chat.sender; what lies beside the folders -> ''."""
    parts = name.split(".")[:3]
    return ".".join(parts) if len(parts) == 3 and ROOT.joinpath(*parts).is_dir() else ""


def imported(path: Path) -> Iterator[str]:
    """Every module a file imports, written out in full, also inside functions."""
    package = module(path) if path.name == "__init__.py" else module(path).rpartition(".")[0]
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            yield from (each.name for each in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = node.module or ""
            if node.level:
                above = package.split(".")[: len(package.split(".")) - node.level + 1]
                base = ".".join([*above, base] if base else above)
            yield from (f"{base}.{each.name}" for each in node.names)


def ours(path: Path) -> Iterator[str]:
    known = {module(each) for each in sources()}
    for name in imported(path):
        if name.split(".")[0] in {"bot", "cogs"}:
            while name not in known and "." in name:
                name = name.rpartition(".")[0]
            yield name


def floor(name: str) -> int:
    return next((at for at, rooms in enumerate(FLOORS) if name in rooms), -1)


def complaint(here: str, there: str) -> str | None:
    """Why `here` may not import `there`, both names of rooms; None when it may."""
    if here == there or there == "" or (here, there) in NEIGHBOURS:
        return None
    if here in {"", "__main__"}:
        return None if there == "cli" else "bot itself knows only the door"
    if here in APART:
        return "it stands apart and knows nobody"
    if there in APART:
        return None if here == "rehearsal" else "only the rehearsal knows it"
    if -1 in (floor(here), floor(there)):
        return "a room that is not in the plan"
    return None if floor(here) < floor(there) else "not beneath it"


@pytest.mark.parametrize("path", sources(), ids=module)
def test_a_room_knows_only_what_lies_beneath(path: Path) -> None:
    here = room(module(path))
    wrong = [f"{name} ({why})" for name in ours(path) if (why := complaint(here, room(name)))]
    assert not wrong, f"{module(path)} imports {', '.join(wrong)}"


def test_there_is_no_circle_of_imports() -> None:
    graph = {module(path): {name for name in ours(path) if name != module(path)} for path in sources()}
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        pytest.fail(f"a circle: {' -> '.join(error.args[1])}")


def test_the_folders_inside_a_room_stand_one_behind_the_other() -> None:
    graph: dict[str, set[str]] = {}
    for path in sources():
        here = folder(module(path))
        graph.setdefault(here, set()).update({folder(name) for name in ours(path)} - {here, ""})
    graph.pop("")
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        pytest.fail(f"a circle: {' -> '.join(error.args[1])}")


@pytest.mark.parametrize("path", sources(), ids=module)
def test_discord_is_imported_in_chat_and_cogs_alone(path: Path) -> None:
    if room(module(path)) not in DISCORD:
        assert "discord" not in {name.split(".")[0] for name in imported(path)}


@pytest.mark.parametrize("path", [*sources(), *sorted((ROOT / "tests").rglob("*.py"))], ids=lambda path: path.stem)
def test_every_file_opens_with_one_line_that_says_what_it_is_for(path: Path) -> None:
    tree = ast.parse(path.read_text("utf-8"))
    said = ast.get_docstring(tree)
    assert said and tree.body[0].lineno == 1 and said.splitlines()[0].endswith((".", ":", "?")), path


def test_the_core_is_importable_where_discord_is_not_installed() -> None:
    core = [
        module(path)
        for path in sources()
        if room(module(path)) not in DISCORD | {"app", "cli", "rehearsal", "__main__"}
    ]
    code = (
        f"import sys, importlib\nsys.modules['discord'] = None\nfor name in {core!r}: importlib.import_module(name)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize(
    ("here", "there"),
    [
        ("archive", "intake"),
        ("model", "archive"),
        ("stage", "model"),
        ("cogs", "app"),
        ("poller", "courier"),
        ("attic", "model"),
    ],
)
def test_the_plan_complains_of_an_arrow_that_should_not_be(here: str, there: str) -> None:
    assert complaint(here, there)


@pytest.mark.parametrize(
    ("here", "there"), [("cli", "archive"), ("poller", "intake"), ("cogs", "chat"), ("rehearsal", "stage")]
)
def test_the_plan_allows_an_arrow_downward(here: str, there: str) -> None:
    assert complaint(here, there) is None
