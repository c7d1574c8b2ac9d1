from collections.abc import Iterator
from typing import Annotated

import requests
from fastapi import Depends


def session() -> Iterator[requests.Session]:
    with requests.Session() as made:
        yield made


def plain():
    return requests.Session()


SessionDep = Annotated[requests.Session, Depends(session)]
