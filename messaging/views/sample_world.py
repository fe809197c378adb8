"""Who is in the sample inbox and what they said. Nothing of it was ever sent."""

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Said:
    """`hours` ago somebody wrote this."""

    hours: float
    who: str
    text: str


@dataclass(frozen=True, slots=True)
class Talk:
    """One conversation: members by name with their mail role, what was said, how many wait unread."""

    slug: str
    kind: str
    members: dict[str, str]
    said: list[Said] = field(default_factory=list)
    title: str = ""
    unread: int = 0


ME = "you"
PEOPLE = {
    "you": "You",
    "noor": "Noor Fazal",
    "mira": "Mira Sandoval",
    "tomas": "Tomas Keller",
    "layla": "ليلى حداد",
    "jonas": "Jonas Okafor",
    "ana": "Ana Pereira",
    "haruka": "森 春香",
    "housing": "Housing office",
}

GARDEN = Talk(
    "garden-allotment",
    "group",
    {"you": "", "noor": "", "tomas": "", "mira": ""},
    [
        Said(38, "tomas", "Frost warning for tonight. Should we cover the beans?"),
        Said(37.9, "you", "Yes. I have fleece in the shed, the key is under the blue pot."),
        Said(37.7, "tomas", "Found it. All four rows are under."),
        Said(37.65, "tomas", "The hose is drained as well."),
        Said(14, "mira", "Thank you both. I take the Saturday watering, who has Sunday?"),
        Said(
            13.8,
            "you",
            "Sunday is mine. Here is the plan for the month:\n\n- week 1: Mira\n- week 2: Noor\n- week 3: Tomas",
        ),
        Said(0.5, "noor", "Good morning from row three"),
        Said(0.48, "noor", "the beans survived the frost 🌱"),
        Said(0.2, "noor", "Come and see when you have a minute, the first flowers are open."),
    ],
    title="Garden allotment",
    unread=3,
)
LEASE = Talk(
    "lease-renewal",
    "mail",
    {"housing": "from", "you": "to", "mira": "cc"},
    [
        Said(
            98,
            "housing",
            "Dear tenants,\n\nthe renewal is ready. Please return pages 2 and 4 by the end of May.\n\nHousing office",
        ),
        Said(
            75,
            "you",
            "Thank you. One question about clause 7, the part on the cellar: does it cover the shared room as well?",
        ),
        Said(
            1.1,
            "mira",
            "Hello,\n\nclause 7 only covers the shared cellar; your own is part of the flat. I have signed page 4 "
            "and left page 2 to you.\n\nIf you return it by Friday we keep the old rent until June.\n\nMira",
        ),
    ],
    title="Lease renewal",
    unread=1,
)
TOMAS = Talk(
    "tomas-keller",
    "direct",
    {"you": "", "tomas": ""},
    [
        Said(30, "you", "Could you bring the ladder on Saturday?"),
        Said(29.8, "tomas", "Sure. The long one or the short one?"),
        Said(29.7, "you", "The long one, please. The gutter is higher than I thought."),
        Said(3, "tomas", "It is in the car already."),
    ],
)
LAYLA = Talk(
    "layla-haddad",
    "direct",
    {"you": "", "layla": ""},
    [
        Said(6, "you", "Shall we meet at the station at four?"),
        Said(5.5, "layla", "نعم، الساعة الرابعة عند المدخل الشرقي."),
        Said(5.4, "layla", "شكراً، أراك غداً"),
    ],
)
BOOKS = Talk(
    "river-book-club",
    "group",
    {"you": "", "ana": "", "jonas": "", "haruka": ""},
    [
        Said(52, "ana", "We are at chapter nine. No endings before Thursday."),
        Said(51, "haruka", "第九章は静かでとてもよかったです。"),
        Said(50, "you", "Chapter nine is the good one."),
    ],
    title="River book club",
)
APPOINTMENT = Talk(
    "appointment",
    "mail",
    {"housing": "from", "you": "to"},
    [
        Said(
            74,
            "housing",
            "Your appointment is confirmed: Tuesday, 14:30, room 2.\n\nPlease bring the signed pages.",
        )
    ],
    title="Appointment confirmed",
)
JONAS = Talk(
    "jonas-okafor",
    "direct",
    {"you": "", "jonas": ""},
    [
        Said(101, "jonas", "The train is late again, start without me."),
        Said(100.9, "you", "We keep you a seat."),
    ],
)

TALKS = [GARDEN, LEASE, TOMAS, LAYLA, BOOKS, APPOINTMENT, JONAS]
