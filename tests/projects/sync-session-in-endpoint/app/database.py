from typing import Annotated

from fastapi import Depends
from sqlalchemy import create_engine
from sqlalchemy.orm import Session, sessionmaker

engine = create_engine("postgresql://db")
SessionLocal = sessionmaker(engine)


def get_db():
    with SessionLocal() as db:
        yield db


Database = Annotated[Session, Depends(get_db)]
