from .make import make
