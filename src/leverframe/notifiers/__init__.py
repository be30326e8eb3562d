"""What do we tell others? One file per way of telling."""
