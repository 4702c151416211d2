"""Owns pairs of fake and real ports, so that one suite runs on both."""

import pytest

from identity.fakes import InMemoryModels


@pytest.fixture(scope="session")
def real_models(models):
    from identity.adapters.models import Models

    loaded = Models.load(models)
    yield loaded
    loaded.close()


@pytest.fixture(params=["fake", "real"])
def any_models(request):
    return InMemoryModels("river") if request.param == "fake" else request.getfixturevalue("real_models")


@pytest.fixture
def is_fake(any_models):
    return isinstance(any_models, InMemoryModels)
