"""Where is it all written down?

Tables and queries, one file per noun; every function takes the open transaction, `Db`, first.
"""

from leverframe.store.database import Db, Store

__all__ = ["Db", "Store"]
