from tree.visit import odd
from tree.walk import even, walk


async def show(node):
    walk(node)  # expect: blocking-reachable-from-async


async def parity(number):
    return even(number) or odd(number)
