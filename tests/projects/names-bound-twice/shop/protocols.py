from typing import Protocol


class Http(Protocol):
    def get(self, url: str): ...
