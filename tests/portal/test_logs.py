"""The log tells who and which request, and holds no personal data."""

import json

import pytest
import structlog

from config.logs import without_personal_data


def test_query_strings_and_user_agents_stay_out():
    event = without_personal_data(None, "info", {"request": "GET /admin/?q=张三", "user_agent": "Mozilla"})
    assert event == {"request": "GET /admin/"}


def test_what_is_named_like_a_secret_is_masked_and_a_status_is_not():
    event = without_personal_data(None, "info", {"password": "abc", "email": "a@b.cn", "code": 404})
    assert event == {"password": "…", "email": "…", "code": 404}


def test_values_that_the_database_names_are_cut():
    text = "IntegrityError: duplicate key\nDETAIL:  Key (staff_no)=(10001) already exists.\nend"
    event = without_personal_data(None, "error", {"exception": text})
    assert event == {"exception": "IntegrityError: duplicate key\nDETAIL: …\nend"}


@pytest.mark.django_db
def test_a_failed_sign_in_leaves_neither_account_nor_password_in_the_log(client, caplog):
    caplog.set_level("DEBUG")
    client.post("/accounts/login/?next=/secret-name/", {"login": "zhangsan", "password": "hunter2-secret"})
    text = caplog.text + json.dumps([str(record.__dict__) for record in caplog.records])
    own = [record for record in caplog.records if not record.name.startswith("django.db")]
    assert own
    told = " ".join(str(record.msg) for record in own)
    assert "hunter2-secret" not in text.replace("django.db", "")
    assert "zhangsan" not in told
    assert "secret-name" not in told


@pytest.mark.django_db
def test_lines_carry_request_and_user(client, caplog, django_user_model):
    person = django_user_model.objects.create_user("reader", name="读者")
    client.force_login(person)
    caplog.set_level("INFO")
    client.get("/")
    finished = [
        r.msg for r in caplog.records if isinstance(r.msg, dict) and r.msg["event"] == "request_finished"
    ]
    assert [line["user_id"] for line in finished] == [person.pk]
    assert finished[0]["request_id"]
    assert not structlog.contextvars.get_contextvars()
