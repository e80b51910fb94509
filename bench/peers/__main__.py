"""Serves a peer the way that ours is served: `python -m bench.peers NAME PORT`."""

import sys
from importlib import import_module

import uvicorn

if __name__ == "__main__":
    name, port = sys.argv[1:]
    uvicorn.run(
        import_module(f"bench.peers.{name}").app,
        host="127.0.0.1",
        port=int(port),
        loop="uvloop",
        http="httptools",
        # One that is not served by our own class, as uvicorn chooses it by itself.
        ws="auto",
        log_level="warning",
        access_log=False,
        timeout_graceful_shutdown=1,
        server_header=False,
    )
