import subprocess

from tree.walk import even, walk


def visit(node, depth):
    subprocess.run(["touch", node.name], timeout=5)
    walk(node, depth)


def odd(number):
    return number != 0 and even(number - 1)
