import os

from celery import shared_task


@shared_task
def reconcile(day):
    return os.environ["LEDGER_URL"], day  # expect: lazy-config-read
