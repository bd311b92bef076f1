-- The tables of one build of the projection "hazards": ledger, timeline, texts, duties and boards, kept up
-- together, so that whoever reads them in one statement reads one cut of the log. {schema} is the quoted
-- schema, {build} version and build (v1_b1).
--
-- A time that has not come yet is 9999-01-01 UTC: infinity is nothing the driver can read.

CREATE TABLE {schema}.hazard_{build} (
    id uuid PRIMARY KEY,
    opened bigint NOT NULL,
    version bigint NOT NULL,
    position bigint NOT NULL,
    enterprise text COLLATE "C",
    stage text COLLATE "C" NOT NULL,
    grade text COLLATE "C",
    round bigint NOT NULL,
    reporter uuid NOT NULL,
    category text COLLATE "C",
    channel text COLLATE "C" NOT NULL,
    reported_as text COLLATE "C",
    found_at timestamptz NOT NULL,
    deadline date,
    next_due date,
    suspended boolean NOT NULL,
    closed_before_import boolean NOT NULL,
    texts bigint NOT NULL,
    updated_at timestamptz NOT NULL,
    kept text NOT NULL
);

COMMENT ON COLUMN {schema}.hazard_{build}.opened IS 'Position of the first event: the order of the ledger';
COMMENT ON COLUMN {schema}.hazard_{build}.kept IS 'The aggregate and its open duties, for the next event';

CREATE UNIQUE INDEX hazard_{build}_opened ON {schema}.hazard_{build} (opened);
CREATE INDEX hazard_{build}_enterprise ON {schema}.hazard_{build} (enterprise, opened);
CREATE INDEX hazard_{build}_stage ON {schema}.hazard_{build} (stage, opened);
CREATE INDEX hazard_{build}_grade ON {schema}.hazard_{build} (grade, opened);
CREATE INDEX hazard_{build}_reporter ON {schema}.hazard_{build} (reporter, opened);
CREATE INDEX hazard_{build}_due ON {schema}.hazard_{build} (enterprise, next_due) WHERE next_due IS NOT NULL;

CREATE TABLE {schema}.hazard_timeline_{build} (
    hazard_id uuid NOT NULL,
    position bigint NOT NULL,
    opened bigint NOT NULL,
    version bigint NOT NULL,
    enterprise text COLLATE "C",
    stage text COLLATE "C" NOT NULL,
    grade text COLLATE "C",
    round bigint NOT NULL,
    deadline date,
    next_due date,
    suspended boolean NOT NULL,
    closed_before_import boolean NOT NULL,
    texts bigint NOT NULL,
    recorded_from timestamptz NOT NULL,
    recorded_to timestamptz NOT NULL,
    occurred_from timestamptz NOT NULL,
    occurred_to timestamptz NOT NULL,
    PRIMARY KEY (hazard_id, position)
);

COMMENT ON TABLE {schema}.hazard_timeline_{build} IS
    'How a hazard stood after each event, and when by either clock; empty where a later one occurred no later';

CREATE INDEX hazard_timeline_{build}_recorded ON {schema}.hazard_timeline_{build} (enterprise, recorded_from, recorded_to);
CREATE INDEX hazard_timeline_{build}_occurred ON {schema}.hazard_timeline_{build} (enterprise, occurred_from, occurred_to);
CREATE INDEX hazard_timeline_{build}_opened ON {schema}.hazard_timeline_{build} (opened);

CREATE TABLE {schema}.hazard_text_{build} (
    hazard_id uuid NOT NULL,
    version bigint NOT NULL,
    description text,
    place text,
    searched text NOT NULL,
    bigrams text[] COLLATE "C" NOT NULL,
    PRIMARY KEY (hazard_id, version)
);

COMMENT ON TABLE {schema}.hazard_text_{build} IS 'Description and place, and since which version they say so; emptied by an erasure';

-- What waits in its list is looked through by every search: with the usual 4 MB it costs as much as no index. Without a
-- list every text is put in order by itself, at twice the cost.
CREATE INDEX hazard_text_{build}_bigrams ON {schema}.hazard_text_{build} USING gin (bigrams) WITH (fastupdate = on, gin_pending_list_limit = 64);

CREATE TABLE {schema}.duty_{build} (
    hazard_id uuid NOT NULL,
    number bigint NOT NULL,
    enterprise text COLLATE "C",
    round bigint NOT NULL,
    kind text COLLATE "C" NOT NULL,
    recipient text COLLATE "C",
    stage text COLLATE "C",
    due date NOT NULL,
    rule text COLLATE "C" NOT NULL,
    pack text COLLATE "C" NOT NULL,
    calendar text COLLATE "C" NOT NULL,
    provisional boolean NOT NULL,
    since timestamptz NOT NULL,
    state text COLLATE "C" NOT NULL,
    begun_position bigint NOT NULL,
    begun_recorded timestamptz NOT NULL,
    begun_occurred timestamptz NOT NULL,
    ended_position bigint,
    ended_recorded timestamptz NOT NULL,
    ended_occurred timestamptz NOT NULL,
    ended_at timestamptz,
    escalations text NOT NULL,
    PRIMARY KEY (hazard_id, number)
);

COMMENT ON COLUMN {schema}.duty_{build}.ended_at IS 'As recorded, for imported history as occurred: by this it was late or not';
COMMENT ON COLUMN {schema}.duty_{build}.escalations IS 'Whom the clock told that it was missed, and when by either clock';

CREATE INDEX duty_{build}_due ON {schema}.duty_{build} (due, hazard_id, number);
CREATE INDEX duty_{build}_enterprise ON {schema}.duty_{build} (enterprise, due, hazard_id, number);
CREATE INDEX duty_{build}_open ON {schema}.duty_{build} (hazard_id, number) WHERE state = 'open';

CREATE TABLE {schema}.enterprise_board_{build} (
    enterprise text COLLATE "C" NOT NULL,
    stage text COLLATE "C" NOT NULL,
    grade text COLLATE "C" NOT NULL,
    closed_before_import boolean NOT NULL,
    number bigint NOT NULL,
    PRIMARY KEY (enterprise, stage, grade, closed_before_import)
) WITH (fillfactor = 50);

COMMENT ON TABLE {schema}.enterprise_board_{build} IS 'How many hazards stand where; an empty string: no enterprise or no grade yet';
