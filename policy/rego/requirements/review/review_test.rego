package cameo.requirements.review_test

import data.cameo.requirements
import data.cameo.testing

test_permitted_without_review if requirements.met["review.required"] with input as testing.release

test_permitted_approved if requirements.met["review.required"] with input as testing.having(testing.release, {"/cameos/0/grants/0/review": true, "/cameos/0/approved": "f1"})

test_permitted_uncertain_approved if requirements.met["review.required"] with input as testing.having(testing.release, {"/generation/verdict/verdicts/0/finding": "uncertain", "/cameos/0/approved": "f1"})

test_refused_by_grant if not requirements.met["review.required"] with input as testing.having(testing.release, {"/cameos/0/grants/0/review": true})

test_refused_uncertain if not requirements.met["review.required"] with input as testing.having(testing.release, {"/generation/verdict/verdicts/0/finding": "uncertain"})

test_refused_other_bytes if not requirements.met["review.required"] with input as testing.having(testing.release, {"/cameos/0/grants/0/review": true, "/cameos/0/approved": "f0"})

test_fact_missing_film if not requirements.met["review.required"] with input as testing.without(testing.having(testing.release, {"/cameos/0/grants/0/review": true, "/cameos/0/approved": "f1"}), "/generation/film_sha256")

test_fact_missing_cameos if not requirements.met["review.required"] with input as testing.without(testing.release, "/cameos")
