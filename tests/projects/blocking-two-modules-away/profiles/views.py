from fastapi import APIRouter

from profiles.service import display_name, load_profile

router = APIRouter()


@router.get("/profiles/{number}")
async def profile(number: int):
    return load_profile(number)  # expect: blocking-reachable-from-async


@router.get("/profiles/{number}/plain")
def plain_profile(number: int):
    return load_profile(number)


@router.get("/profiles/{number}/name")
async def name(number: int):
    return display_name({"first": "Ada", "last": str(number)})
