import pytest

# What these find wrong is shown as it is in a test.
pytest.register_assert_rewrite("tests.browser", "tests.constraints", "tests.queries", "tests.threads")
