# shellcheck shell=bash
# SPDX-License-Identifier: MIT
# Part of `dev`: the development server, its secrets, settings and accounts.

# ---- settings ----------------------------------------------------------------------------------------------------

secrets_make() {
    local directory=$build/secrets
    mkdir -p "$directory"
    chmod 0700 "$directory"
    (
        umask 077
        [ -s "$directory/seal_keys" ] || echo "dev1:$(openssl rand -hex 32)" >"$directory/seal_keys"
        [ -s "$directory/token_local_key.pem" ] ||
            openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out "$directory/token_local_key.pem"
    )
}

# configure PORT: the environment of every command of the server; of the caller's own, where its mail goes.
configure() {
    local name
    for name in $(compgen -e ALONGSIDE_ || true); do [[ $name == ALONGSIDE_SMTP_* ]] || unset "$name"; done
    secrets_make
    socket=$(cluster_directory)
    export ALONGSIDE_LISTEN_PORT=$1
    export ALONGSIDE_PUBLIC_URL=http://127.0.0.1:$1
    export ALONGSIDE_DATABASE_URL="host=$socket dbname=alongside user=alongside_api"
    export ALONGSIDE_WORKER_DATABASE_URL="host=$socket dbname=alongside user=alongside_worker"
    export ALONGSIDE_MIGRATE_DATABASE_URL="host=$socket dbname=alongside user=alongside_owner"
    export ALONGSIDE_SEAL_KEYS_FILE=$build/secrets/seal_keys
    export ALONGSIDE_TOKEN_LOCAL_KEY_FILE=$build/secrets/token_local_key.pem
}

roles=(peer peer_supporter mental_health_professional coordinator line administrator)

# The demo data's account of a role, or nothing.
demo_account() {
    local i
    for i in "${!roles[@]}"; do
        [ "${roles[$i]}" != "$1" ] || printf '00000000-0000-4000-8000-%012d\n' $((i + 1))
    done
}

# ---- the process -------------------------------------------------------------------------------------------------

server_pid() {
    local pid
    pid=$(cat "$build/server.pid" 2>/dev/null) || return 1
    [ "$(cat "/proc/$pid/comm" 2>/dev/null)" = alongside ] && echo "$pid"
}

server_stop() {
    local pid waited=0
    if pid=$(server_pid); then
        kill -TERM "$pid" 2>/dev/null || true
        while [ -d "/proc/$pid" ] && [ $waited -lt 300 ]; do
            sleep 0.1
            waited=$((waited + 1))
        done
        [ ! -d "/proc/$pid" ] || kill -KILL "$pid"
    fi
    rm -f "$build/server.pid"
}

# is_ours PORT: our server runs and has said that it holds this port; whoever else answers there is a stranger.
is_ours() { server_pid >/dev/null && grep -q "\"listening\",\"for\":\"api\".*\"port\":\"$1\"" "$build/server.log"; }

# port_check PORT: nobody answers there but our own server, which a new start replaces.
port_check() {
    if (: <"/dev/tcp/127.0.0.1/$1") 2>/dev/null && ! is_ours "$1"; then
        die "port $1 is taken by another program; stop that one, or choose a free port: ./dev run --port N"
    fi
}

# await_ready PID PORT
await_ready() {
    local tries
    for tries in $(seq 1 300); do
        if ! [ -d "/proc/$1" ]; then
            tail -n 5 "$build/server.log" >&2
            port_check "$2"
            die "the server does not start"
        fi
        if is_ours "$2" && curl -fsS -o /dev/null --max-time 2 "http://127.0.0.1:$2/readyz" 2>/dev/null; then return; fi
        sleep "$([ "$tries" -lt 20 ] && echo 0.05 || echo 0.2)"
    done
    die "the server does not become ready; its log: build/server.log"
}

greet() {
    cat <<TEXT

Alongside is running, with demo data.

  the API            http://127.0.0.1:$1/v1
  its documentation  http://127.0.0.1:$1/
  a token            ./dev token ROLE
                     It lasts an hour; the same command prints a new one.
  roles              ${roles[*]:0:3}
                     ${roles[*]:3}
  a first call       curl -H "Authorization: Bearer \$(./dev token line)" \\
                         http://127.0.0.1:$1/v1/me
  the end            $2
TEXT
}
