"""`python -m surefoot`."""

import os
import sys

if sys.path and sys.path[0] in ("", os.getcwd()):
    del sys.path[0]  # a `token.py` of the checked project is no module of surefoot's

from surefoot.cli import main

if __name__ == "__main__":
    sys.exit(main())
