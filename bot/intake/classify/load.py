"""Reads all lists of names, ours and the operator's, and makes a classifier of them."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path

from bot.errors import BrokenFile
from bot.intake.classify.classifier import Classifier
from bot.intake.classify.lines import load_languages, load_names, load_places
from bot.intake.classify.names import ANY_ENDING, Name, Names, Place
from bot.intake.classify.words import run_together
from bot.regions import Regions

NAME_FILES = ("names.tsv", "words.tsv")


def load_classifier(folders: Path | Sequence[Path], regions: Regions) -> Classifier:
    """Read the lists of each folder, the shipped one first; a later folder adds, and wins."""
    wanted = [folders] if isinstance(folders, Path) else list(folders)
    unique = list({folder.resolve(): folder for folder in wanted}.values())
    placed: dict[str, Place] = {}
    for number, path in enumerate(_existing(unique, "places.tsv")):
        own = number > 0 or (regions.source is not None and regions.source.resolve().parent == path.resolve().parent)
        placed |= load_places(path, regions, whole=own)
    spelt: dict[str, Name] = {}
    for folder in unique:
        beside: dict[str, Name] = {}
        for path in (folder / name for name in NAME_FILES):
            if path.is_file():
                beside |= load_names(path, placed, beside, small=path.name == "words.tsv")
        spelt |= beside
    foreign: dict[str, Name] = {}
    for path in _existing(unique, "languages.tsv"):
        foreign |= load_languages(path, placed)
    for code, place in _taken(regions, placed):
        placed[place] = placed[place]._replace(region=code, also="")
    stems: dict[str, Name] = {}
    joined: dict[str, Name] = {}
    plain: dict[str, Name] = {}
    for key, name in foreign.items():
        if key.endswith(ANY_ENDING):
            stems[key.removesuffix(ANY_ENDING)] = name
        else:
            (joined if run_together(key) else plain)[key] = name
    return Classifier(Names(plain | spelt, stems, joined), placed, regions)


def _existing(folders: Iterable[Path], name: str) -> Iterator[Path]:
    return (folder / name for folder in folders if (folder / name).is_file())


def _taken(regions: Regions, placed: Mapping[str, Place]) -> Iterator[tuple[str, str]]:
    """Which regions take which places, by regions.toml."""
    owner: dict[str, str] = {}
    for region in regions:
        for place in region.places:
            if place not in placed:
                raise _broken(regions, place, f'the place "{place}" is in no places.tsv')
            if owner.setdefault(place, region.code) != region.code:
                raise _broken(regions, place, f'the place "{place}" is taken by [{owner[place]}] already')
            yield region.code, place


def _broken(regions: Regions, place: str, problem: str) -> BrokenFile:
    """With the last line that names the place: a double is seen at its second."""
    lines = regions.source.read_text("utf-8-sig").splitlines() if regions.source else []
    named = [number for number, line in enumerate(lines, 1) if f'"{place}"' in line or f"'{place}'" in line]
    return BrokenFile(regions.source, named[-1] if named else None, problem)
