"""``make demo``: the whole portal on this machine, with made-up people, until Ctrl-C."""

import os
import socket
import sys
import urllib.request

from tools.embedded import ROOT, embedded
from tools.processes import Processes

ACCOUNTS = {
    "lead": "领衔人",
    "member": "工作室成员",
    "department": "部门工会",
    "both": "部门工会，同时是领衔人",
    "party": "单位党组织负责人",
    "administration": "单位行政负责人",
    "expert1 … expert5": "评审专家",
    "staff": "校工会干事",
    "staff2": "校工会干事，另一位",
    "leader": "校工会领导",
    "finance": "财务",
    "auditor": "审计员",
    "sysadmin": "系统管理员",
}


def prepare() -> None:
    """Bring the database up to date, and fill it when nobody is in it."""
    import django
    from django.contrib.auth import get_user_model
    from django.core.management import call_command
    from django.db import connection, connections, transaction
    from django.db.migrations.executor import MigrationExecutor

    django.setup()
    executor = MigrationExecutor(connection)
    if executor.migration_plan(executor.loader.graph.leaf_nodes()):
        call_command("migrate", interactive=False, verbosity=0)
    call_command("createcachetable", verbosity=0)  # each time: the last run may have ended before it
    if not get_user_model().objects.exists():
        print("-- filling the empty database with the demo university", flush=True)
        with transaction.atomic():  # an interrupted run leaves nothing half filled
            call_command("seed_demo")
    connections.close_all()


def port_is_taken(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return True
    return False


def is_up(port: int) -> bool:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/healthz", timeout=5) as answer:
            return answer.status == 200
    except OSError:
        return False


def commands(port: int) -> dict[str, list[str]]:
    """What runs. The pages come first; worker and beat start once they are up: nobody waits for them."""
    # Celery warns of running as root, which a demo in a container does.
    celery = [
        sys.executable,
        "-W",
        "ignore::UserWarning:celery.platforms",
        "-m",
        "celery",
        "-A",
        "config",
        "-q",
    ]
    alone = ["--without-gossip", "--without-mingle", "--without-heartbeat"]
    schedule = ROOT / "var" / "beat-schedule"
    return {
        "web": [
            *(sys.executable, "-m", "gunicorn", "config.wsgi", "--bind", f"127.0.0.1:{port}"),
            *("--workers", "2", "--threads", "4", "--preload", "--log-level", "warning"),
        ],
        "worker": [*celery, "worker", "--loglevel", "WARNING", "--concurrency", "2", *alone],
        "beat": [*celery, "beat", "--loglevel", "WARNING", "--pidfile", "", "--schedule", str(schedule)],
    }


def announce(port: int) -> None:
    width = max(map(len, ACCOUNTS))
    print(f"\n  http://127.0.0.1:{port}/\n")
    for name, role in ACCOUNTS.items():
        password = "demo-expert1 …" if "…" in name else f"demo-{name}"
        print(f"  {name:{width}}  {password:20}  {role}")
    print("\n  Ctrl-C stops everything.\n", flush=True)


def main() -> int:
    port = int(os.environ.get("PORT") or 8000)
    if port_is_taken(port):
        print(f"Port {port} is in use. Take another: make demo PORT={port + 1}", file=sys.stderr)
        return 1
    surroundings = {"LOG_LEVEL": "WARNING"} | embedded() | {"PORT": str(port)}
    os.environ.clear()
    os.environ.update(surroundings)
    os.chdir(ROOT)
    (ROOT / "var" / "static").mkdir(parents=True, exist_ok=True)  # whitenoise wants it, empty as it is
    prepare()
    processes = Processes()
    processes.listen()
    try:
        web, *others = commands(port).items()
        processes.start(*web, surroundings)
        if processes.wait(until=lambda: is_up(port)):
            for other in others:
                processes.start(*other, surroundings)
            announce(port)
            processes.wait()
        if processes.told_to_stop:
            print("-- stopping", flush=True)
        return processes.exit_code()
    finally:
        processes.stop()


if __name__ == "__main__":
    try:
        sys.exit(main())
    except KeyboardInterrupt:  # while the database was made; the next run goes on
        sys.exit(130)
