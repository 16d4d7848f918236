-- Roles of a PostgreSQL server, each made unless it is there; accounts/bootstrap.py fills in the names.
-- Tables belong to kyro_owner; pages and tasks act as kyro_app; the login may become either.
DO $$
DECLARE
    wanted text;
BEGIN
    FOREACH wanted IN ARRAY ARRAY['kyro_owner', 'kyro_app', {login_name}] LOOP
        IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = wanted) THEN
            EXECUTE format('CREATE ROLE %I NOLOGIN', wanted);
        END IF;
    END LOOP;
    -- Who makes roles without being superuser must enter them to give them things.
    IF NOT (SELECT rolsuper FROM pg_roles WHERE rolname = current_user) THEN
        GRANT kyro_owner TO CURRENT_USER WITH INHERIT TRUE, SET TRUE;
    END IF;
END $$;
ALTER ROLE {login} LOGIN NOINHERIT PASSWORD {verifier};
GRANT kyro_owner, kyro_app TO {login} WITH INHERIT FALSE, SET TRUE;
ALTER ROLE {login} SET role = 'kyro_app';
