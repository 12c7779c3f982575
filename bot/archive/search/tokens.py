"""Private words of the index: who may see an article, where it belongs, who wrote it. Readers cannot type them."""

EVERY = "\ue000"  # every article
IMAGE = "\ue001"  # every article with a photo
OWN = "\ue007"  # every article of a server's own feeds
_OWNER, _REGION, _FEED, _AUTHOR, _LANGUAGE = "\ue002", "\ue003", "\ue004", "\ue005", "\ue006"
_DIGITS, _BASE = 0xE400, 1024

OPENING, CLOSING = "\ue0f0", "\ue0f1"  # stand around the words found in a snippet


def owner(number: int) -> str:
    return _OWNER + _spelt(number)


def region(number: int) -> str:
    return _REGION + _spelt(number)


def feed(number: int) -> str:
    return _FEED + _spelt(number)


def author(number: int) -> str:
    return _AUTHOR + _spelt(number)


def language(number: int) -> str:
    return _LANGUAGE + _spelt(number)


def _spelt(number: int) -> str:
    digits = ""
    while number or not digits:
        number, digit = divmod(number, _BASE)
        digits = chr(_DIGITS + digit) + digits
    return digits
