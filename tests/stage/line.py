"""A wire between a browser and the stage that can be cut and mended."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from urllib.parse import urlsplit


class Line:
    """Passes bytes on, both ways; while cut, whoever connects is hung up on."""

    def __init__(self, target: str) -> None:
        self.target = urlsplit(target)
        self.is_cut = False
        self.url = ""
        self._ends: set[asyncio.StreamWriter] = set()

    def cut(self) -> None:
        self.is_cut = True
        for each in list(self._ends):
            each.close()

    def mend(self) -> None:
        self.is_cut = False

    async def connect(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if self.is_cut:
            writer.close()
            return
        far_reader, far_writer = await asyncio.open_connection(self.target.hostname, self.target.port)
        self._ends |= {writer, far_writer}
        try:
            await asyncio.gather(self._pass_on(reader, far_writer), self._pass_on(far_reader, writer))
        finally:
            self._ends -= {writer, far_writer}

    async def _pass_on(self, source: asyncio.StreamReader, target: asyncio.StreamWriter) -> None:
        with suppress(ConnectionError):
            while piece := await source.read(65536):
                target.write(piece)
                await target.drain()
        target.close()


@asynccontextmanager
async def line_to(target: str) -> AsyncIterator[Line]:
    line = Line(target)
    server = await asyncio.start_server(line.connect, "127.0.0.1", 0)
    line.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    try:
        yield line
    finally:
        server.close()
        line.cut()
