"""`python -m contact_sync`: the same command line as `contact-sync`."""

from contact_sync.cli.app import main

if __name__ == "__main__":
    main()
