"""Puts away what a flood left to be told: that everybody is in so many conversations, which takes a server minutes.

`python -m bench.quieting` with a server's environment, before it starts.
"""

from tests.load import world  # noqa: F401  sets Django up

# isort: split

from django.utils import timezone

from chatify.jobs.models import Job
from messaging.models import Unsettled


def main() -> None:
    Unsettled.objects.all().delete()
    Job.objects.filter(done_at=None).update(done_at=timezone.now())


if __name__ == "__main__":
    main()
