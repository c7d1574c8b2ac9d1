from transport.sessions import BoundedSession, TokenSession
