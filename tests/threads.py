"""Several at the same moment: real threads on real connections."""

import threading
from collections.abc import Callable

from django.db import connections


def at_once(*acts: Callable, patience: float = 60) -> list:
    """Run the acts in threads that start together; what each returned, or the exception it raised."""
    barrier, results = threading.Barrier(len(acts)), [None] * len(acts)

    def run(place, act):
        try:
            barrier.wait(patience)
            results[place] = act()
        except Exception as error:
            results[place] = error
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=pair) for pair in enumerate(acts)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(patience)
    assert not any(thread.is_alive() for thread in threads)
    return results


def kinds(results: list) -> list[str]:
    """Exceptions by their class, everything else as “done”."""
    return sorted(type(one).__name__ if isinstance(one, Exception) else "done" for one in results)
