"""A place on this machine where a server of ours listens."""

from __future__ import annotations

import socket

from matebit.errors import MatebitError


def listening(host: str, port: int) -> socket.socket:
    """A socket bound to `host` and `port` (0: a free one). Raises `MatebitError` where nothing can listen."""
    try:
        if not 0 <= port <= 65535:  # the system takes the rest of a division
            raise OSError(0, "there is no such port")
        family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        bound = socket.socket(family, kind, protocol)
        bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        bound.bind(address)
    except OSError as error:
        raise MatebitError(
            f"cannot listen on {host}:{port} ({error.strerror}); choose another --port or --host"
        ) from error
    return bound
