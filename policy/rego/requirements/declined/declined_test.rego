package cameo.requirements.declined_test

import data.cameo.requirements
import data.cameo.testing

test_permitted if requirements.met["review.declined"] with input as testing.release

test_permitted_other_bytes if requirements.met["review.declined"] with input as testing.having(testing.release, {"/cameos/0/declined": "f0"})

test_refused if not requirements.met["review.declined"] with input as testing.having(testing.release, {"/cameos/0/declined": "f1"})

test_fact_missing_film if not requirements.met["review.declined"] with input as testing.without(testing.having(testing.release, {"/cameos/0/declined": "f0"}), "/generation/film_sha256")

test_fact_missing_cameos if not requirements.met["review.declined"] with input as testing.without(testing.release, "/cameos")
