"""The sandbox's only door to the outside: HTTP in and out, XML in and out."""
