"""Endpoints about orders."""

from fastapi import Depends
from shop import crud
from shop.api.router import router
from shop.database import get_db
from sqlalchemy.orm import Session


@router.get("/orders")
def orders(db: Session = Depends(get_db)):
    return {"orders": crud.all_orders(db), "page": 1}  # expect: orm-model-in-response


@router.get("/count")
def count(db: Session = Depends(get_db)):
    return {"count": len(crud.all_orders(db))}
