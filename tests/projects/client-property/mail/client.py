from functools import cached_property

import requests


class Mail:
    def __init__(self):
        self._session = None

    @property
    def session(self):
        if self._session is None:
            self._session = requests.Session()
        return self._session

    @cached_property
    def archive(self) -> requests.Session:
        return self._open_archive()

    def reader(self):
        return self._session

    def _open_archive(self):
        session = requests.Session()
        session.auth = ("archive", "")
        return session
