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
        ws="none",
        log_level="warning",
        access_log=False,
        server_header=False,
    )
