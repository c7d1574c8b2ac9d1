from vendor._native import Pool, acquire


def session():
    return acquire()


pool = Pool()
