"""Keeps the stage at home: no web page of another site, however it comes by our address, may speak with it."""

from collections.abc import Awaitable, Callable
from urllib.parse import urlsplit

from aiohttp import web

AT_HOME = {"127.0.0.1", "localhost", "::1"}


@web.middleware
async def at_home(
    request: web.Request, handler: Callable[[web.Request], Awaitable[web.StreamResponse]]
) -> web.StreamResponse:
    """A browser names the host it believes to speak with, and the page it speaks for; both have to be ours."""
    origin = request.headers.get("Origin")
    if _name(f"//{request.host}") not in AT_HOME or (origin is not None and origin != f"http://{request.host}"):
        return web.Response(status=403, text="The stage speaks only with its own page and with programs.")
    return await handler(request)


async def undisguised(request: web.Request, response: web.StreamResponse) -> None:
    """No page of another site can hold ours in a frame; a file that was uploaded is no page, whatever it says it is."""
    response.headers["X-Content-Type-Options"] = "nosniff"
    is_ours = request.path == "/" or request.path.startswith("/page/")
    response.headers["Content-Security-Policy"] = f"frame-ancestors 'none'{'' if is_ours else '; sandbox'}"


def _name(address: str) -> str | None:
    try:
        return urlsplit(address).hostname
    except ValueError:
        return None
