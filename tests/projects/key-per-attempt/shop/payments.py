import stripe

from shop.keys import new_key, order_key


def charge(cents):
    return stripe.Charge.create(
        amount=cents,
        currency="eur",
        idempotency_key=new_key(),  # expect: idempotency-key-regenerated
    )


def charge_order(number, cents):
    return stripe.Charge.create(
        amount=cents,
        currency="eur",
        idempotency_key=order_key(number),
    )


def charge_with(key, cents):
    return stripe.Charge.create(amount=cents, currency="eur", idempotency_key=key)


def refund(charged):
    return stripe.Refund.create(charge=charged, idempotency_key=new_key())
