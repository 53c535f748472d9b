"""Image, compose file and TLS front agree with the settings and with each other."""

import importlib.util
import re
import shlex

import pytest
import yaml

from tools.bootstrap import FOR_DOCUMENTS
from tools.check import PRODUCTION
from tools.embedded import ROOT

pytestmark = pytest.mark.once

OURS = {"migrate", "web", "worker", "beat"}
LONG_RUNNING = {"web", "worker", "beat", "db", "redis", "front"}
SECRETS = {"SECRET_KEY", "POSTGRES_PASSWORD", "REDIS_PASSWORD", "EMAIL_URL"}
VARIABLE = re.compile(r"\$\{(\w+)(?::([?-])([^}]*))?\}")


@pytest.fixture(scope="module")
def compose():
    return yaml.safe_load((ROOT / "docker-compose.yml").read_text())


@pytest.fixture(scope="module")
def services(compose):
    return compose["services"]


@pytest.fixture(scope="module")
def dockerfile():
    """The instructions of the Dockerfile, one a line, without comments."""
    text = re.sub(r"^#.*\n", "", (ROOT / "Dockerfile").read_text(), flags=re.MULTILINE)
    return re.sub(r"\\\n\s*", " ", text).splitlines()


def final_stage(dockerfile):
    last = max(number for number, line in enumerate(dockerfile) if line.startswith("FROM "))
    return dockerfile[last:]


def texts(value):
    """Every string in a nest of lists and dicts."""
    if isinstance(value, dict):
        for inner in value.values():
            yield from texts(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from texts(inner)
    elif isinstance(value, str):
        yield value


def test_the_services_are_the_agreed_ones(services):
    assert set(services) == OURS | LONG_RUNNING


@pytest.mark.parametrize("name", sorted(OURS))
def test_each_process_of_ours_is_given_all_that_production_demands(services, name):
    assert set(PRODUCTION) <= set(services[name]["environment"])


def test_what_is_given_is_read_somewhere(services):
    source = "".join(path.read_text() for path in (ROOT / "config").glob("*.py"))
    unread = {name for name in services["web"]["environment"] if f'"{name}"' not in source}
    assert unread == {"SITE_HOST"}  # from which the other addresses are made


def test_no_secret_has_a_default(compose):
    kinds = {}
    for text in texts(compose):
        for name, kind, _ in VARIABLE.findall(text):
            kinds.setdefault(name, set()).add(kind)
    assert set(kinds) >= SECRETS
    for name in SECRETS:
        assert kinds[name] == {"?"}, name


def test_a_missing_variable_is_named_with_what_to_do(compose):
    for text in texts(compose):
        for name, kind, hint in VARIABLE.findall(text):
            if kind == "?":
                assert hint.startswith(f"set {name} in .env"), text


def test_the_example_names_every_variable_that_must_be_set(compose):
    demanded = {name for text in texts(compose) for name, kind, _ in VARIABLE.findall(text) if kind == "?"}
    example = dict(
        line.split("=", 1)
        for line in (ROOT / "deploy" / "env.example").read_text().splitlines()
        if line and not line.startswith("#")
    )
    assert set(example) == demanded
    assert set(example.values()) == {""}


@pytest.mark.parametrize("name", sorted(LONG_RUNNING))
def test_each_long_running_service_has_a_health_check_and_comes_back(services, name):
    assert services[name]["healthcheck"]["test"][0] in ("CMD", "CMD-SHELL")
    assert services[name]["restart"] == "unless-stopped"


def test_what_depends_on_a_service_waits_until_it_is_well(services):
    for name, service in services.items():
        for other, how in service.get("depends_on", {}).items():
            wanted = "service_completed_successfully" if other == "migrate" else "service_healthy"
            assert how == {"condition": wanted}, f"{name} on {other}"


def test_each_process_waits_for_what_it_uses(services):
    assert set(services["migrate"]["depends_on"]) == {"db"}
    assert set(services["web"]["depends_on"]) == {"migrate", "db", "redis"}
    assert set(services["worker"]["depends_on"]) == {"migrate", "db", "redis"}
    assert set(services["beat"]["depends_on"]) == {"migrate", "redis"}
    assert set(services["front"]["depends_on"]) == {"web"}


def test_volumes_are_named_and_all_of_them_are_used(compose, services):
    mounted = {volume.split(":")[0] for service in services.values() for volume in service.get("volumes", ())}
    named = {name for name in mounted if not name.startswith("./")}
    assert named == set(compose["volumes"])
    for folder in mounted - named:
        assert (ROOT / folder).exists(), folder


def test_what_must_last_lies_in_a_volume(services):
    assert "database:/var/lib/postgresql/data" in services["db"]["volumes"]
    assert "queue:/data" in services["redis"]["volumes"]
    media = f"media:{PATHS['MEDIA_ROOT']}"
    assert media in services["web"]["volumes"]
    assert media in services["worker"]["volumes"]


PATHS = {"MEDIA_ROOT": "/srv/studios/media"}


def test_the_image_keeps_uploads_where_the_volume_is(dockerfile):
    assert f"MEDIA_ROOT={PATHS['MEDIA_ROOT']}" in " ".join(final_stage(dockerfile))


def test_only_the_front_is_reached_from_outside(compose, services):
    assert {name for name, service in services.items() if "ports" in service} == {"front"}
    assert compose["networks"]["inside"] == {"internal": True}
    for name in ("db", "redis"):
        assert services[name]["networks"] == ["inside"]


def test_modules_that_commands_name_exist(services, dockerfile):
    commands = [service["command"] for service in services.values() if "command" in service]
    commands += [
        service["healthcheck"]["test"] for service in services.values() if "test" in service["healthcheck"]
    ]
    words = [shlex.split(" ".join(command)) for command in commands]
    modules = {
        line[line.index(flag) + 1] for line in words for flag in ("-m", "-A", "--scheduler") if flag in line
    }
    assert modules == {"config", "config.probe", "config.alive", "config.alive:Scheduler"}
    for name in modules:
        assert importlib.util.find_spec(name.partition(":")[0]), name
    [start] = [line for line in final_stage(dockerfile) if line.startswith("CMD ")]
    assert '"gunicorn", "config.wsgi"' in start


def test_the_image_does_not_run_as_root(dockerfile):
    users = [line.split()[1] for line in final_stage(dockerfile) if line.startswith("USER ")]
    assert users == ["studios"]


def test_the_image_is_built_from_the_locked_packages_without_the_tools(dockerfile):
    text = "\n".join(dockerfile)
    assert "--require-hashes -r requirements.txt" in text
    assert "requirements-dev" not in text
    assert "gettext" not in "\n".join(final_stage(dockerfile))


def test_the_image_has_what_documents_need(dockerfile):
    [line] = [line for line in final_stage(dockerfile) if "apt-get install" in line]
    assert set(FOR_DOCUMENTS) <= set(line.split())


def test_the_image_collects_its_static_files_and_messages(dockerfile):
    text = "\n".join(dockerfile)
    assert "collectstatic --noinput" in text
    assert "compilemessages" in text


def test_the_image_says_how_it_is(dockerfile):
    assert any(line.startswith("HEALTHCHECK ") and "config.probe" in line for line in final_stage(dockerfile))


def test_nothing_secret_is_copied_into_the_image():
    left_out = set((ROOT / ".dockerignore").read_text().split())
    assert {".env", ".env.*", ".git", "var", ".venv", "deploy"} <= left_out


def test_the_front_passes_to_the_web_process_and_lets_uploads_through(settings):
    caddyfile = (ROOT / "deploy" / "Caddyfile").read_text()
    assert "reverse_proxy web:8000" in caddyfile
    most = int(re.search(r"max_size (\d+)MB", caddyfile)[1]) * 10**6
    assert most > settings.ATTACHMENT_MOST_BYTES


def test_the_front_answers_in_our_style_what_the_portal_cannot(services):
    front = (ROOT / "deploy" / "Caddyfile").read_text()
    handler = front[front.index("handle_errors {") :]
    root, page = re.search(r"root \* (\S+)\s+rewrite \* /(\S+)", handler).groups()
    assert f"./deploy/{page}:{root}/{page}:ro" in services["front"]["volumes"]
    text = (ROOT / "deploy" / page).read_text()
    assert '{{placeholder "http.error.id"}}' in text
    assert not re.search(r"(src|href)=.(?!/.>)", text), "the page asks for no other file"
