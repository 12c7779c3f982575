"""What can be expected to go wrong, each with a sentence a reader may see."""


class NewsError(Exception):
    """An expected failure. Its text is one plain sentence for the person who can act on it."""


class ConfigError(NewsError):
    """A setting or a file of the operator's is wrong; the console leaves with 2."""


class BrokenFile(ConfigError):
    """A file of the operator's cannot be used: which file, which line, what is wrong."""

    def __init__(self, file: object, line: int | None, problem: str) -> None:
        where = f"{file}, line {line}" if line else f"{file}"
        super().__init__(f"{where}: {problem}")
        self.line = line
        self.problem = problem


class NotFound(NewsError):
    """What was asked for is not there."""


class Busy(NewsError):
    """Too much is waiting already; asking again in a moment will do."""
