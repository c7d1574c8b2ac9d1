from fastapi import Depends
from fastapi.concurrency import run_in_threadpool
from sqlalchemy.orm import Session

from app import crud
from app.database import Database, get_db
from app.models import Item
from app.routing import router


@router.get("/items")
async def items(db: Session = Depends(get_db)):
    found = db.query(Item).all()  # expect: sync-session-in-async-endpoint
    db.commit()
    return found


@router.get("/names")
async def names(db=Depends(get_db)):
    return db.query(Item).all()  # expect: sync-session-in-async-endpoint


@router.get("/items/{number}")
async def item(number: int, db: Database):
    return crud.find(db, number)  # expect: sync-session-in-async-endpoint


@router.post("/items")
async def create(db: Database):
    crud.add(db, Item())


@router.get("/threads/{number}")
async def in_thread(number: int, db: Database):
    return await run_in_threadpool(crud.find, db, number)


@router.get("/plain/{number}")
def plain(number: int, db: Database):
    return crud.find(db, number)


async def later(db: Session):
    return crud.find(db, 1)  # expect: blocking-reachable-from-async
