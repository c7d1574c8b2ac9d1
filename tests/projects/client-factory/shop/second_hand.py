"""A factory of a factory."""

from shop import http


def session_for(token):
    session = http.make_session()
    session.headers["Authorization"] = token
    return session
