# shellcheck shell=bash
# SPDX-License-Identifier: MIT
# Part of `dev`: Debian packages, build directories and the Python environment of the tests.

# ---- Debian packages ---------------------------------------------------------------------------------------------

packages_build=(gcc libc6-dev meson ninja-build pkg-config python3 python3-yaml libulfius-dev libmicrohttpd-dev
    libjansson-dev libpq-dev libjwt-dev liborcania-dev libyder-dev librhonabwy-dev nettle-dev libcurl4-gnutls-dev
    libcmocka-dev postgresql-15 tzdata ca-certificates openssl curl jq)
packages_test=(python3-venv postgresql-15-pgtap libtap-parser-sourcehandler-pgtap-perl)
packages_bench=(python3-venv wrk)
packages_lint=(python3-venv clang-format clang-tidy cppcheck shellcheck)
packages_fuzz=(clang libclang-rt-14-dev llvm)

as_root() {
    if [ "$(id -u)" = 0 ]; then "$@"; else sudo "$@"; fi
}

# The zones that changed in 2026: data that does not know them would put a session at the wrong hour.
zones_are_current() {
    [ "$(TZ=America/Vancouver date -d 2026-12-15T12:00Z +%z)" = -0700 ] &&
        [ "$(TZ=America/Edmonton date -d 2026-12-15T12:00Z +%z)" = -0600 ] &&
        [ "$(TZ=America/Winnipeg date -d 2027-01-15T12:00Z +%z)" = -0500 ]
}

# need PACKAGE...: installs what is missing; without anything to do it asks dpkg only.
need() {
    local missing=() package
    for package in "$@"; do
        [ "$(dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null)" = installed ] || missing+=("$package")
    done
    [ ${#missing[@]} -gt 0 ] || zones_are_current || missing=(tzdata)
    [ ${#missing[@]} -gt 0 ] || return 0
    say "installing: ${missing[*]}"
    if [ ! -e /etc/postgresql-common ]; then # no second cluster beside ours
        as_root mkdir -p /etc/postgresql-common/createcluster.d
        echo 'create_main_cluster = false' |
            as_root tee /etc/postgresql-common/createcluster.d/no-main.conf >/dev/null
    fi
    local apt=(apt-get -q -y -o DPkg::Lock::Timeout=120 -o Dpkg::Use-Pty=0)
    {
        as_root "${apt[@]}" update
        as_root env DEBIAN_FRONTEND=noninteractive "${apt[@]}" install --no-install-recommends "${missing[@]}"
        as_root env DEBIAN_FRONTEND=noninteractive "${apt[@]}" install --only-upgrade tzdata
    } >&2
    zones_are_current || say "warning: tzdata is older than the zone changes of 2026"
}

# ---- builds ------------------------------------------------------------------------------------------------------

werror=false

# build NAME [meson option...]: build/NAME, configured once.
build_variant() {
    local name=$1 log=$build/$1.log steps=(true)
    shift
    need "${packages_build[@]}"
    mkdir -p "$build"
    if [ ! -f "$build/$name/build.ninja" ]; then
        rm -rf "${build:?}/$name"
        steps=(meson setup "$build/$name" "-Dwerror=$werror" "$@")
    elif [ "$(cat "$build/$name/options" 2>/dev/null)" != "$werror $*" ]; then
        steps=(meson configure "$build/$name" "-Dwerror=$werror" "$@")
    fi
    # /usr/bin first: the build scripts need the Python that has python3-yaml.
    if ! { PATH=/usr/bin:$PATH "${steps[@]}" && echo "$werror $*" >"$build/$name/options" &&
        PATH=/usr/bin:$PATH ninja -C "$build/$name"; } >"$log" 2>&1; then
        tail -n 60 "$log" >&2
        die "the build failed; whole output in $log"
    fi
}

build_release() { build_variant release; }
build_sanitize() { build_variant sanitize -Db_sanitize=address,undefined -Db_lundef=false; }
build_fuzz() {
    need "${packages_fuzz[@]}"
    CC=clang build_variant fuzz -Dfuzz=true -Db_sanitize=address,undefined -Db_lundef=false \
        -Dc_args=-fsanitize=fuzzer-no-link
}

# Python packages of the tests, pinned, in an environment of their own.
python_environment() {
    local stamp
    need "$@"
    stamp=$(sha256sum tests/requirements.txt | cut -d' ' -f1)
    if [ "$(cat "$build/venv/stamp" 2>/dev/null)" != "$stamp" ]; then
        rm -rf "$build/venv"
        /usr/bin/python3 -m venv "$build/venv" >&2
        "$build/venv/bin/pip" install -q --disable-pip-version-check -r tests/requirements.txt >&2
        echo "$stamp" >"$build/venv/stamp"
    fi
}
