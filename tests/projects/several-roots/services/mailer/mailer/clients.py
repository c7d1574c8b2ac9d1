class Stock:
    def post(self, url, json):
        return {"url": url, "json": json}


stock = Stock()
