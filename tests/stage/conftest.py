"""What the stage's tests share."""

from tests.staging import stage

__all__ = ["stage"]
