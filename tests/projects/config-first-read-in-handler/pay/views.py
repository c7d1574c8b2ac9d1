from fastapi import APIRouter

from pay.gateway import Refunds, charge

router = APIRouter()


@router.post("/charge")
def post_charge(amount: int):
    return charge(amount)


@router.post("/refund")
async def post_refund(order: int):
    return Refunds().refund(order)
