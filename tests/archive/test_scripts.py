"""Text of every script is found as people type it."""

import pytest

from bot.model import Query
from tests.archive.conftest import Room
from tests.builders import an_article

PROBES = [  # what is printed, what is typed
    ("Café society in Genève", "cafe geneve"),
    ("Cafe\u0301 society", "café"),
    ("São Tomé votes", "sao tome"),
    ("Việt Nam đổi mới", "viet nam doi moi"),
    ("Đà Nẵng", "da nang"),
    ("İstanbul'da seçim", "istanbul secim"),
    ("ISPARTA and ısparta", "isparta"),
    ("Große Straße", "strasse"),
    ("GROSSE STRASSE", "große straße"),
    ("Łódź and Gdańsk", "lodz gdansk"),
    ("Øresund and Ærø", "oresund aero"),
    ("Ещё ёлка в Киеве", "еще елка"),
    ("ВЫБОРЫ В МОСКВЕ", "выборы"),
    ("Αθήνα εκλογές", "ΑΘΗΝΑ"),
    ("ο Οδυσσεύς", "ΟΔΥΣΣΕΥΣ"),
    ("مُحَمَّد في القاهرة", "محمد"),
    ("الصين وأمريكا", "صين"),
    ("الصين وأمريكا", "امريكا OR وأمريكا"),
    ("مدرسة جديدة", "مدرسه"),
    ("ירושלים שלום", "שלום"),
    ("שָׁלוֹם", "שלום"),
    ("中华人民共和国外交部", "外交"),
    ("中华人民共和国外交部", "中华人民共和国"),
    ("中华人民共和国外交部", "部"),
    ("日本の首相が訪米", "首相"),
    ("ﾆｭｰｽ速報", "ニュース"),
    ("한국은 미국과 협정을", "미국"),
    ("한국은 미국과 협정을", "협정"),
    ("ประเทศไทยเลือกตั้ง", "เลือกตั้ง"),
    ("भारत में चुनाव", "चुनाव"),
    ("हिन्दी समाचार", "हिन्दी"),
    ("বাংলাদেশে নির্বাচন", "নির্বাচন"),
    ("தமிழ் செய்தி", "செய்தி"),
    ("The U.S. Congress", "US"),
    ("US Congress", "U.S."),
    ("The U.K.'s plan", "uk plan"),
    ("Asia-Pacific trade", "asiapacific"),
    ("Asiapacific trade", "asia-pacific"),
    ("Asia Pacific trade", "asia-pacific"),
    ("COVID-19 returns", "covid19"),
    ("Covid19 returns", "COVID-19"),
    ("Japan’s navy", "japan"),
    ("the nations' pact", "nation pact"),
    ("L’Élysée répond", "elysee"),
    ("O’Brien resigns", "obrien"),
    ("OBrien resigns", "o'brien"),
    ("C++ and C# at sea", "c++ c#"),
    ("1,000 ships", "1000"),
    ("ＦＵＬＬ width", "full"),
    ("ﬁnance ministers", "finance"),
    ("A summit 🇯🇵 🚢", "🚢"),
    ("Þingvellir", "thingvellir"),
    ("Soft\u00adhyphen and zero\u200bwidth", "softhyphen zerowidth"),
]


@pytest.mark.parametrize(("printed", "typed"), PROBES)
async def test_what_is_printed_is_found_as_it_is_typed(room: Room, printed: str, typed: str) -> None:
    await room.takes_in(an_article(printed), an_article("Something else", text="Nothing of the kind 他 그 ж"))
    for order in ("newest", "relevance"):
        answer = await room.archive.search(Query(typed, order=order))
        assert [hit.article.title for hit in answer.hits] == [printed]


async def test_letters_that_do_not_touch_are_no_word(room: Room) -> None:
    await room.takes_in(an_article("外交官と交部"), an_article("外部の交わり"))
    answer = await room.archive.search(Query("外交部", order="newest"))
    assert answer.hits == ()
