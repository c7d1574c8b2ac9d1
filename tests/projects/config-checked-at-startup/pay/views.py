from fastapi import APIRouter

from pay import gateway

router = APIRouter()


@router.post("/charge")
def post_charge(amount: int):
    return gateway.charge(amount), gateway.ledger(1)


@router.post("/refund")
def post_refund(order: int):
    return gateway.Refunds().refund(order)
