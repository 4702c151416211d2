package cameo.requirements.training_test

import data.cameo.requirements
import data.cameo.testing

test_permitted if requirements.met["purpose.training"] with input as testing.start

test_permitted_by_grant if requirements.met["purpose.training"] with input as testing.having(testing.start, {"/purpose": "training"})

test_permitted_by_audience if requirements.met["purpose.training"] with input as testing.having(testing.start, {"/purpose": "training", "/cameos/0/owner": "account-b", "/cameos/0/audiences": [object.union(testing.everyone, {"purposes": ["training"]})]})

test_refused_own_without_a_word if not requirements.met["purpose.training"] with input as testing.having(testing.start, {"/purpose": "training", "/cameos/0/owner": "account-b"})

test_refused_unknown if not requirements.met["purpose.training"] with input as testing.having(testing.start, {"/purpose": "resale"})

test_fact_missing if not requirements.met["purpose.training"] with input as testing.without(testing.start, "/purpose")

test_fact_missing_owner if not requirements.met["purpose.training"] with input as testing.without(testing.having(testing.start, {"/purpose": "training"}), "/cameos/0/owner")
