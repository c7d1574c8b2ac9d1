from . import north


def measure():
    north.http.options("https://west.example.com")  # expect: missing-timeout
    return north.measure()
