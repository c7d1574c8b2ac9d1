from hub import clients
from hub.clients import CLIENTS, Dependencies, fetch, get, load


def show(url, region):
    get(url, timeout=2)
    get(url)  # expect: missing-timeout
    fetch(url)  # expect: missing-timeout
    load(url, timeout=2)
    CLIENTS["north"].get(url)  # expect: missing-timeout
    return clients.current.get(url)  # expect: missing-timeout


def use(dependencies: Dependencies, url):
    dependencies.other.get(url, timeout=1)
    return dependencies.session.get(url)  # expect: missing-timeout
