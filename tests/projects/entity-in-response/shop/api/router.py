"""The router all endpoints share."""

from fastapi import APIRouter

router = APIRouter(prefix="/api")
