"""How is the command line run as a module?"""

import sys

from leverframe.cli import main

sys.exit(main())
