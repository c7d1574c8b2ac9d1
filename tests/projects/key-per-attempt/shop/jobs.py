from celery import shared_task

from shop import payments
from shop.keys import new_key


@shared_task(autoretry_for=(Exception,), retry_backoff=True)
def pay(cents):
    payments.charge(cents)


@shared_task(autoretry_for=(Exception,), retry_backoff=True)
def pay_order(number, cents):
    payments.charge_order(number, cents)


@shared_task(autoretry_for=(Exception,), retry_backoff=True)
def pay_with(key, cents):
    payments.charge_with(key, cents)


def start(cents):
    pay_with.delay(new_key(), cents)


def give_back(charged):
    payments.refund(charged)
