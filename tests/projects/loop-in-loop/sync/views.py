from sync.service import price


async def show(sku):
    return price(sku)
