"""What `desireline up` says, and then it waits."""

import asyncio
from collections.abc import Awaitable

from services.embedded.access import Access


async def welcome(coming: Awaitable[Access]) -> None:
    """Say where it is served, and the keys where they are new."""
    access = await coming
    if access.first_keys:
        print("The keys of this installation, shown only this once (desireline keys makes more):")
        for kind, secret in access.first_keys.items():
            print(f"  {kind.value:5}  {secret}")
    print(f"Served at {access.url} until Ctrl-C.", flush=True)
    await asyncio.Event().wait()
