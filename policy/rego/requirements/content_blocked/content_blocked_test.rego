package cameo.requirements.content_blocked_test

import data.cameo.requirements
import data.cameo.testing

test_permitted if requirements.met["content.blocked"] with input as testing.start

test_refused if not requirements.met["content.blocked"] with input as testing.having(testing.start, {"/generation/verdict/hard_blocks": ["violence"]})

test_fact_missing if not requirements.met["content.blocked"] with input as testing.without(testing.start, "/generation/verdict")

test_fact_missing_list if not requirements.met["content.blocked"] with input as testing.without(testing.start, "/generation/verdict/hard_blocks")
