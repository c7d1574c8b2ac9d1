from .sessions import make, session
from ._calls import load

__all__ = ["load", "make", "session"]
