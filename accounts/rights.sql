-- Rights within our database, run inside it as often as one likes; accounts/bootstrap.py fills in the names.
REVOKE ALL ON DATABASE {database} FROM PUBLIC;
GRANT CREATE ON DATABASE {database} TO kyro_owner;
GRANT CONNECT ON DATABASE {database} TO {login};
CREATE EXTENSION IF NOT EXISTS vector;
ALTER SCHEMA public OWNER TO kyro_owner;
REVOKE ALL ON SCHEMA public FROM PUBLIC;
GRANT USAGE ON SCHEMA public TO kyro_app;
ALTER DEFAULT PRIVILEGES FOR ROLE kyro_owner
    GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO kyro_app;
ALTER DEFAULT PRIVILEGES FOR ROLE kyro_owner GRANT USAGE, SELECT ON SEQUENCES TO kyro_app;
ALTER DEFAULT PRIVILEGES FOR ROLE kyro_owner GRANT EXECUTE ON FUNCTIONS TO kyro_app;
