from ring.first import *
