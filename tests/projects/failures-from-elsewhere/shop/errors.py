class ShopError(Exception):
    pass


class Declined(ShopError):
    pass


class Down(ShopError):
    pass
