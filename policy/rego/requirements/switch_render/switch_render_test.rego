package cameo.requirements.switch_render_test

import data.cameo.requirements.switch_render as requirement
import data.cameo.testing

test_permitted if requirement.met with input as testing.start

test_refused if not requirement.met with input as testing.having(testing.start, {"/switches/render": false})

test_fact_missing if not requirement.met with input as testing.without(testing.start, "/switches/render")

test_fact_missing_all if not requirement.met with input as testing.without(testing.start, "/switches")
