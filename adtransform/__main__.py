"""`python -m adtransform` is `adgen`."""

from adtransform.cli import main

if __name__ == "__main__":
    main()
