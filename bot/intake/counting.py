"""Numbers with their nouns, as sentences need them."""


def counted(number: int, one: str, many: str = "") -> str:
    """`counted(1, "article is", "articles are")` is “1 article is”; without a form for many, an s makes it."""
    return f"{number:,} {one if number == 1 else many or one + 's'}"
