import time

import requests
import tenacity

from shop.gateway import search
from shop.orders import Orders

orders = Orders()
failing = tenacity.retry_if_exception_type(requests.RequestException)
connecting = tenacity.retry_if_exception_type(requests.ConnectTimeout)


@tenacity.retry(stop=tenacity.stop_after_attempt(3), retry=failing, reraise=True)
def check_out(parcel):
    return orders.place(parcel)  # expect: retry-nonidempotent-call


@tenacity.retry(stop=tenacity.stop_after_attempt(3), retry=connecting, reraise=True)
def check_out_carefully(parcel):
    return orders.place(parcel)


@tenacity.retry(stop=tenacity.stop_after_attempt(3), retry=failing, reraise=True)
def check_out_once(parcel, number):
    orders.tell(parcel)
    orders.change(parcel, number)
    return orders.place_once(parcel, number)


@tenacity.retry(stop=tenacity.stop_after_attempt(3), retry=failing, reraise=True)
def known(parcel):
    return search(parcel)


def by_hand(parcel):
    for attempt in range(5):
        try:
            return orders.place(parcel)  # expect: retry-nonidempotent-call
        except requests.ConnectionError:
            time.sleep(2**attempt)
    raise RuntimeError("the order was not placed")
