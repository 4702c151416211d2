package cameo.requirements.switch_region_test

import data.cameo.requirements
import data.cameo.testing

test_permitted if requirements.met["switch.region"] with input as testing.start

test_permitted_switched_on_again if requirements.met["switch.region"] with input as testing.having(testing.start, {"/switches/region~1DE": true})

test_permitted_another_switched_off if requirements.met["switch.region"] with input as testing.having(testing.start, {"/switches/region~1KR": false})

test_refused if not requirements.met["switch.region"] with input as testing.having(testing.start, {"/switches/region~1DE": false})

test_fact_missing if not requirements.met["switch.region"] with input as testing.without(testing.start, "/switches")

test_fact_missing_region if not requirements.met["switch.region"] with input as testing.without(testing.start, "/requester/region")
