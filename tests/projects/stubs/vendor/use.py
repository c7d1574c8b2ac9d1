from vendor import _native
from vendor.pool import pool, session


def load(url):
    _native.shared.get(url)  # expect: missing-timeout
    pool.session.get(url)  # expect: missing-timeout
    pool.take().get(url, timeout=1)
    pool.take().get(url)  # expect: missing-timeout
    return session().get(url)  # expect: missing-timeout
