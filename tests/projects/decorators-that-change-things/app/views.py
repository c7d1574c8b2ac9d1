from app.work import four, one, three, two


async def show():
    await one()
    two()  # expect: blocking-reachable-from-async
    await three()
    return four()
