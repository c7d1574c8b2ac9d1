from .. import http
from ..transport import make as make_session
from ..transport.sessions import session as same


def measure():
    same.get("https://north.example.com")  # expect: missing-timeout
    http.get("https://north.example.com")  # expect: missing-timeout
    return make_session().get("https://north.example.com")  # expect: missing-timeout
