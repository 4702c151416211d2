package cameo.requirements.content_restricted_test

import data.cameo.requirements
import data.cameo.testing

test_permitted if requirements.met["content.restricted"] with input as testing.start

test_permitted_uncertain if requirements.met["content.restricted"] with input as testing.having(testing.start, {"/generation/verdict/verdicts/0/finding": "uncertain"})

test_refused if not requirements.met["content.restricted"] with input as testing.having(testing.start, {"/generation/verdict/verdicts/0/finding": "refused"})

test_fact_missing if not requirements.met["content.restricted"] with input as testing.without(testing.start, "/generation/verdict/verdicts")

test_fact_missing_finding if not requirements.met["content.restricted"] with input as testing.without(testing.start, "/generation/verdict/verdicts/0/finding")
