import requests

from shop import gateway


class Orders:
    def place(self, parcel):
        return gateway.send("/orders", parcel)

    def place_once(self, parcel, number):
        return gateway.send_once("/orders", parcel, f"order-{number}")

    def change(self, parcel, number):
        return gateway.store(f"/orders/{number}", parcel)

    def tell(self, parcel):
        try:
            gateway.send("/news", parcel)
        except requests.RequestException:
            print("nobody was told")
