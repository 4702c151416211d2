-- depends: projection-0001-tables
-- What owners can say since the wider consent model: terms of grants, powers, removals. Rebuilt at will, as everything here.

ALTER TABLE projection.cameos ADD COLUMN paused boolean;
ALTER TABLE projection.accounts ADD COLUMN died_us bigint;
ALTER TABLE projection.grants
    ADD COLUMN duration_ms bigint,              -- length of film in all; null: unlimited
    ADD COLUMN pass_on boolean,
    ADD COLUMN remix boolean,
    ADD COLUMN price_minor bigint,
    ADD COLUMN price_currency text;
UPDATE projection.grants SET pass_on = false, remix = false;   -- as the events of version 1 read
ALTER TABLE projection.generations ADD COLUMN remix_of text COLLATE "C";
ALTER TABLE projection.generation_cameos ADD COLUMN removed_us bigint;

CREATE TABLE projection.powers (
    account   text COLLATE "C" NOT NULL,        -- over whom
    power     text COLLATE "C" NOT NULL,
    holder    text COLLATE "C",
    kind      text,
    may       text[],
    from_us   bigint,
    until_us  bigint,
    given_us  bigint,
    ended_us  bigint,
    PRIMARY KEY (account, power)
);
CREATE INDEX powers_by_holder ON projection.powers (holder);

GRANT SELECT, INSERT, UPDATE, DELETE ON projection.powers TO worker;
GRANT SELECT ON projection.powers TO api, auditor;
