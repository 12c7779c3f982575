"""Which regions an article belongs to, and why: tags first, then sections and feeds, then the names in its text."""

from bot.intake.classify.classifier import NO_REGION, Classifier
from bot.intake.classify.evidence import Evidence, evidence, kept, moved
from bot.intake.classify.explain import as_json, explain
from bot.intake.classify.load import load_classifier
from bot.intake.classify.names import Name, Names, Place
from bot.intake.classify.placement import Match, Placement

__all__ = [
    "NO_REGION",
    "Classifier",
    "Evidence",
    "Match",
    "Name",
    "Names",
    "Place",
    "Placement",
    "as_json",
    "evidence",
    "explain",
    "kept",
    "load_classifier",
    "moved",
]
