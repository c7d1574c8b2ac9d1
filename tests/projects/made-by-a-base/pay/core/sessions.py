import requests


class HasSession:
    session_class = requests.Session

    def __init__(self):
        self.session = self.session_class()
