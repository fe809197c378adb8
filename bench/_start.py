"""What `bench/run` hands over to: the command line of the package, whichever folder one stands in."""

import sys
from pathlib import Path

# Run as a file, Python looks for packages beside it; ours lie one folder up.
sys.path[0] = str(Path(__file__).resolve().parent.parent)

from bench.__main__ import main  # noqa: E402

if __name__ == "__main__":
    main()
