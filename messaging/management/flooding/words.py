"""Invented names, titles and texts: short and long, plain and marked up, in more than one script."""

from random import Random

GIVEN = (
    *("Ada", "Bruno", "Chiara", "Dmitri", "Elif", "Farid", "Greta", "Hana", "Ivo", "Jun", "Kemal", "Lucía"),
    *("Marek", "Nadia", "Óscar", "Pia", "Quim", "Rosa", "Søren", "Tilde", "Uma", "Viktor", "Wanda", "Yusuf"),
    *("Žofie", "Лев", "Нина", "Θάλεια", "רות", "سلمى", "अर्जुन", "美咲", "志明", "지우"),
)
FAMILY = (
    *("Albrecht", "Bianchi", "Castro", "Dvořák", "Eriksen", "Fontaine", "Grigore", "Holm", "Ito", "Jansen"),
    *("Kowalska", "Lindt", "Moreau", "Novák", "Okoye", "Petrov", "Quist", "Rossi", "Santos", "Tanaka"),
    *("Ueda", "Vega", "Weiss", "Yilmaz", "Zeman"),
)
_TEXT = (
    "the a of and to in we you it is on for at that this with as be so if not are was by from will can have has "
    "they there then when what who how all one two some more most next last first morning evening tomorrow today "
    "Monday Friday week month budget draft plan garden kitchen bicycle train ticket meeting minutes agenda invoice "
    "report photo recipe soup bread choir violin concert rehearsal harbour bridge river rain snow summer window door "
    "key ladder paint fence roof neighbour school teacher homework library book chapter page letter stamp parcel "
    "question answer idea list number address phone call visit dinner lunch coffee tea please thanks sorry maybe "
    "agreed later early late open closed ready broken fixed found lost send bring take ask read write move keep "
    "größer niño façade naïve déjà 明日 会議 ありがとう спасибо завтра שלום شكرا धन्यवाद 🙂 🎉 🌧️"
)
WORDS = _TEXT.split()
# What people look for: said now and then, and made of what many other texts are made of, too.
NAMED = (
    *(
        "café",
        "Café Zürich",
        "crème brûlée",
        "São Paulo",
        "上海",
        "上海市",
        "北京",
        "東京駅",
        "서울",
        "Αθήνα",
        "Киев",
    ),
    *(
        "fast",
        "st",
        "Stefan",
        "station",
        "stone",
        "list-42",
        "v1.2.3",
        "+49 30 1234567",
        "naïveté",
        "Ålesund",
    ),
)
MENTIONED = 0.03
"""Which part of the texts names one of these, or a machine's address."""
ENDS = (".", ".", ".", "!", "?", " …")
# How many of a hundred texts are short, middling and long, and how many words those have.
LENGTHS = ((60, 3, 12), (92, 12, 40), (100, 40, 140))


def name(index: int, rng: Random) -> str:
    """What person `index` is called; the number keeps them apart."""
    return f"{rng.choice(GIVEN)} {rng.choice(FAMILY)} {index}"


def title(index: int, rng: Random) -> str:
    """A title or a subject."""
    return f"{' '.join(rng.choices(WORDS, k=3)).capitalize()} {index}"


def body(rng: Random) -> str:
    """A message's source."""
    place = rng.random() * 100
    low, high = next((low, high) for limit, low, high in LENGTHS if place < limit)
    count = rng.randint(low, high)
    said = rng.choices(WORDS, k=count)
    if rng.random() < MENTIONED:
        said[rng.randrange(count)] = _named(rng)
    text = " ".join(said).capitalize() + rng.choice(ENDS)
    return _decorated(text, rng) if rng.random() < 0.05 else text


def _named(rng: Random) -> str:
    place = rng.randrange(len(NAMED) + 4)
    return (
        NAMED[place]
        if place < len(NAMED)
        else f"10.{rng.randrange(4)}.{rng.randrange(4)}.{rng.randrange(256)}"
    )


def _decorated(text: str, rng: Random) -> str:
    first, _, rest = text.partition(" ")
    return rng.choice(
        (
            f"**{first}** {rest}",
            f"{text}\n\n- {first}\n- {rest[:40]}",
            f"{text} https://example.org/{rng.randrange(10**6)}",
            f"`{first}` {rest}",
            f"{text}\n\n{rest}",
        )
    )
