from sqlalchemy.orm import Session

from app.models import Item


def find(db: Session, number):
    return db.get(Item, number)


def add(db: Session, item):
    db.add(item)


async def count(db: Session):
    return db.query(Item).count()  # expect: blocking-call-in-async
