"""Who lives in the demo world. All of them are invented."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Person:
    username: str
    name: str
    password: str

    @property
    def email(self) -> str:
        return f"{self.username}@chatify.example"


PEOPLE = (
    Person("noor", "Noor Fazal", "lantern-over-garden"),
    Person("tomas", "Tomas Keller", "bridge-and-bicycle"),
    Person("mira", "Mira Sandoval", "river-in-november"),
    Person("layla", "ليلى حداد", "violin-under-stairs"),
    Person("xiaoyu", "林晓雨", "paper-boat-harbour"),
    Person("haruto", "佐藤 陽翔", "kettle-before-dawn"),
    Person("minseo", "김민서", "seven-green-apples"),
    Person("priya", "प्रिया नायर", "monsoon-on-tin-roof"),
    Person("olena", "Олена Бондар", "sunflower-and-chess"),
    Person("eleni", "Ελένη Παππά", "olive-stone-pocket"),
    Person("yael", "יעל ברק", "lighthouse-keeper-cat"),
    Person("jonas", "Jonas Lindqvist", "long-ladder-hallway"),
    Person("amara", "Amara Okafor", "drum-in-the-attic"),
    Person("owen", "Owen Pryce", "wheelbarrow-and-waltz"),
    Person("beatriz", "Beatriz Moura", "tiles-after-rain"),
    Person("maxi", "Maximiliane-Friederike von Hohenfels-Waldenbuch", "forest-of-umbrellas"),
)

SIGN_INS = PEOPLE
"""Whose `username  e-mail  password` the server prints; the same on every start."""
