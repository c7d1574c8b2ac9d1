from contextlib import suppress

from shop.gateway import charge, notify, post, try_charge


def place(order):
    try:
        charge(order)
    except Exception:  # expect: swallowed-exception
        pass


def tell(order):
    with suppress(Exception):  # expect: swallowed-exception
        notify(order)


def ask(order):
    try:
        try:
            post("orders", order)
        finally:
            order.touch()
    except Exception:  # expect: swallowed-exception
        pass


def place_if_possible(order, ledger):
    try:
        ledger.add(try_charge(order))
    except Exception:  # expect: swallowed-exception
        pass
