"""Celery with failpoints: `python -m tests.faults.worker …` is `celery …` for tests, as sabotage.py is manage.py."""

from celery.bin.celery import main

from tests.faults import sabotage

if __name__ == "__main__":
    sabotage.arm()
    main()
