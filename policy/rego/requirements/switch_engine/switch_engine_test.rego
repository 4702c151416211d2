package cameo.requirements.switch_engine_test

import data.cameo.requirements
import data.cameo.testing

test_permitted if requirements.met["switch.engine"] with input as testing.start

test_refused if not requirements.met["switch.engine"] with input as testing.having(testing.start, {"/switches/engine~1portrait": false})

test_fact_missing if not requirements.met["switch.engine"] with input as testing.without(testing.start, "/switches/engine~1portrait")

test_fact_missing_name if not requirements.met["switch.engine"] with input as testing.without(testing.start, "/engine/name")
