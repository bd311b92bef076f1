-- The table of one build of the projection "enterprises". {schema} is the quoted schema, {build} version and build.

CREATE TABLE {schema}.enterprise_{build} (
    id uuid PRIMARY KEY,
    uscc text COLLATE "C" NOT NULL,
    version bigint NOT NULL,
    position bigint NOT NULL,
    enterprise_name text COLLATE "C" NOT NULL,
    searched text COLLATE "C" NOT NULL,
    industry_code text COLLATE "C",
    section text COLLATE "C",
    key_sectors text[] COLLATE "C" NOT NULL,
    three_in_one boolean NOT NULL,
    crowded boolean NOT NULL,
    union_organisation text COLLATE "C",
    closed boolean NOT NULL,
    registered_at timestamptz NOT NULL,
    occurred_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL
);

COMMENT ON COLUMN {schema}.enterprise_{build}.occurred_at IS 'When the last event is said to have happened';

CREATE UNIQUE INDEX enterprise_{build}_uscc ON {schema}.enterprise_{build} (uscc);
CREATE INDEX enterprise_{build}_union ON {schema}.enterprise_{build} (union_organisation, uscc);
