"""Who hears of what: from the log to a person's list of notices, and from there to push and mail.

`policy.decide` is the one place that says who hears of what, how and when. `following` turns what was appended to the
log into `Notice` rows, some hundreds of events at a time, by a Job that is put down in the transaction in which the
announced batch is settled: what a crash or an emptied broker leaves is done later, and a key per person and cause lets
each happen once. `telling` does the same for what no log tells. `delivery` hands what is due to the channels.

A channel is how somebody hears of a notice outside the pages. It registers itself once, when the app is ready (a line
in `messaging/followups.py`):

    channels.register("push", send, reaches=people_with_a_device)

`send(person, notice)` is called when a notice is due on it and still unread, not muted, left or deleted meanwhile, and
outside the person's quiet hours; within the transaction that marks it handed over (`notice.push_sent`), so it must not
go to the network. It puts down a Job of its own, keyed by the notice (`f"{notice.pk}:{notice.number}"` where a row of
a conversation's plain messages may begin anew; a digest keys by person and time), whose work asks
`queries.notices.still_wanted([notice.pk])` again just before it sends: then nothing goes out for what was read.

`reaches(people)` gives those of these people (ids) whom the channel can reach at all; no notice is due on it for the
others, and where nobody can be reached plain messages leave no row. `words.of(person, notice)` gives title, text,
address, and why they get it; what a person chose is `queries.wishes.of(person)` (`push_text`, `mail`, ...).
"""
