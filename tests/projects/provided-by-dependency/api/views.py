import requests
from fastapi import APIRouter, Depends

from api.providers import SessionDep, plain, session

router = APIRouter()


@router.get("/one")
def one(http=Depends(session)):
    return http.get("https://one.example.com").json()  # expect: missing-timeout


@router.get("/two")
def two(http: requests.Session = Depends(plain)):
    http.get("https://two.example.com", timeout=1)
    return http.get("https://two.example.com").json()  # expect: missing-timeout


@router.get("/three")
async def three(http: SessionDep):
    return http.get("https://three.example.com", timeout=1).json()  # expect: blocking-call-in-async
