from dataclasses import dataclass, field

import requests

_session = requests.Session()
get = _session.get
fetch = load = requests.get

CLIENTS = {"north": requests.Session(), "south": requests.Session()}
current = None


@dataclass
class Dependencies:
    session: requests.Session
    other: requests.Session = field(default_factory=requests.Session)


def start():
    global current
    current = requests.Session()
