"""What is printed: papers that travel with goods, as PDF.

A paper is drawn from a value of `domain`. Nothing is looked up here, and nothing decided.
"""
