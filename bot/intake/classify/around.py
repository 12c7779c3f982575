"""What the words around a name make of it: the scene, the actor, or neither."""

from bot.intake.classify.words import Words, set_of

LOCATIVE = 1.6  # "in Kyiv": that is where it happens
SEAT = 1.5  # "Kenya's", "Kenyan police": whose affair it is
FOLK = 3.0  # "British Muslims", "Korean Americans": people at home there
JOINED = 0.6  # "the Israel-Hamas war", "a China-style law"
ASIDE = 0.6  # "amid", "over", "with", "for", "the Ukraine war": something else is told
ACTOR = 0.5  # "US-led", "anti-China", "Russian troops", "Afghan refugees": who does it, or whence they came
LANGUAGE = 0.3  # "sung in Spanish"

_PLACES_BEFORE = set_of(
    "in into near at across inside outside throughout around within toward towards im en em в во في"
)
# Between "in" and the place.
_BETWEEN = set_of(
    """
    a an the northern southern eastern western central north south east west northeast northwest southeast
    southwest northeastern northwestern southeastern southwestern downtown mainland occupied rural greater
    nearby
    """
)
_ASIDE_BEFORE = set_of("amid with about by over for after")
_JOINED_AFTER = set_of(
    """
    led backed born made style owned based run linked aligned funded trained origin held controlled occupied installed
    sponsored flagged speaking
    """
)
_JOINED_BEFORE = set_of("pro anti ex non")
# Whoever these are, they travel; and "visits", "arms", "Americans" tell that the place is not the scene.
_AGENTS = set_of(
    """
    embassy embassies consulate ambassador diplomat diplomats envoy envoys tourist tourists citizen citizens
    national nationals troops forces soldiers military mercenary mercenaries journalist journalists company
    companies firm firms delegation officials student students ships warship warships jets drones
    migrant migrants refugee refugees immigrant immigrants expatriates traveler travelers traveller travellers
    worker workers passenger passengers backpacker backpackers hiker climber climbers dissident dissidents exile
    exiles visit visits meets arrives send sends condemns sanctions aid arms weapons support investor investors
    investment investments loan loans american americans administration community diaspora
    """
)
# What a place has at home.
_AT_HOME = set_of(
    """
    police court courts judge judges prime leader government parliament junta capital city town village
    province state border island coast region lawmakers election elections voters protesters authorities prison
    hospital school university
    """
)
_FOLK = set_of("arabs buddhists catholics christians evangelicals hindus jews latinos muslims palestinians sikhs")
_AFTER = dict.fromkeys(_AT_HOME, SEAT) | dict.fromkeys(_AGENTS, ACTOR) | dict.fromkeys(_FOLK, FOLK) | {"war": ASIDE}
_AMERICANS = set_of("american americans")
_PEOPLE = ("an", "ese", "ish", "qi", "ni", "li", "no", "ab", "im")  # how words for peoples end
_DASHES = "-‑–"
_TOGETHER = " " + _DASHES
_POSSESSIVE = "'’ʼ`"


def factor(text: str, found: Words, index: int, many: int, kind: str) -> float:
    """Of its weight, what the words around a name leave it. It has so many words, from index on."""
    small, places = found.small, found.where
    before, after = index - 1, index + many
    if index and small[index] in _AMERICANS and text[places[before].end()] in _TOGETHER and _is_people(found, before):
        return FOLK
    if index and small[before] in _JOINED_BEFORE and text[places[index].start() - 1] in _DASHES:
        return ACTOR
    gap = text[places[after - 1].end() : places[after].start()] if after < len(small) else ""
    follows = _follows(gap, small, after) if gap else 1.0
    if follows == ACTOR:
        return ACTOR
    if kind == "demonym" and index and small[before] == "in" and gap != " ":
        return LANGUAGE
    while before >= 0 and small[before] in _BETWEEN:
        before -= 1
    if before >= 0 and small[before] in _PLACES_BEFORE:
        return LOCATIVE
    return follows * ASIDE if before >= 0 and small[before] in _ASIDE_BEFORE else follows


def _is_people(found: Words, index: int) -> bool:
    """Whether a word is a people's name."""
    return found.said[index].istitle() and found.small[index].endswith(_PEOPLE) and found.small[index] != "than"


def _follows(gap: str, small: list[str], after: int) -> float:
    """What the next word, and the mark before it, make of a name."""
    if gap == " ":
        return _AFTER.get(small[after], 1.0)
    if gap[0] in _DASHES:
        return ACTOR if small[after] in _JOINED_AFTER else JOINED
    if gap[0] in _POSSESSIVE and small[after] == "s":
        owned = small[after + 1] if after + 1 < len(small) else ""
        return ACTOR if owned in _AGENTS else SEAT
    return 1.0
