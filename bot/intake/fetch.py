"""Ask a server for a document, politely, within limits, and say what came of it."""

import asyncio
import logging
import ssl
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import timedelta
from functools import lru_cache
from types import MappingProxyType

from aiohttp import (
    ClientConnectorCertificateError,
    ClientConnectorDNSError,
    ClientConnectorError,
    ClientConnectorSSLError,
    ClientError,
    ClientOSError,
    ClientPayloadError,
    ClientResponse,
    ClientResponseError,
    ClientSession,
    ClientTimeout,
    DummyCookieJar,
    InvalidURL,
    ServerDisconnectedError,
    TCPConnector,
    encode_basic_auth,
)  # fmt: skip
from aiohttp.abc import AbstractResolver
from yarl import URL

from bot.intake import unpack
from bot.intake.addresses import host_of, join, origin, parted, spoken
from bot.intake.manners import Manners
from bot.intake.reach import public_socket, was_refused
from bot.model import Document, Feed, Source

log = logging.getLogger(__name__)

FEED_TYPES = (
    "application/atom+xml, application/rss+xml, application/feed+json, application/rdf+xml;q=0.9, "
    "application/xml;q=0.8, text/xml;q=0.8, application/json;q=0.7, text/html;q=0.4, */*;q=0.1"
)
PAGE_TYPES = "text/html, application/xhtml+xml, */*;q=0.1"
REDIRECTS = 5
_CONDITIONS = {"If-None-Match", "If-Modified-Since"}
_FOLLOWED = {301, 302, 303, 307, 308}
_FOR_GOOD = {301, 308}
_SHUT = {202, 401, 403, 405, 406, 429, 503}  # with which a wall against robots answers
_GUARDS = {  # headers by which it shows whose it is
    "x-datadome": "DataDome", "x-dd-b": "DataDome", "x-amzn-waf-action": "AWS WAF", "x-sucuri-block": "Sucuri",
    "x-iinfo": "Imperva", "x-px-block-reason": "HUMAN", "x-kpsdk-ct": "Kasada",
}  # fmt: skip
_CHUNK = 64 * 1024
_MEGABYTE = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Limits:
    """What a server may take of our time and room."""

    size: int = 10 * _MEGABYTE  # after decompression
    connect: float = 10.0
    whole: float = 30.0


@dataclass(frozen=True, slots=True)
class Fetched:
    """What came of asking."""

    status: str  # ok, unchanged, or the kind of failure
    error: str = ""  # the failure in a sentence
    document: Document | None = None
    headers: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    permanent: str = ""  # the address it has moved to, every step of the way for good
    code: int = 0
    wait: timedelta = timedelta(0)  # before its host may be asked again


@dataclass(frozen=True, slots=True)
class _Reach:
    """How far a request may go."""

    until: bytes
    size: int
    unchecked: str
    behalf: str  # the address for whose sake we go there


class Fetcher:
    """Fetches documents, each by one polite GET and at most five redirects walked by hand."""

    def __init__(
        self, session: ClientSession, manners: Manners, *, user_agent: str, limits: Limits | None = None
    ) -> None:
        self.manners = manners
        self._session = session
        self._agent = user_agent
        self._limits = limits = limits or Limits()
        self._timeout = ClientTimeout(total=limits.whole, connect=None, sock_connect=limits.connect)

    async def fetch(
        self,
        url: str,
        *,
        etag: str | None = None,
        modified: str | None = None,
        holder: str = "",
        subscribers: int = 0,
        accept: str = FEED_TYPES,
        until: bytes = b"",
        size: int | None = None,
        unchecked: str = "",
        behalf: str = "",
    ) -> Fetched:
        """Ask for a document. Validators are shown to their `holder` alone, which is the first host unless said.

        With `until`, reading stops there, and a document that is too large is cut, not refused. The certificate of the
        host `unchecked` is taken as it is; no other's, wherever redirects lead. `behalf` is the feed that led here: how
        long it takes is laid to that.
        """
        headers = {"Accept": accept, "User-Agent": self._named(subscribers)}
        held = {} if etag is None else {"If-None-Match": etag}
        if modified is not None:
            held["If-Modified-Since"] = modified
        try:
            reach = _Reach(until, size or self._limits.size, unchecked, behalf or url)
            return await self._walk(url, headers, (holder or host_of(url), held), reach)
        except (ClientError, OSError, TimeoutError, ValueError) as error:
            status, sentence = _failure(error, host_of(url) or spoken(url))
            return Fetched(status, sentence)

    def _named(self, subscribers: int) -> str:
        count = f"; {subscribers} subscribers)" if subscribers > 1 else "; 1 subscriber)" if subscribers else ")"
        return self._agent.removesuffix(")") + count if self._agent.endswith(")") else self._agent

    async def _walk(
        self, url: str, headers: dict[str, str], validators: tuple[str, dict[str, str]], reach: "_Reach"
    ) -> Fetched:
        """Follow redirects; validators and credentials stay with the origin they belong to."""
        address, credentials = parted(url)
        start, for_good, seen = address, True, {address}
        for _ in range(REDIRECTS + 1):
            host = host_of(address)
            if not host:
                return Fetched("bad-address", f"{spoken(address)[:200]} is no http or https address.")
            shown = headers | validators[1] if host == validators[0] else headers
            answer = await self._ask(address, shown, credentials, reach)
            if answer.code not in _FOLLOWED:
                return replace(answer, permanent=address) if for_good and len(seen) > 1 else answer
            target, _ = parted(join(address, answer.headers.get("location", "")))  # not with credentials of theirs
            if not target:
                return Fetched("bad-redirect", f"{host_of(address)} redirects to nowhere.", code=answer.code)
            if target in seen:
                return Fetched("redirect-loop", f"{host_of(address)} redirects in a circle.", code=answer.code)
            for_good = for_good and (answer.code in _FOR_GOOD or _is_upgrade(address, target))
            seen.add(target)
            if origin(target) != origin(start):
                credentials = None
            address = target
        return Fetched("redirect-loop", f"{host_of(url)} redirects more than {REDIRECTS} times.")

    async def _ask(
        self, address: str, headers: dict[str, str], credentials: tuple[str, str] | None, reach: "_Reach"
    ) -> Fetched:
        if credentials:
            headers = headers | {"Authorization": encode_basic_auth(*credentials)}
        checked = host_of(address) != reach.unchecked
        async with self.manners.turn(address, reach.behalf):
            silent = self.manners.silence(address)  # it may have been asked for while we stood at the door
            if silent:
                return Fetched("waiting", f"{host_of(address)} wants no visit now.", wait=silent)
            answer = await self._visit(address, headers, checked, reach)
        if answer.status == "busy":
            self.manners.heed(address, answer.headers)
        return answer

    async def _visit(self, address: str, headers: dict[str, str], checked: bool, reach: "_Reach") -> Fetched:
        """One request."""
        async with self._session.get(
            _url(address), headers=headers, allow_redirects=False, timeout=self._timeout, ssl=checked
        ) as response:
            told: Mapping[str, str] = response.headers  # which asks for no name's capitals
            code = response.status
            if code in _FOLLOWED:
                return Fetched("redirect", headers=told, code=code)
            if code == 304 and headers.keys() & _CONDITIONS:
                return Fetched("unchanged", headers=told, code=code)
            wall = _wall(told, code)
            if code != 200 or wall:
                host = host_of(address)
                status, sentence = ("blocked", f"{host} {wall}") if wall else _refusal(code, host)
                return Fetched(status, sentence, headers=told, code=code)
            body = await _read(response, reach.until, reach.size)
            if body is None:
                limit = f"{reach.size / _MEGABYTE:.0f} MB"
                return Fetched("too-large", f"{host_of(address)} sends more than {limit}.", headers=told, code=code)
            told = MappingProxyType({name.lower(): text for name, text in told.items()})
            return Fetched("ok", document=Document(address, code, body, told), headers=told, code=code)


def unchecked(asked: Feed | Source) -> str:
    """The host whose certificate need not be checked, if somebody has said so of this feed."""
    return host_of(asked.url) if asked.any_certificate else ""


@lru_cache(maxsize=4096)
def _url(address: str) -> URL:
    """aiohttp's own form of an address; it remembers what it has worked out of it."""
    return URL(address)


def open_session(
    *, private: bool = False, limits: Limits | None = None, resolver: AbstractResolver | None = None
) -> ClientSession:
    """A session that keeps no cookies, follows no proxy and reaches public addresses alone, unless told otherwise."""
    connector = TCPConnector(
        socket_factory=None if private else public_socket,
        resolver=resolver,
        limit=0,  # Manners counts
        ttl_dns_cache=60,
        keepalive_timeout=15,
    )
    return ClientSession(
        connector=connector, cookie_jar=DummyCookieJar(), trust_env=False, requote_redirect_url=False,
        max_line_size=16_384, max_field_size=16_384,
    )  # fmt: skip


async def _read(response: ClientResponse, until: bytes, size: int) -> bytes | None:
    """The body as far as it is wanted, or None when it is larger than that; counted as it comes out of the packing."""
    promised = response.content_length
    packed = "content-encoding" in response.headers
    if promised is not None and promised > size and not until and not packed:
        return None
    body = bytearray()
    async for chunk in response.content.iter_chunked(_CHUNK):
        body += chunk
        if until and (until in body.lower() if len(body) < 2 * _CHUNK else until in body[-2 * _CHUNK :].lower()):
            break
        if len(body) > size:
            if not until:
                return None
            break
    if body[:2] == unpack.MARK:
        return await asyncio.to_thread(unpack.unpacked, bytes(body), size)
    return bytes(body)


def _is_upgrade(address: str, target: str) -> bool:
    return address.startswith("http://") and target == "https://" + address.removeprefix("http://")


def _wall(headers: Mapping[str, str], code: int) -> str:
    """Who keeps robots out here, if somebody does; we do not pretend to be a browser."""
    if headers.get("cf-mitigated", "").lower() == "challenge":
        return "lets only browsers in: Cloudflare blocks feed readers there. Ask the publisher to allow ours."
    if code in _SHUT:
        guard = next((name for mark, name in _GUARDS.items() if mark in headers), "")
        if guard:
            return f"lets only browsers in: {guard} blocks feed readers there. Ask the publisher to allow ours."
    return ""


def _refusal(code: int, host: str) -> tuple[str, str]:
    """A kind and a sentence for an answer that is no document."""
    match code:
        case 401 | 403 | 407 | 451:
            return "forbidden", f"{host} does not let us read this ({code})."
        case 404:
            return "not-found", f"{host} has nothing at this address (404)."
        case 410:
            return "gone", f"{host} says that this feed is gone for good (410)."
        case 429:
            return "busy", f"{host} asks us to come less often (429)."
        case 503:
            return "busy", f"{host} is not available at the moment (503)."
        case 304:
            return "refused", f"{host} says that nothing is new, though we hold nothing of it (304)."
        case _ if code >= 500:
            return "server-error", f"{host} has a fault of its own ({code})."
        case _ if code in {204, 205}:
            return "empty", f"{host} sends nothing ({code})."
        case _:
            return "refused", f"{host} answers with {code}."


def _failure(error: Exception, host: str) -> tuple[str, str]:
    """A kind and a sentence for a request that brought no answer."""
    match error:
        case _ if was_refused(error):
            return "private", f"{host} lies on a private address, which feeds may not (see NEWSDESK_PRIVATE_FEEDS)."
        case TimeoutError():
            return "timeout", f"{host} did not answer in time."
        case ClientConnectorCertificateError() | ssl.SSLCertVerificationError():
            return "tls", f"The certificate of {host} cannot be trusted{_flaw(error)}."
        case ClientConnectorSSLError() | ssl.SSLError():
            return "no-tls", f"{host} does not speak a TLS that is safe."
        case ClientConnectorDNSError():
            return "unreachable", f"There is no host {host}, or its name cannot be looked up now."
        case ClientConnectorError():
            return "unreachable", f"{host} cannot be reached."
        case ClientPayloadError():
            return "cut-off", f"{host} broke off in the middle of the document."
        case ServerDisconnectedError() | ClientOSError():
            return "unreachable", f"{host} hung up without an answer."
        case InvalidURL() | ValueError():
            return "bad-address", f"{host} is no address that can be asked."
        case ClientResponseError():
            return "not-http", f"{host} answers with something that is not HTTP."
        case _:
            return "unreachable", f"{host} cannot be reached ({type(error).__name__})."


def _flaw(error: Exception) -> str:
    """What is wrong with a certificate, in the words of the library."""
    cause = error.certificate_error if isinstance(error, ClientConnectorCertificateError) else error
    words = getattr(cause, "verify_message", "")
    return f" ({words.rstrip('.')})" if words else ""
