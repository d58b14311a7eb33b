"""Where the project stands, whichever folder a test is in."""

from pathlib import Path

REPO = Path(__file__).resolve().parents[2]
