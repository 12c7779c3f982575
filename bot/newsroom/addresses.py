"""Where the magazine's stories and photos live, and what each feed hangs onto their addresses."""

import re
from dataclasses import dataclass
from urllib.parse import quote

from bot.newsroom.stories import Photo, Story


@dataclass(frozen=True, slots=True)
class Addresses:
    """All addresses under one root, such as `http://127.0.0.1:4711`."""

    root: str

    def page(self, story: Story) -> str:
        """The canonical address of a story."""
        return f"{self.root}/{story.slug}/"

    def tracked(self, story: Story, key: str) -> str:
        """The same story as one feed links to it: each counts its own clicks, as magazines do."""
        if key == "dispatches":
            return f"{self.page(story)}?ref=dispatches&fbclid=IwAR{story.number}#blog"
        return f"{self.page(story)}?utm_source=feed&utm_medium=rss&utm_campaign={key}"

    def photo(self, photo: Photo) -> str:
        """The file is in `id`; the name before it is only there for people and search engines."""
        words = quote("-".join(re.findall(r"[a-z0-9]+", photo.alt.lower())[:6]))
        stem, _, kind = photo.file.rpartition(".")
        return f"{self.root}/media-library/{words}.{kind}?id={stem}&width=1200&height=675"

    def tag(self, tag: str) -> str:
        """The scheme of a category."""
        return f"{self.root}/tag/{'-'.join(re.findall(r'[a-z0-9]+', tag.lower()))}"
