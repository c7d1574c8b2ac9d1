from .making import *
from .sessions import HasSession as WithSession

__all__ = ["Connected", "WithSession"]
