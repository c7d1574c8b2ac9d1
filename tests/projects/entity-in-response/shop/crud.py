"""What is asked of the database."""

from shop.models import Order, User
from sqlalchemy import select
from sqlalchemy.orm import Session


def find_user(db: Session, number: int):
    return db.get(User, number)


def all_orders(db: Session):
    return db.scalars(select(Order).where(Order.id > 0)).all()


def names(db: Session):
    return [user.name for user in db.scalars(select(User))]
