# shellcheck shell=bash
# SPDX-License-Identifier: MIT
# Part of `dev`: the private PostgreSQL cluster and its database.

# ---- the private PostgreSQL cluster ------------------------------------------------------------------------------

# PostgreSQL refuses to run as root; then it runs as the user Debian made for it.
as_postgres() {
    if [ "$(id -u)" = 0 ]; then
        (cd / && setpriv --reuid=postgres --regid=postgres --init-groups env -u XDG_RUNTIME_DIR "$@")
    else
        "$@"
    fi
}

# Where the cluster lies: below build/, unless its user cannot get there (a checkout below /root) or the path is too
# long for a socket or has characters to quote. The place is remembered in build/postgres.path.
cluster_directory() {
    local directory
    if [ ! -s "$build/postgres.path" ]; then
        directory=$build/postgres
        mkdir -p "$directory"
        [ "$(id -u)" != 0 ] || chown postgres:postgres "$directory"
        chmod 0700 "$directory"
        if [ ${#directory} -gt 80 ] || [[ $directory == *[!a-zA-Z0-9/._-]* ]] || ! as_postgres test -w "$directory"; then
            rmdir "$directory"
            directory=$(as_postgres mktemp -d /var/tmp/alongside-XXXXXXXX)
        fi
        echo "$directory" >"$build/postgres.path"
    fi
    cat "$build/postgres.path"
}

cluster_start() {
    local directory
    directory=$(cluster_directory)
    socket=$directory
    if ! as_postgres test -f "$directory/data/PG_VERSION"; then
        say "creating a PostgreSQL cluster in $directory"
        logged initdb as_postgres "$postgres_bin/initdb" -D "$directory/data" -U postgres -A trust -E UTF8 \
            --locale=C.UTF-8 --data-checksums
        # No network; the socket lies in a directory that only this user (and root) can enter, hence trust.
        as_postgres tee -a "$directory/data/postgresql.conf" >/dev/null <<CONF
listen_addresses = ''
unix_socket_directories = '$directory'
unix_socket_permissions = 0700
shared_buffers = 128MB
max_connections = 60
log_error_verbosity = terse
log_parameter_max_length = 0
log_parameter_max_length_on_error = 0
log_min_error_statement = panic
timezone = 'UTC'
CONF
    fi
    if ! as_postgres "$postgres_bin/pg_ctl" -D "$directory/data" status >/dev/null; then
        as_postgres "$postgres_bin/pg_ctl" -D "$directory/data" -l "$directory/log" -w -t 60 start >/dev/null ||
            { as_postgres tail -n 20 "$directory/log" >&2; die "PostgreSQL does not start"; }
    fi
}

cluster_stop() {
    local directory
    [ -s "$build/postgres.path" ] || return 0
    directory=$(cat "$build/postgres.path")
    as_postgres "$postgres_bin/pg_ctl" -D "$directory/data" -m fast -w stop >/dev/null 2>&1 || true
}

superuser_psql() { "$postgres_bin/psql" -X -h "$socket" -U postgres "$@"; }

database_prepare() {
    local quiet=(-q -v ON_ERROR_STOP=1)
    PGOPTIONS='-c client_min_messages=warning' superuser_psql "${quiet[@]}" -d postgres -f - \
        < <("$build/release/alongside" roles) >/dev/null
    if [ -z "$(superuser_psql -d postgres -Atc "select 1 from pg_database where datname = 'alongside'")" ]; then
        superuser_psql "${quiet[@]}" -d postgres -c 'create database alongside owner alongside_owner'
    fi
    say "migrating and loading demo data"
    (logged migrate "$build/release/alongside" migrate --demo) || die "a release that is not frozen yet was changed? ./dev clean starts afresh"
}
