from ring.first import *

LIMIT = 3
