"""An embedded installation in a process of its own, as a user starts it: `desireline up` on a folder."""

import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any, Self

import httpx

READY_WITHIN = 60.0
STOPPED_WITHIN = 10.0
DESIRELINE = Path(sys.executable).with_name("desireline")


def desireline(*arguments: object, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run a command to its end."""
    return subprocess.run(
        [DESIRELINE, *map(str, arguments)],
        capture_output=True,
        text=True,
        timeout=120,
        env=os.environ | environment,
        check=False,
    )


class Installation:
    """Runs `desireline up` until told to stop."""

    def __init__(self, data: Path, journey: str = "shop", port: int = 0) -> None:
        self.data = data
        self.url = ""
        self.keys: dict[str, str] = {}
        self._log = (data.parent / f"{data.name}.log").open("a+")
        self._process = subprocess.Popen(
            [DESIRELINE, "up", "--data", data, "--journey", journey, "--port", str(port)],
            stdout=subprocess.PIPE,
            stderr=self._log,
            text=True,
        )

    @property
    def pid(self) -> int:
        return self._process.pid

    def wait_until_served(self) -> Self:
        """Read its words up to the address; the keys of a first start come before it."""
        assert self._process.stdout is not None
        deadline = time.monotonic() + READY_WITHIN
        for line in self._process.stdout:
            if key := re.match(r"  (write|read|admin) +(\S+)", line):
                self.keys[key[1]] = key[2]
            if served := re.search(r"Served at (\S+)", line):
                self.url = served[1]
                return self
            assert time.monotonic() < deadline, "not served in time"
        raise AssertionError(f"it ended with {self._process.wait()}: {self.log}")

    def wait_until_loaded(self, library: str) -> None:
        """Wait until its start has come to the import of a library."""
        deadline = time.monotonic() + READY_WITHIN
        while library not in Path(f"/proc/{self.pid}/maps").read_text():
            assert self._process.poll() is None, self.log
            assert time.monotonic() < deadline, f"{library} was not loaded"
            time.sleep(0.01)

    @property
    def log(self) -> str:
        self._log.seek(0)
        return self._log.read()

    def ask(self, path: str, **parameters: str) -> dict[str, Any]:
        headers = {"Authorization": f"Bearer {self.keys['read']}"}
        response = httpx.get(self.url + path, params=parameters, headers=headers, timeout=30)
        assert response.status_code == 200, response.text
        return dict(response.json())

    def send(self, *calls: dict[str, Any]) -> httpx.Response:
        headers = {"Authorization": f"Bearer {self.keys['write']}"}
        return httpx.post(f"{self.url}/v1/batch", json={"batch": calls}, headers=headers, timeout=30)

    def stop(self, number: int = signal.SIGTERM) -> int:
        """Tell it to stop; its exit code. Fails where that takes longer than it may."""
        self._process.send_signal(number)
        return self._process.wait(STOPPED_WITHIN)

    def close(self) -> None:
        if self._process.poll() is None:
            self._process.kill()
        self._process.wait()
        assert self._process.stdout is not None
        self._process.stdout.close()
        self._log.close()

    def __enter__(self) -> Self:
        return self.wait_until_served()

    def __exit__(self, *_: object) -> None:
        self.close()
