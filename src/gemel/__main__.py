"""`python -m gemel`: the command, where no script is installed."""

from gemel.cli import main

if __name__ == "__main__":
    main()
