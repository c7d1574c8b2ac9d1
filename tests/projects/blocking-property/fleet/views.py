from fleet.truck import Truck


async def show(number):
    truck = Truck(number)
    return truck.load, truck.position  # expect: blocking-reachable-from-async


async def route(truck: Truck):
    return truck.plan["route"]  # expect: blocking-reachable-from-async


async def name(truck: Truck, other):
    return truck.number, other.position


def table(trucks: list[Truck]):
    return [truck.position for truck in trucks]
