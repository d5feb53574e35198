"""Real servers on this machine, for the demo, `aftersales up` and the tests. Not part of production."""
