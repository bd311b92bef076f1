-- Bearer tokens of one jurisdiction: what is kept of a token is its SHA-256, never the token.
-- A random token of 256 bits can't be guessed from its hash, so the hash needs neither salt nor stretching.

CREATE TABLE {schema}.tokens (
    id uuid PRIMARY KEY,
    hash bytea NOT NULL UNIQUE CHECK (octet_length(hash) = 32),
    actor_id uuid NOT NULL,
    role text NOT NULL,
    enterprise text,
    created_at timestamptz NOT NULL,
    revoked_at timestamptz
);
