import httpx
import redis
import redis.asyncio
from sqlalchemy import create_engine
from sqlalchemy.orm import sessionmaker

cache = redis.Redis(socket_timeout=1)
async_cache = redis.asyncio.Redis(socket_timeout=1)
http = httpx.Client(timeout=2)
async_http = httpx.AsyncClient(timeout=2)
engine = create_engine("postgresql:///stock")
SessionLocal = sessionmaker(bind=engine)
