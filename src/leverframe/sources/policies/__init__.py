"""What does a folder of reviewed files make the policy?

`read_bundle` is the whole of it: one file of this package for each kind of file, and one for what shows between them.
"""

from leverframe.sources.policies.bundle import is_read, read_bundle, read_folder

__all__ = ["is_read", "read_bundle", "read_folder"]
