"""A company of garden centres with a town that texts in."""

from localmessages.demo.run import run_demo

__all__ = ["run_demo"]
