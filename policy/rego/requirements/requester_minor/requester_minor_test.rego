package cameo.requirements.requester_minor_test

import data.cameo.requirements
import data.cameo.testing

test_permitted if requirements.met["requester.minor"] with input as testing.start

test_permitted_minor if requirements.met["requester.minor"] with input as testing.having(testing.start, {"/requester/minor": true})

test_refused if not requirements.met["requester.minor"] with input as testing.having(testing.start, {"/requester/minor": true, "/purpose": "political"})

test_fact_missing if not requirements.met["requester.minor"] with input as testing.without(testing.start, "/requester/minor")

test_fact_missing_purpose if not requirements.met["requester.minor"] with input as testing.without(testing.having(testing.start, {"/requester/minor": true}), "/purpose")
