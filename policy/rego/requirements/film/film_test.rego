package cameo.requirements.film_test

import data.cameo.requirements
import data.cameo.testing

test_permitted if requirements.met["film.unreleased"] with input as testing.serve

test_permitted_draft if requirements.met["film.unreleased"] with input as testing.without(testing.having(testing.serve, {"/generation/draft": {"film_sha256": "f1"}}), "/generation/released")

test_refused if not requirements.met["film.unreleased"] with input as testing.having(testing.serve, {"/generation/film_sha256": "f2"})

test_fact_missing_released if not requirements.met["film.unreleased"] with input as testing.without(testing.serve, "/generation/released")

test_fact_missing_film if not requirements.met["film.unreleased"] with input as testing.without(testing.serve, "/generation/film_sha256")
