"""May it ship? One file per gate, each told the change, the facts and the time, each answering with a reason."""
