#!/bin/sh
# SPDX-License-Identifier: MIT
# At the first start of the database container: passwords of the login roles, and the empty database.
set -eu
for role in owner api worker; do
    psql -v ON_ERROR_STOP=1 -q -U postgres -d postgres -v role="alongside_$role" \
        -v password="$(cat "/run/secrets/password_$role")" -f - <<'SQL'
alter role :"role" password :'password';
SQL
done
psql -v ON_ERROR_STOP=1 -q -U postgres -d postgres -c 'create database alongside owner alongside_owner'
