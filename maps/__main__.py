"""``python -m maps`` is the command ``hotspots``, for consoles that do not find that word."""

import sys

from maps.cli import main

if __name__ == "__main__":
    sys.exit(main())
