"""What does a folder of reviewed files make the policy?

`read_bundle` is the whole of it; `check_form` in `sources/changes.py` reads the change files beside the bundle.
"""

from leverframe.sources.policies.bundle import is_read, read_bundle, read_folder

__all__ = ["is_read", "read_bundle", "read_folder"]
