"""Packs the long parts of articles, with dictionaries that the archive makes of what it has and keeps beside them.

A packed text begins with the number of its dictionary (0: none); what follows is a zstd frame without its first four
bytes, which are always the same. Texts of before there were dictionaries are zlib's, which cannot be mistaken: they
begin with 120. What is not in those is in columns of the article's row, which are empty since. The address stands in
the row, so that a list of links needs nothing unpacked; for a while it was packed too, and is read there where it is.
"""

import json
import logging
import zlib
from collections.abc import Sequence
from dataclasses import dataclass

import zstandard

from bot.archive.connect import Connection, Row
from bot.model import Article, Image, Tag

log = logging.getLogger(__name__)

UNPACKED = {"teaser": "", "image": None}  # the columns of what is packed now
_ZLIB = 0x78
_FRAME = b"\x28\xb5\x2f\xfd"
_PART = "\x1f"  # between the parts; control characters are no text
_PARTS = 6
_LEVEL = 3
_read = json.JSONDecoder().raw_decode  # what we wrote ourselves has no blanks around it


class Unreadable(ValueError):
    """What was packed is not what is there now."""


@dataclass(frozen=True, slots=True)
class Printed:
    """The long parts of an article."""

    url: str
    teaser: str
    image: Image | None
    text: str
    tags: tuple[Tag, ...]
    why: str


def pack(db: Connection, article: Article) -> bytes:
    """The long parts of a cleaned article, packed together."""
    image = article.image
    pictured = "" if image is None else _json([image.url, image.alt, image.credit])
    tags = _json([[tag.term, tag.scheme, tag.label] for tag in article.tags]) if article.tags else ""
    return _packed(db, ("", article.teaser, pictured, article.text, tags, article.why))


def unpack(db: Connection, row: Row) -> Printed:
    """The long parts, out of a row of article with its z; of what cannot be read, what stands in the row. One damaged
    text keeps no other from being read."""
    try:
        return exactly(db, row)
    except (ValueError, TypeError) as error:
        _tell(db, row, error)
        return Printed(row["url"], row["teaser"], None, "", (), "")


def exactly(db: Connection, row: Row) -> Printed:
    """The same, raising ValueError or TypeError where it cannot be read."""
    url, teaser, pictured, text, tags, why = _parts(db, row)
    image = Image(*_read(pictured)[0]) if pictured else None
    return Printed(url, teaser, image, text, tuple(Tag(*each) for each in _read(tags)[0]) if tags else (), why)


def teaser_and_text(db: Connection, row: Row) -> tuple[str, str]:
    """What is scored of an article, out of a row with z and the columns that were not packed once."""
    try:
        _, teaser, _, text, *_ = _parts(db, row)
    except ValueError as error:
        _tell(db, row, error)
        return row["teaser"], ""
    return teaser, text


def plain(db: Connection, row: Row) -> bytes:
    """The long parts as they are before they are packed; nothing of what cannot be read."""
    try:
        _, *parts = _parts(db, row)
    except ValueError as error:
        _tell(db, row, error)
        return b""
    return _PART.join(("", *parts)).encode()


def packed_size(plain: Sequence[bytes], dictionary: bytes | None) -> int:
    """So many bytes these would take with that dictionary."""
    packer = _packer_with(dictionary)
    return sum(len(packer.compress(each)) for each in plain)


def repack(db: Connection, row: Row) -> tuple[str, bytes] | None:
    """The address, and the rest packed as we do today; None when it is, or cannot be read."""
    if row["url"] and row["z"] and row["z"][0] == newest(db):
        return None
    try:
        url, *rest = _parts(db, row)
    except ValueError as error:
        _tell(db, row, error)
        return None
    return url, _packed(db, ("", *rest))


def _tell(db: Connection, row: Row, error: Exception) -> None:
    """Once, for it is met again and again."""
    if row["id"] not in db.unreadable:
        db.unreadable.add(row["id"])
        log.error("cannot read the text of article=%d: %s. Is the file damaged? newsdesk doctor", row["id"], error)


# --- dictionaries -----------------------------------------------------------------------------------------------


def newest(db: Connection) -> int:
    """The number of the dictionary that is used now; 0 when there is none yet."""
    return int(db.execute("SELECT coalesce(max(number), 0) FROM dictionary").fetchone()[0])


def _dictionary(db: Connection, number: int) -> bytes:
    row = db.execute("SELECT bytes FROM dictionary WHERE number = ?", [number]).fetchone()
    if row is None:
        raise Unreadable(f"there is no dictionary {number}")
    return bytes(row["bytes"])


def _packer(db: Connection, number: int) -> zstandard.ZstdCompressor:
    found = db.packers.get(number)
    if found is None:
        found = db.packers[number] = _packer_with(_dictionary(db, number) if number else None)
    return found


def _packer_with(dictionary: bytes | None) -> zstandard.ZstdCompressor:
    found = None if dictionary is None else zstandard.ZstdCompressionDict(dictionary)
    if found is not None:
        found.precompute_compress(level=_LEVEL)
    return zstandard.ZstdCompressor(_LEVEL, dict_data=found, write_checksum=False, write_dict_id=False)


def _unpacker(db: Connection, number: int) -> zstandard.ZstdDecompressor:
    """Kept: to make one takes three times as long as to unpack a text."""
    dictionary = zstandard.ZstdCompressionDict(_dictionary(db, number)) if number else None
    found = db.unpackers[number] = zstandard.ZstdDecompressor(dict_data=dictionary)
    return found


# --- bytes ------------------------------------------------------------------------------------------------------


def _packed(db: Connection, parts: tuple[str, ...]) -> bytes:
    joined = _PART.join(parts)
    if joined.count(_PART) != _PARTS - 1:
        joined = _PART.join(part.replace(_PART, " ") for part in parts)
    number = newest(db)
    return bytes([number]) + _packer(db, number).compress(joined.encode())[len(_FRAME) :]


def _parts(db: Connection, row: Row) -> tuple[str, ...]:
    """Address, teaser, image, text, tags and evidence."""
    packed: bytes = row["z"] or b""
    if packed and packed[0] != _ZLIB:
        unpacker = db.unpackers.get(packed[0]) or _unpacker(db, packed[0])
        try:
            url, *rest = unpacker.decompress(_FRAME + packed[1:]).decode().split(_PART)
        except (zstandard.ZstdError, MemoryError) as error:  # a damaged one may say that it is larger than all memory
            raise Unreadable(str(error)) from error
        return row["url"] or url, *rest
    try:
        text, tags, why = zlib.decompress(packed).decode().split(_PART) if packed else ("", "", "")
    except zlib.error as error:
        raise Unreadable(str(error)) from error
    return row["url"], row["teaser"], row["image"] or "", text, tags if len(tags) > 2 else "", why


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
