-- Where each build of each projection stands. {schema} is the jurisdiction's schema as a quoted identifier.
--
-- The views' own tables are not made here: a projection makes them, named by version and build, whenever it
-- is built anew (infrastructure/views). Whoever projects locks its row, so only one does at a time.
-- An updated row slows down while a snapshot is held open; the batches keep the updates few.

CREATE TABLE {schema}.projection (
    name text NOT NULL,
    version int NOT NULL,
    build int NOT NULL,
    state text NOT NULL DEFAULT 'building' CHECK (state IN ('building', 'live', 'parked')),
    serving boolean NOT NULL DEFAULT false,
    position bigint NOT NULL DEFAULT 0 CHECK (position >= 0),
    error text,
    PRIMARY KEY (name, version, build),
    CHECK ((state = 'parked') = (error IS NOT NULL))
) WITH (fillfactor = 50);

COMMENT ON COLUMN {schema}.projection.serving IS 'Whether the SQL views show this build; one of each name and version';

COMMENT ON COLUMN {schema}.projection.error IS 'Name of the event it could not take and of what went wrong; no text of anybody';

CREATE UNIQUE INDEX projection_serving ON {schema}.projection (name, version) WHERE serving;
