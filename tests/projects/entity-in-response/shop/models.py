"""What the database stores."""

from shop.database import Base
from sqlalchemy import Column, Integer, String


class TimestampMixin:
    created = Column(Integer)

    def to_dict(self):
        return {column.name: getattr(self, column.name) for column in self.__table__.columns}


class User(TimestampMixin, Base):
    __tablename__ = "users"
    id = Column(Integer, primary_key=True)
    name = Column(String)
    password_hash = Column(String)

    def check_password(self, password):
        return self.password_hash == password


class Order(TimestampMixin, Base):
    __tablename__ = "orders"
    id = Column(Integer, primary_key=True)
    max_tokens = Column(Integer)
