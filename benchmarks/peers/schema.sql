-- The tables that every peer works on: the same columns, keys and indexes, whichever ORM stands above them.
CREATE TABLE blocks (
    block_id uuid PRIMARY KEY,
    name text NOT NULL
);

CREATE TABLE units (
    unit_id uuid PRIMARY KEY,
    block_id uuid NOT NULL REFERENCES blocks,
    name text NOT NULL
);

CREATE TABLE periods (
    period_id uuid PRIMARY KEY,
    campaign_id uuid NOT NULL,
    due_at timestamptz NOT NULL,
    name text NOT NULL
);

CREATE TABLE reports (
    report_id uuid PRIMARY KEY,
    period_id uuid NOT NULL REFERENCES periods,
    unit_id uuid NOT NULL REFERENCES units,
    version integer NOT NULL,
    fields jsonb NOT NULL,
    saved_at timestamptz NOT NULL,
    UNIQUE (period_id, unit_id)
);

-- Every acceptance stays; its number is the receipt's.
CREATE TABLE submissions (
    number bigserial PRIMARY KEY,
    report_id uuid NOT NULL REFERENCES reports,
    version integer NOT NULL,
    fields jsonb NOT NULL,
    accepted_at timestamptz NOT NULL,
    late boolean NOT NULL,
    UNIQUE (report_id, version)
);

-- What a key was answered, for whoever asks with it again.
CREATE TABLE answers (
    key text PRIMARY KEY,
    body jsonb NOT NULL
);

CREATE TABLE scores (
    id bigserial PRIMARY KEY,
    period_id uuid NOT NULL,
    unit_id uuid NOT NULL,
    block_id uuid NOT NULL,
    version integer NOT NULL,
    report_version integer NOT NULL,
    points numeric NOT NULL,
    parts jsonb NOT NULL,
    late boolean NOT NULL,
    scored_at timestamptz NOT NULL,
    UNIQUE (period_id, unit_id)
);

CREATE INDEX scores_of_block ON scores (block_id, period_id);

CREATE TABLE places (
    id bigserial PRIMARY KEY,
    period_id uuid NOT NULL,
    block_id uuid NOT NULL,
    unit_id uuid NOT NULL,
    rank integer NOT NULL,
    previous_rank integer,
    points numeric NOT NULL,
    UNIQUE (period_id, block_id, unit_id)
);

-- From here on what only the whole ripple touches: who is at the door, titles, messages.
CREATE TABLE accounts (
    account text PRIMARY KEY,
    grants jsonb NOT NULL
);

-- The token is the SHA-256 of the cookie.
CREATE TABLE sessions (
    token bytea PRIMARY KEY,
    account text NOT NULL REFERENCES accounts,
    expires_at timestamptz NOT NULL
);

-- Every title as it stands for a unit of which nothing is known yet, with all its conditions.
CREATE TABLE titles (
    title text PRIMARY KEY,
    assessment jsonb NOT NULL
);

CREATE TABLE verdicts (
    id bigserial PRIMARY KEY,
    unit_id uuid NOT NULL,
    title text NOT NULL,
    version integer NOT NULL,
    verdict text NOT NULL,
    assessment jsonb NOT NULL,
    assessed_at timestamptz NOT NULL,
    UNIQUE (unit_id, title)
);

-- The cause is the number of the submission.
CREATE TABLE messages (
    id bigserial PRIMARY KEY,
    post text NOT NULL,
    scope_id uuid NOT NULL,
    cause bigint NOT NULL,
    about_id uuid NOT NULL,
    title text NOT NULL,
    text text NOT NULL,
    link text NOT NULL,
    posted_at timestamptz NOT NULL,
    read_at timestamptz
);

CREATE INDEX messages_of_post ON messages (post, scope_id, posted_at);
CREATE INDEX messages_of_cause ON messages (cause);
