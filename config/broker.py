"""How Celery reaches its queue: Redis, with short patience, or files under ``var/``."""

import os
import uuid
from pathlib import Path
from time import time_ns

from kombu.exceptions import ChannelError
from kombu.transport import TRANSPORT_ALIASES, filesystem
from kombu.utils.encoding import str_to_bytes
from kombu.utils.json import dumps

FILE_BROKER_URL = "studiofiles://localhost"


class Channel(filesystem.Channel):
    """Writes beside the message and renames.

    kombu opens the message under its final name and fills it afterwards; a worker that looks in between
    takes an empty file for a message and dies of it.
    """

    def _put(self, queue, payload, **kwargs):
        folder = Path(self.data_folder_out)
        message = folder / f"{time_ns():020d}_{uuid.uuid4()}.{queue}.msg"
        unfinished = message.with_name(message.name + ".part")
        try:
            unfinished.write_bytes(str_to_bytes(dumps(payload)))
            os.replace(unfinished, message)
        except OSError as error:
            raise ChannelError(f"Cannot add {message} to the queue") from error


class Transport(filesystem.Transport):
    Channel = Channel


def file_broker(folder: Path) -> dict:
    """Transport options for a queue in ``folder``; makes the folders, since kombu does not.

    ``control_folder`` matters: without it kombu writes a folder ``control`` wherever the process happens to
    stand, and a worker and a web process that stand in different places do not see each other's queues.
    """
    TRANSPORT_ALIASES[FILE_BROKER_URL.partition(":")[0]] = "config.broker:Transport"
    places = {name: folder / name for name in ("messages", "taken", "control")}
    for place in places.values():
        place.mkdir(parents=True, exist_ok=True)
    return {
        "data_folder_in": str(places["messages"]),
        "data_folder_out": str(places["messages"]),
        "control_folder": str(places["control"]),
        # kombu moves what it takes into the system's temporary folder unless told otherwise.
        "processed_folder": str(places["taken"]),
        "store_processed": True,
        "polling_interval": 0.2,
    }


def redis_broker(visibility_timeout: int) -> dict:
    """Transport options under which publishing to a dead or silent Redis gives up in about two seconds.

    :param visibility_timeout: seconds after which a task whose worker died is given out again; must be longer
        than any task may last.
    """
    return {
        "socket_connect_timeout": 1,
        "socket_timeout": 1,
        "retry_on_timeout": False,
        "max_retries": 1,
        "interval_start": 0,
        "interval_step": 0.1,
        "interval_max": 0.1,
        "visibility_timeout": visibility_timeout,
    }
