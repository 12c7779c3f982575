"""Runs every benchmark of this folder, one after the other, each in a process of its own: one table each."""

import pkgutil
import subprocess
import sys
from pathlib import Path

OTHERS = {"regions_accuracy", "relevance"}  # these measure quality, and have make targets of their own
OTHERS |= {"poller_server"}  # started by others, and waits for them


def main() -> int:
    """Exit code 1 when one of them failed; the others still run."""
    folder = Path(__file__).parent
    found = (each.name for each in pkgutil.iter_modules([str(folder)]) if each.name not in OTHERS | {"__main__"})
    names = [name for name in found if has_main(folder / f"{name}.py")]
    chosen = [name for name in names if not sys.argv[1:] or any(word in name for word in sys.argv[1:])]
    failed = []
    for name in chosen:
        print(f"\n== {name.replace('_', ' ')} " + "=" * max(0, 90 - len(name)), flush=True)
        if subprocess.run([sys.executable, "-m", f"tests.bench.{name}"], check=False).returncode:
            failed.append(name)
    print(f"\n{len(chosen)} benchmarks, {len(failed)} failed {' '.join(failed)}".rstrip())
    return 1 if failed else 0


def has_main(path: Path) -> bool:
    """Files without an entry only lend parts to the others."""
    return '__name__ == "__main__"' in path.read_text("utf-8")


if __name__ == "__main__":
    sys.exit(main())
