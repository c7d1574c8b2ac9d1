from transport import BoundedSession, TokenSession


class TracedBoundedSession(BoundedSession):
    traced = True


class TracedTokenSession(TokenSession):
    traced = True

    def ping(self):
        return self.head("https://example.com")  # expect: missing-timeout
