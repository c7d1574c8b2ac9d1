from typing import Optional, Self, TypeVar

from .sessions import HasSession

__all__ = ["Connected"]

C = TypeVar("C", bound="Connected")


class Connected(HasSession):
    _shared: Optional["Connected"] = None

    def __init__(self, name):
        super().__init__()
        self.name = name

    @classmethod
    def named(cls, name):
        return cls(name)

    @classmethod
    def default(cls) -> Self:
        made = cls("default")
        made.name = made.name.upper()
        return made

    @classmethod
    def typed(cls: type[C], name: str) -> C:
        return cls(name)

    @classmethod
    def shared(cls):
        if cls._shared is None:
            cls._shared = cls("shared")
        return cls._shared

    @classmethod
    async def connect(cls) -> Self:
        return cls("later")

    @staticmethod
    def plain():
        return Connected("plain")

    def renamed(self, name) -> "Connected":
        self.name = name
        return self

    def __enter__(self):
        return self

    def __exit__(self, *exc):
        self.session.close()
