package cameo.requirements.switch_render_test

import data.cameo.requirements
import data.cameo.testing

test_permitted if requirements.met["switch.render"] with input as testing.start

test_refused if not requirements.met["switch.render"] with input as testing.having(testing.start, {"/switches/render": false})

test_fact_missing if not requirements.met["switch.render"] with input as testing.without(testing.start, "/switches/render")

test_fact_missing_all if not requirements.met["switch.render"] with input as testing.without(testing.start, "/switches")
