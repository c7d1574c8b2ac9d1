from transport import make_session

stock = make_session()
