"""How the stage says no: Discord's status, its error code and its nested list of what is wrong."""

import math
from typing import Any

Json = dict[str, Any]  # Discord's own objects travel as JSON; nothing outside the stage ever sees this

_KNOWN: dict[int, tuple[int, str]] = {
    10003: (404, "Unknown Channel"),
    10004: (404, "Unknown Guild"),
    10007: (404, "Unknown Member"),
    10008: (404, "Unknown Message"),
    10011: (404, "Unknown Role"),
    10013: (404, "Unknown User"),
    10015: (404, "Unknown Webhook"),
    10062: (404, "Unknown interaction"),
    10063: (404, "Unknown application command"),
    10066: (404, "Unknown application command permissions"),
    10087: (400, "Unknown Tag"),
    20001: (403, "Bots cannot use this endpoint"),
    20002: (403, "Only bots can use this endpoint"),
    20022: (429, "This message cannot be edited due to announcement rate limits"),
    20028: (429, "The channel you are writing has hit the write rate limit"),
    20029: (429, "The write action you are performing on the server has hit the write rate limit"),
    30007: (400, "Maximum number of webhooks reached (15)"),
    30015: (400, "Maximum number of attachments in a message reached (10)"),
    30032: (400, "Maximum number of application commands reached (100)"),
    30034: (400, "Maximum number of daily application command creates has been reached (200)"),
    30046: (429, "Maximum number of edits to messages older than 1 hour reached. Try again later"),
    30058: (400, "Maximum number of webhooks reached for this server (1000)"),
    40005: (413, "Request entity too large"),
    40033: (400, "This message has already been crossposted"),
    40058: (400, "Cannot message this thread until the post author sends an initial message"),
    40060: (400, "Interaction has already been acknowledged."),
    40062: (429, "Service resource is being rate limited"),
    40067: (400, "A tag is required to create a forum post in this channel"),
    40094: (400, "This interaction has reached the maximum number of follow up messages"),
    50001: (403, "Missing Access"),
    50003: (403, "Cannot execute action on a DM channel"),
    50005: (403, "Cannot edit a message authored by another user"),
    50006: (400, "Cannot send an empty message"),
    50007: (403, "Cannot send messages to this user"),
    50008: (400, "Cannot send messages in a non-text channel"),
    50013: (403, "Missing Permissions"),
    50014: (401, "Invalid authentication token provided"),
    50024: (400, "Cannot execute action on this channel type"),
    50027: (401, "Invalid Webhook Token"),
    50035: (400, "Invalid Form Body"),
    50045: (400, "File uploaded exceeds the maximum size"),
    50068: (400, "Invalid message type"),
    50083: (400, "Thread is archived"),
    50109: (400, "The request body contains invalid JSON."),
    130000: (503, "API resource is currently overloaded. Try again a little later"),
    160004: (400, "A thread has already been created for this message"),
    160005: (400, "Thread is locked"),
    160006: (400, "Maximum number of active threads reached"),
    200000: (400, "Message was blocked by automatic moderation"),
    200001: (400, "Title was blocked by automatic moderation"),
    220001: (400, "Webhooks posted to forum channels must have a thread_name or thread_id"),
    240000: (400, "Message blocked by harmful links filter"),
}

_OUR_OWN_FAULT = {50006, 50035, 50109, 30015}  # what a client that minds the documentation never hears


class Refusal(Exception):
    """The answer to a request that Discord would not carry out."""

    def __init__(self, code: int, *, errors: Json | None = None, detail: str = "", seconds: float = 5.0) -> None:
        self.status, said = _KNOWN.get(code, (400, "Bad Request"))
        self.code = code
        self.errors = errors
        self.said = detail or said
        self.seconds = seconds  # to wait, when this is a 429
        super().__init__(f"{code} {self.said}")

    @property
    def is_violation(self) -> bool:
        """Whether the client sent what it could have known to be wrong."""
        return self.code in _OUR_OWN_FAULT

    def body(self) -> Json:
        body: Json = {"message": self.said, "code": self.code}
        if self.errors:
            body["errors"] = self.errors
        if self.status == 429:
            body |= {"retry_after": round(self.seconds, 3), "global": False}
        return body

    def headers(self) -> dict[str, str]:
        if self.status != 429:
            return {}
        return {"Retry-After": str(math.ceil(self.seconds)), "X-RateLimit-Scope": "user", "Via": "1.1 stage"}


class Plain(Refusal):
    """A refusal without a code of its own: 401, 404 of a path, 405, 413, 503."""

    def __init__(self, status: int, said: str) -> None:
        super().__init__(0, detail=f"{status}: {said}")
        self.status = status


class Findings:
    """Collects what is wrong with a body, each at its path, and refuses once all is said."""

    def __init__(self) -> None:
        self.found: list[tuple[tuple[str, ...], str, str]] = []

    def add(self, path: tuple[str | int, ...] | str, code: str, said: str) -> None:
        steps = (path,) if isinstance(path, str) else tuple(str(step) for step in path)
        self.found.append((steps, code, said))

    def longer(self, path: tuple[str | int, ...], value: object, most: int, least: int = 0) -> None:
        """Complains when a text is not between `least` and `most` characters long."""
        if not isinstance(value, str):
            return
        if len(value) > most:
            self.add(path, "BASE_TYPE_MAX_LENGTH", f"Must be {most} or fewer in length.")
        elif len(value) < least:
            self.add(path, "BASE_TYPE_MIN_LENGTH", f"Must be {least} or more in length.")

    def refuse(self) -> None:
        """Raises what was found, if anything was."""
        if self.found:
            raise Refusal(50035, errors=self.nested())

    def nested(self) -> Json:
        tree: Json = {}
        for steps, code, said in self.found:
            node = tree
            for step in steps:
                node = node.setdefault(step, {})
            node.setdefault("_errors", []).append({"code": code, "message": said})
        return tree

    def lines(self) -> list[str]:
        return [f"{'.'.join(steps) or 'body'}: {said}" for steps, _, said in self.found]
