import uuid


def new_key(prefix="order"):
    return f"{prefix}-{uuid.uuid4()}"


def order_key(number):
    return f"order-{number}"
