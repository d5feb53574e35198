"""Partners' wires behind the ports of `domain`."""
