from celery import shared_task

from sync import env


@shared_task
def export(day):
    return upload(day, env.required("BUCKET"))  # expect: lazy-config-read


@shared_task
def clean(day):
    return upload(day, env.required("DATABASE_URL"))


def upload(day, bucket):
    return day, bucket
