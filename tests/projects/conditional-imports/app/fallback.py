try:
    from app.fast import session
except ImportError:
    from app.slow import session
