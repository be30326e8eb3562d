"""What do we read from others? One file or folder for each kind of source."""
