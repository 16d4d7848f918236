-- Run by psql as superuser at every start: roles, database and rights, each made unless it is there.
-- Tables belong to kyro_owner; pages and tasks act as kyro_app; the login kyro may become either.
\getenv password KYRO_DATABASE_PASSWORD

SELECT format('CREATE ROLE %I NOLOGIN', wanted)
FROM unnest(ARRAY['kyro_owner', 'kyro_app', 'kyro']) AS wanted
WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = wanted)
\gexec
ALTER ROLE kyro LOGIN NOINHERIT PASSWORD :'password';
GRANT kyro_owner, kyro_app TO kyro WITH INHERIT FALSE, SET TRUE;
ALTER ROLE kyro SET role = 'kyro_app';

SELECT format('CREATE DATABASE %I OWNER kyro_owner', :'database')
WHERE NOT EXISTS (SELECT FROM pg_database WHERE datname = :'database')
\gexec
REVOKE ALL ON DATABASE :"database" FROM PUBLIC;
GRANT CONNECT ON DATABASE :"database" TO kyro;

\connect :"database"
CREATE EXTENSION IF NOT EXISTS vector;
ALTER SCHEMA public OWNER TO kyro_owner;
REVOKE ALL ON SCHEMA public FROM PUBLIC;
GRANT USAGE ON SCHEMA public TO kyro_app;
ALTER DEFAULT PRIVILEGES FOR ROLE kyro_owner
    GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO kyro_app;
ALTER DEFAULT PRIVILEGES FOR ROLE kyro_owner GRANT USAGE, SELECT ON SEQUENCES TO kyro_app;
ALTER DEFAULT PRIVILEGES FOR ROLE kyro_owner GRANT EXECUTE ON FUNCTIONS TO kyro_app;

-- The state of the migrations, noted by the supervisor after the last complete run.
SELECT coalesce(shobj_description(oid, 'pg_database'), '')
FROM pg_database WHERE datname = :'database';
