"""The basis of every user interface: the registry, its parameters, and answers."""
