-- The log of one jurisdiction. {schema} is its schema as a quoted identifier, {code} its code as a literal.
--
-- Two columns hold what happened: state is for ever, private may only be emptied. Positions
-- (notification_id, as the eventsourcing library calls them) are dense and given in commit order.

CREATE TABLE {schema}.head (
    one boolean PRIMARY KEY DEFAULT true CHECK (one)
);

COMMENT ON TABLE {schema}.head IS
    'One row that whoever appends locks and nobody updates: an updated one slows down with every snapshot held open';

INSERT INTO {schema}.head DEFAULT VALUES;

CREATE TABLE {schema}.events (
    originator_id uuid NOT NULL,
    originator_version bigint NOT NULL CHECK (originator_version >= 0),
    notification_id bigint NOT NULL CHECK (notification_id > 0),
    recorded_at timestamptz NOT NULL,
    topic text NOT NULL,
    state bytea NOT NULL,
    private bytea,
    command_id bytea,
    command_request bytea,
    PRIMARY KEY (originator_id, originator_version),
    CHECK ((command_id IS NULL) = (command_request IS NULL))
);

COMMENT ON COLUMN {schema}.events.command_id IS
    'Keyed hash of the Idempotency-Key in its scope, on the last event of what the command wrote; forgotten after 90 days';

CREATE UNIQUE INDEX events_position ON {schema}.events (notification_id);

CREATE UNIQUE INDEX events_command ON {schema}.events (command_id) WHERE command_id IS NOT NULL;

CREATE FUNCTION {schema}.refuse_change() RETURNS trigger LANGUAGE plpgsql AS $refuse_change$
BEGIN
    IF TG_OP = 'UPDATE' AND TG_LEVEL = 'ROW' AND TG_TABLE_NAME = 'events' THEN
        IF NEW.private IS NULL THEN
            OLD.private := NULL;
        END IF;
        IF NEW.command_id IS NULL AND NEW.command_request IS NULL THEN
            OLD.command_id := NULL;
            OLD.command_request := NULL;
        END IF;
        IF NEW IS NOT DISTINCT FROM OLD THEN
            RETURN NEW;
        END IF;
    END IF;
    RAISE EXCEPTION '% on %.% is refused: the log is never changed', TG_OP, TG_TABLE_SCHEMA, TG_TABLE_NAME
        USING ERRCODE = 'restrict_violation';
END;
$refuse_change$;

CREATE TRIGGER events_only_emptied BEFORE UPDATE ON {schema}.events
    FOR EACH ROW EXECUTE FUNCTION {schema}.refuse_change();

CREATE TRIGGER events_kept BEFORE DELETE OR TRUNCATE ON {schema}.events
    FOR EACH STATEMENT EXECUTE FUNCTION {schema}.refuse_change();

CREATE TRIGGER head_kept BEFORE UPDATE OR DELETE OR TRUNCATE ON {schema}.head
    FOR EACH STATEMENT EXECUTE FUNCTION {schema}.refuse_change();

-- ALWAYS: session_replication_role must not switch them off.
ALTER TABLE {schema}.events ENABLE ALWAYS TRIGGER events_only_emptied;
ALTER TABLE {schema}.events ENABLE ALWAYS TRIGGER events_kept;
ALTER TABLE {schema}.head ENABLE ALWAYS TRIGGER head_kept;

-- Append a batch. Arrays hold one element an event, in the order of their items (1, 2, 3 …). Command and
-- request stand on an item's last event, an erasure (the stream whose earlier events lose their private
-- part) on its first. "at" is the time to stamp (null: the database's clock), "patience" the milliseconds
-- to wait for a lock (0: for ever).
-- Answers: written events lie densely behind position "head". Outcomes, one an item, are null where all
-- were written, else
--   written
--   known    the command id is in the log: stream, version, position and request as they lie there
--   stale    a stream does not stand where the item says
-- An item is judged as if those before it in the batch had been appended one by one.
--
-- Plans are made once: for arrays PostgreSQL would plan anew at each call, which costs more than the work.
-- That plan may be made on an empty table, hence no sequential scans, and LATERAL with LIMIT or OFFSET 0
-- instead of joins: the log would otherwise be read from end to end once it has grown.
CREATE FUNCTION {schema}.append(
    items int[],
    streams uuid[],
    versions bigint[],
    topics text[],
    states bytea[],
    privates bytea[],
    commands bytea[],
    requests bytea[],
    erasures uuid[],
    at timestamptz,
    patience int,
    OUT head bigint,
    OUT outcomes text[],
    OUT known_streams uuid[],
    OUT known_versions bigint[],
    OUT known_positions bigint[],
    OUT known_requests bytea[]
) LANGUAGE plpgsql
SET plan_cache_mode = force_generic_plan SET enable_seqscan = off SET jit = off
AS $append$
DECLARE
    total int := cardinality(items);
    i int := 1; -- events i to j are judged together: first the whole batch, after a refusal item by item
    j int := total;
    alone boolean := false;
    follows boolean;
    last bigint; -- the highest position so far
    stamp timestamptz;
    known record;
BEGIN
    -- In any other isolation the statement after the lock would read the log as it was before it.
    IF current_setting('transaction_isolation') <> 'read committed' THEN
        RAISE EXCEPTION 'append needs READ COMMITTED' USING ERRCODE = 'invalid_transaction_state';
    END IF;
    PERFORM set_config('lock_timeout', patience::text, true);
    PERFORM 1 FROM {schema}.head FOR UPDATE;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'the head row is missing' USING ERRCODE = 'data_corrupted';
    END IF;
    SELECT e.notification_id, e.recorded_at INTO last, stamp
        FROM {schema}.events e ORDER BY e.notification_id DESC LIMIT 1;
    last := coalesce(last, 0);
    head := last;
    stamp := greatest(coalesce(at, clock_timestamp()), stamp);

    WHILE i <= total LOOP
        IF alone THEN
            j := i;
            WHILE items[j + 1] = items[i] LOOP
                j := j + 1;
            END LOOP;
        END IF;

        -- A stream begins with version 1, or with 0 as some users of the library count.
        SELECT bool_and(f.follows AND f.known IS NULL) AND count(DISTINCT f.command) = count(f.command)
            INTO follows
            FROM (
                SELECT n.command, k.known,
                       n.version = coalesce(l.version, least(first_value(n.version) OVER stream, 1) - 1)
                           + row_number() OVER stream AS follows
                FROM unnest(streams[i:j], versions[i:j], commands[i:j]) WITH ORDINALITY
                    AS n (stream, version, command, nth)
                LEFT JOIN LATERAL (
                    SELECT e.originator_version FROM {schema}.events e
                    WHERE e.originator_id = n.stream ORDER BY e.originator_version DESC LIMIT 1
                ) l (version) ON true
                LEFT JOIN LATERAL (
                    SELECT true FROM {schema}.events e WHERE e.command_id = n.command OFFSET 0
                ) k (known) ON true
                WINDOW stream AS (PARTITION BY n.stream ORDER BY n.nth)
            ) f;

        IF follows THEN
            INSERT INTO {schema}.events (
                originator_id, originator_version, notification_id, recorded_at,
                topic, state, private, command_id, command_request
            )
            SELECT n.stream, n.version, last + n.nth, stamp, n.topic, n.state, n.private, n.command, n.request
                FROM unnest(
                    streams[i:j], versions[i:j], topics[i:j], states[i:j],
                    privates[i:j], commands[i:j], requests[i:j]
                ) WITH ORDINALITY AS n (stream, version, topic, state, private, command, request, nth);
            IF erasures IS NOT NULL THEN
                UPDATE {schema}.events e SET private = NULL
                    FROM unnest(erasures[i:j]) WITH ORDINALITY AS n (stream, nth)
                    WHERE e.originator_id = n.stream AND e.notification_id < last + n.nth
                        AND e.private IS NOT NULL;
            END IF;
            last := last + j - i + 1;
        ELSIF NOT alone THEN
            alone := true;
            CONTINUE;
        END IF;

        IF alone THEN
            SELECT e.originator_id, e.originator_version, e.notification_id, e.command_request INTO known
                FROM {schema}.events e WHERE NOT follows AND e.command_id = commands[j];
            outcomes := array_append(outcomes, CASE
                WHEN follows THEN 'written' WHEN known.notification_id IS NOT NULL THEN 'known' ELSE 'stale' END);
            known_streams := array_append(known_streams, known.originator_id);
            known_versions := array_append(known_versions, known.originator_version);
            known_positions := array_append(known_positions, known.notification_id);
            known_requests := array_append(known_requests, known.command_request);
        END IF;
        i := j + 1;
    END LOOP;

    IF last > head THEN
        PERFORM pg_notify('hazardloop', {code} || '/' || last);
    END IF;
END;
$append$;
