package cameo.requirements.switch_engine_test

import data.cameo.requirements.switch_engine as requirement
import data.cameo.testing

test_permitted if requirement.met with input as testing.start

test_refused if not requirement.met with input as testing.having(testing.start, {"/switches/engine~1portrait": false})

test_fact_missing if not requirement.met with input as testing.without(testing.start, "/switches/engine~1portrait")

test_fact_missing_name if not requirement.met with input as testing.without(testing.start, "/engine/name")
