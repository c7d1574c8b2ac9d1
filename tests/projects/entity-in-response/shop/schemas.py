"""What clients see."""

from pydantic import BaseModel


class UserOut(BaseModel):
    id: int
    name: str


class UserIn(BaseModel):
    name: str
