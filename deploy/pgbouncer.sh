#!/bin/sh
# PgBouncer in transaction mode before one PostgreSQL; everything it needs is in the environment.
set -eu
umask 077
folder=$(mktemp -d)
password=$(sed 's/"/""/g' "$KYRO_DATABASE_PASSWORD_FILE")
printf '"%s" "%s"\n' "$KYRO_DATABASE_USER" "$password" >"$folder/users.txt"
cat >"$folder/pgbouncer.ini" <<END
[databases]
* = host=$POSTGRES_HOST port=$POSTGRES_PORT

[pgbouncer]
listen_addr = $LISTEN_ADDRESS
listen_port = $LISTEN_PORT
unix_socket_dir =
auth_type = scram-sha-256
auth_file = $folder/users.txt
pool_mode = transaction
; Clients wait their turn for one of these connections to PostgreSQL.
default_pool_size = $POOL_SIZE
max_client_conn = 5000
; As long as the application's own pool waits: then it is an error, not a hang.
query_wait_timeout = 10
log_connections = 0
log_disconnections = 0
END
exec pgbouncer "$folder/pgbouncer.ini"
