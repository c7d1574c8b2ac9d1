from shop.second_hand import session_for


def give_back(order, token):
    with session_for(token) as session:
        return session.put(f"https://stock.example.com/{order}")  # expect: missing-timeout
