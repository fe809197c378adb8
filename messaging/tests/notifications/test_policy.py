"""The whole policy as a table: a situation, what follows, and the reason in words."""

import pytest

from messaging.notifications.policy import (
    AWAY_DELAY,
    HERE_DELAY,
    MAIL_DELAY,
    WORDS,
    Event,
    Presence,
    Reason,
    Situation,
    Standing,
    decide,
)

MENTIONED, REPLIED, READ = "You were mentioned.", "It answers your message.", "You have read it already."
ALL_KIND = "You hear of every message in conversations of this kind."
ALL_HERE = "You chose every message in this conversation."
ONLY_HERE = "You hear only of mentions and replies in this conversation."
ONLY_KIND = "You hear only of mentions and replies in conversations of this kind."
NONE_HERE = "You chose to hear nothing of this conversation."
NONE_KIND = "You chose to hear nothing of conversations of this kind."
MUTED, BLOCKED, OWN = "This conversation is muted.", "You blocked this person.", "You did this yourself."
WAITING = "It waits in your requests until you accept it."
REFUSED, ASKED = "You declined this request.", "Somebody you do not know wrote to you."
KEYWORD, EVERYONE = "It holds a word you watch for.", "Everyone in this conversation was mentioned."
REACTED, ADDED = "Somebody reacted to your message.", "You were added to this conversation."
CALLED, FAILED = "Somebody called you.", "You planned to send this."
REPORTED, CONTACT = "You reported this.", "Somebody asks to be your contact."
INVITED = "Somebody invites you into a group."
ASKS_IN = "Somebody asks to be let into a group that you run."
SUMMED = "Your quiet hours are over."

# What follows, in letters: l listed, r listed as read, p pushed soon, P pushed late, m mailed, q kept for the summary.
TABLE = """
message                                            | p    | ALL_KIND
message chosen                                     | p    | ALL_HERE
message here                                       | P    | ALL_KIND
message reading                                    |      | READ
message personal                                   | pm   | ALL_KIND
message personal here                              | Pm   | ALL_KIND
message personal reading                           |      | READ
message mail=all                                   | pm   | ALL_KIND
message personal mail=off                          | p    | ALL_KIND
message push=off                                   |      | ALL_KIND
message personal push=off                          | m    | ALL_KIND
message personal push=off mail=off                 |      | ALL_KIND
message level=mentions                             |      | ONLY_KIND
message level=mentions chosen                      |      | ONLY_HERE
message level=mentions personal mail=all           |      | ONLY_KIND
message level=nothing                              |      | NONE_KIND
message level=nothing chosen                       |      | NONE_HERE
message muted                                      |      | MUTED
message muted chosen                               |      | MUTED
message muted level=nothing                        |      | MUTED
message blocked                                    |      | BLOCKED
message blocked muted                              |      | BLOCKED
message own                                        |      | OWN
message own blocked                                |      | OWN
message waiting                                    |      | WAITING
message waiting muted                              |      | WAITING
message refused                                    |      | REFUSED
message quiet                                      | q    | ALL_KIND
message quiet chosen                               | q    | ALL_HERE
message quiet excepted                             | p    | ALL_KIND
message quiet excepted personal                    | pm   | ALL_KIND
message quiet reading                              |      | READ
message quiet muted                                |      | MUTED
message quiet push=off                             | q    | ALL_KIND
message quiet push=off mail=off                    |      | ALL_KIND
message quiet here                                 | q    | ALL_KIND
mention                                            | lpm  | MENTIONED
mention here                                       | lPm  | MENTIONED
mention reading                                    | r    | MENTIONED
mention level=mentions                             | lpm  | MENTIONED
mention level=mentions chosen                      | lpm  | MENTIONED
mention level=nothing                              |      | NONE_KIND
mention level=nothing chosen                       |      | NONE_HERE
mention muted                                      |      | MUTED
mention muted quiet excepted                       |      | MUTED
mention blocked                                    |      | BLOCKED
mention waiting                                    |      | WAITING
mention refused                                    |      | REFUSED
mention own                                        |      | OWN
mention quiet                                      | lq   | MENTIONED
mention quiet excepted                             | lpm  | MENTIONED
mention quiet excepted here                        | lPm  | MENTIONED
mention quiet reading                              | r    | MENTIONED
mention quiet push=off mail=off                    | l    | MENTIONED
mention mail=off                                   | lp   | MENTIONED
mention push=off                                   | lm   | MENTIONED
mention push=off mail=off                          | l    | MENTIONED
reply                                              | lpm  | REPLIED
reply level=mentions                               | lpm  | REPLIED
reply level=nothing chosen                         |      | NONE_HERE
reply muted                                        |      | MUTED
reply blocked                                      |      | BLOCKED
reply reading                                      | r    | REPLIED
reply quiet                                        | lq   | REPLIED
everyone                                           | lpm  | EVERYONE
everyone level=mentions                            | lpm  | EVERYONE
everyone level=nothing                             |      | NONE_KIND
everyone muted                                     |      | MUTED
everyone blocked                                   |      | BLOCKED
keyword                                            | lpm  | KEYWORD
keyword level=mentions here                        | lPm  | KEYWORD
keyword level=nothing                              |      | NONE_KIND
keyword muted                                      |      | MUTED
keyword waiting                                    |      | WAITING
reaction                                           | l    | REACTED
reaction here                                      | l    | REACTED
reaction quiet                                     | l    | REACTED
reaction muted                                     |      | MUTED
reaction blocked                                   |      | BLOCKED
reaction own                                       |      | OWN
reaction level=nothing                             |      | NONE_KIND
request waiting                                    | l    | ASKED
request waiting quiet                              | l    | ASKED
request waiting blocked                            |      | BLOCKED
request refused                                    |      | REFUSED
invite                                             | lpm  | ADDED
invite quiet                                       | lq   | ADDED
invite blocked                                     |      | BLOCKED
invite waiting                                     |      | WAITING
missed_call                                        | lpm  | CALLED
missed_call level=mentions                         | lpm  | CALLED
missed_call muted                                  |      | MUTED
missed_call quiet excepted                         | lpm  | CALLED
missed_call waiting                                |      | WAITING
contact                                            | lm   | CONTACT
contact muted level=nothing                        | lm   | CONTACT
contact mail=off                                   | l    | CONTACT
invited                                            | lm   | INVITED
invited here                                       | lm   | INVITED
invited blocked                                    |      | BLOCKED
invited quiet                                      | lq   | INVITED
asks_in                                            | lm   | ASKS_IN
asks_in level=mentions                             | lm   | ASKS_IN
asks_in blocked                                    |      | BLOCKED
asks_in muted                                      |      | MUTED
contact blocked                                    |      | BLOCKED
contact quiet                                      | lq   | CONTACT
scheduled_failed                                   | lpm  | FAILED
scheduled_failed here                              | lPm  | FAILED
scheduled_failed muted                             | lpm  | FAILED
report                                             | lpm  | REPORTED
report reading                                     | lpm  | REPORTED
report push=off mail=off                           | l    | REPORTED
summary                                            | lpm  | SUMMED
summary push=off                                   | lm   | SUMMED
"""
WORDED = {
    **{name: {"presence": Presence(name)} for name in ("reading", "here")},
    **{name: {"standing": Standing(name)} for name in ("waiting", "refused")},
    **{name: {name: True} for name in ("chosen", "muted", "blocked", "own", "personal", "quiet", "excepted")},
    **{f"level={level}": {"level": level} for level in ("mentions", "nothing")},
    **{f"mail={mail}": {"mail": mail} for mail in ("off", "all")},
    "push=off": {"push": False},
}
ROWS = [tuple(part.strip() for part in line.split("|")) for line in TABLE.strip().splitlines()]


def situation(words):
    event, *more = words.split()
    named = {name: value for word in more for name, value in WORDED[word].items()}
    return Situation(event=Event(event), **named)


def letters(verdict):
    found = "r" if verdict.read else "l" if verdict.listed else ""
    found += {None: "", AWAY_DELAY: "p", HERE_DELAY: "P"}[verdict.push]
    found += {None: "", MAIL_DELAY: "m"}[verdict.mail]
    return found + ("q" if verdict.quieted else "")


@pytest.mark.parametrize(("words", "follows", "reason"), ROWS, ids=[row[0] for row in ROWS])
def test_what_follows_and_why(words, follows, reason):
    verdict = decide(situation(words))
    assert (letters(verdict), WORDS[verdict.reason]) == (follows, globals()[reason])


def test_the_table_is_large_and_knows_every_event_and_every_reason():
    assert len(ROWS) == len({row[0] for row in ROWS}) >= 60
    assert {situation(row[0]).event for row in ROWS} == set(Event)
    assert {decide(situation(row[0])).reason for row in ROWS} == set(Reason) == set(WORDS)
