"""A Discord of our own, on loopback, for rehearsal and tests.

    async with Stage() as stage:                            # port 0, no OpenAPI check, Discord's own pace
        newsroom = stage.world.add_guild("Newsroom")        # the bot is in it, with its invitation's permissions
        africa = newsroom.add_channel("africa")             # kind= text, announcement, forum, media, voice, category
        ada = stage.world.add_member(newsroom, "Ada", admin=True)

        # Any client: REST at stage.api, gateway at stage.gateway_url, token stage.token. For discord.py:
        discord.http.Route.BASE = stage.api
        discord.gateway.DiscordWebSocket.DEFAULT_GATEWAY = yarl.URL(stage.gateway_url)

        pinged = await stage.call(ada, africa, "ping")      # a person calls a slash command …
        await pinged.finished()                             # … waits until the answer is there …
        await stage.press(ada, pinged.messages[0], "again") # … presses a button
        stage.fault("500", method="POST", path="/channels/*/messages", times=2)
        stage.clock.advance(120)
        assert stage.world.messages(africa) and not stage.violations

`stage.complete` types for autocomplete, `stage.submit` fills a modal in, `stage.act` takes a client's own body.
`stage.world` builds and looks up, `stage.faults` and `stage.limits` set mishaps and limits, `stage.requests` and
`stage.violations` tell what the bot sent, `message.pings` whom a message would ping. The page is at `stage.url`.
"""

from bot.stage.drafts import Draft
from bot.stage.faults import Fault
from bot.stage.interactions import Interaction
from bot.stage.messages import Message
from bot.stage.people import User
from bot.stage.permissions import Permission
from bot.stage.places import Channel, Guild
from bot.stage.refusals import Refusal
from bot.stage.stage import Stage

__all__ = ["Channel", "Draft", "Fault", "Guild", "Interaction", "Message", "Permission", "Refusal", "Stage", "User"]
