"""Endpoints about users."""

from fastapi import Depends
from shop import crud
from shop.api.router import router
from shop.database import get_db
from shop.models import User
from shop.schemas import UserIn, UserOut
from sqlalchemy.orm import Session


@router.get("/users/{number}")
def read(number: int, db: Session = Depends(get_db)):
    return crud.find_user(db, number)  # expect: orm-model-in-response


@router.get("/filtered/{number}", response_model=UserOut)
def filtered(number: int, db: Session = Depends(get_db)):
    return crud.find_user(db, number)


@router.get("/declared", response_model=list[User])
def declared(db: Session = Depends(get_db)):  # expect: orm-model-in-response
    return db.query(User).all()


@router.get("/names")
def names(db: Session = Depends(get_db)):
    return crud.names(db)


@router.get("/dumped/{number}")
def dumped(number: int, db: Session = Depends(get_db)):
    return crud.find_user(db, number).to_dict()  # expect: model-dump-in-response


@router.post("/users")
def create(data: dict, db: Session = Depends(get_db)):
    user = User(**data)  # expect: mass-assignment
    db.add(user)
    return {"name": data["name"]}  # expect: unvalidated-body


@router.post("/checked")
def checked(data: UserIn, db: Session = Depends(get_db)):
    user = User(**data.model_dump())
    db.add(user)
    return {"name": user.name}
