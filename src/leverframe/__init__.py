"""The release and change control plane for enterprise AI features."""

__version__ = "0.1.0"
