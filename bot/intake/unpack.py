"""A body that was packed with gzip, though nobody says so."""

import zlib

MARK = b"\x1f\x8b"


def unpacked(body: bytes, most: int) -> bytes | None:
    """The body as it was before, or as it is when it cannot be unpacked; None when it is larger than `most`."""
    if body[:2] != MARK:
        return body if len(body) <= most else None
    unpacker = zlib.decompressobj(31)
    try:
        plain = unpacker.decompress(body, most + 1)
    except zlib.error:
        return body
    return plain if len(plain) <= most else None
