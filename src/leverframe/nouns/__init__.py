"""What are the things that Leverframe speaks of?

Frozen values, one file per noun. Nothing here reads a clock, a file or a network; a gateway embeds it.
"""
