"""The engine for other programs of this machine: JSON over HTTP on the loopback interface, behind a token."""
