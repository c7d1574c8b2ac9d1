from transport import BoundedSession, TokenSession
from transport.traced import TracedBoundedSession, TracedTokenSession

bounded = BoundedSession()


def show(url):
    with TokenSession("t") as session:
        session.get(url)  # expect: missing-timeout
    with TracedTokenSession("t") as session:
        session.post(url, timeout=1)
        session.post(url)  # expect: missing-timeout
    TracedBoundedSession().get(url)
    return bounded.get(url)
