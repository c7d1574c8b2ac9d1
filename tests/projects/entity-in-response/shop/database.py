"""The base of all models, as most projects have it."""

from sqlalchemy import create_engine
from sqlalchemy.orm import declarative_base, sessionmaker

Base = declarative_base()
SessionLocal = sessionmaker(bind=create_engine("postgresql://db/shop"))


def get_db():
    db = SessionLocal()
    try:
        yield db
    finally:
        db.close()
