"""How is the command line run as a module?"""

from leverframe.cli import main

main()
