#!/usr/bin/env python
"""The command line: `manage.py help` lists what OneCore can do."""

import os
import sys


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "onecore.settings")
    from onecore.lib.command import run_command_line

    run_command_line(sys.argv)


if __name__ == "__main__":
    main()
