"""Who lives in the demo world. All of them are invented."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Person:
    """`password` is set for the few who can sign in with one."""

    username: str
    name: str
    password: str | None = None

    @property
    def email(self) -> str:
        return f"{self.username}@chatify.example"


PEOPLE = (
    Person("noor", "Noor Fazal", "lantern-over-garden"),
    Person("tomas", "Tomas Keller", "bridge-and-bicycle"),
    Person("mira", "Mira Sandoval", "river-in-november"),
    Person("layla", "ليلى حداد"),
    Person("xiaoyu", "林晓雨"),
    Person("haruto", "佐藤 陽翔"),
    Person("minseo", "김민서"),
    Person("priya", "प्रिया नायर"),
    Person("olena", "Олена Бондар"),
    Person("eleni", "Ελένη Παππά"),
    Person("yael", "יעל ברק"),
    Person("jonas", "Jonas Lindqvist"),
    Person("amara", "Amara Okafor"),
    Person("owen", "Owen Pryce"),
    Person("beatriz", "Beatriz Moura"),
    Person("maxi", "Maximiliane-Friederike von Hohenfels-Waldenbuch"),
)

SIGN_INS = tuple(person for person in PEOPLE if person.password)
"""Those whose `username  e-mail  password` the server prints; the same on every start."""
