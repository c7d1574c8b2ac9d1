from .transport import session as http
from .transport import *
