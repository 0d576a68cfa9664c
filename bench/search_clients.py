"""Eight clients that search at the same time, in a process of their own: for `bench.search`.

    python -m bench.search_clients PORT SECONDS < PATHS

Each goes through PATHS (a JSON list) in an order of its own for so long. Printed as JSON: how many
requests were answered in all, and in how many seconds.
"""

from __future__ import annotations

import http.client
import json
import random
import sys
import threading
import time
from collections.abc import Sequence

CLIENTS = 8
HOST = "127.0.0.1"
# Readers come and go; kept for ever, all eight connections might have met the same process.
_REQUESTS_PER_CONNECTION = 25


class _Caller:
    """One of the clients; `problem` says what went wrong, "" where nothing did."""

    def __init__(self, port: int, paths: Sequence[str], number: int, until: float) -> None:
        self._connection = http.client.HTTPConnection(HOST, port, timeout=60)
        self._paths = random.Random(number).sample(paths, len(paths))
        self._until = until
        self.answered = 0
        self.problem = ""

    def run(self) -> None:
        try:
            while time.monotonic() < self._until and not self.problem:
                self._ask(self._paths[self.answered % len(self._paths)])
        except (OSError, http.client.HTTPException) as error:
            self.problem = repr(error)
        self._connection.close()

    def _ask(self, path: str) -> None:
        if self.answered % _REQUESTS_PER_CONNECTION == 0:
            self._connection.close()
        self._connection.request("GET", path)
        response = self._connection.getresponse()
        response.read()
        if response.status != 200:
            self.problem = f"{path} answers {response.status}"
        self.answered += 1


def main() -> int:
    port, seconds = int(sys.argv[1]), float(sys.argv[2])
    paths = json.load(sys.stdin)
    started = time.monotonic()
    callers = [_Caller(port, paths, number, started + seconds) for number in range(CLIENTS)]
    threads = [threading.Thread(target=caller.run) for caller in callers]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    lasted = time.monotonic() - started
    problems = [caller.problem for caller in callers if caller.problem]
    if problems:
        print(problems[0], file=sys.stderr)
        return 1
    print(json.dumps([sum(caller.answered for caller in callers), lasted]))
    return 0


if __name__ == "__main__":
    sys.exit(main())
