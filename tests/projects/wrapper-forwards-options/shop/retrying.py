from shop.http import fetch


def fetch_twice(url, **options):
    try:
        return fetch(url, **options)
    except OSError:
        return fetch(url, **options)
