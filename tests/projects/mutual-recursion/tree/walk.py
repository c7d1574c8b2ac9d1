from tree import visit


def walk(node, depth=0):
    for child in node.children:
        visit.visit(child, depth + 1)


def even(number):
    return number == 0 or visit.odd(number - 1)
