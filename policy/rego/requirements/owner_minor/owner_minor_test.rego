package cameo.requirements.owner_minor_test

import data.cameo.requirements
import data.cameo.testing

test_permitted if requirements.met["owner.minor"] with input as testing.start

test_permitted_own if requirements.met["owner.minor"] with input as testing.having(testing.start, {"/cameos/0/owner_minor": true, "/cameos/0/owner": "account-b"})

test_refused if not requirements.met["owner.minor"] with input as testing.having(testing.start, {"/cameos/0/owner_minor": true})

test_refused_purpose if not requirements.met["owner.minor"] with input as testing.having(testing.start, {"/cameos/0/owner_minor": true, "/cameos/0/owner": "account-b", "/purpose": "parody"})

test_fact_missing if not requirements.met["owner.minor"] with input as testing.without(testing.start, "/cameos/0/owner_minor")
