"""`python -m connectors.sandbox`: run the pretend systems in the foreground."""

import sys

from connectors.sandbox.server import main

if __name__ == "__main__":
    sys.exit(main())
