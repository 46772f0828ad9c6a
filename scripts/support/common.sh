# Shared by the scripts: where things are, how they speak, how a Debian package or a PyPI venv gets into .gannet.
# Sourced, not run.

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
state_root="$root/.gannet"

say() { printf '%s\n' "$*" >&2; }
fail() {
    printf 'error: %s\n' "$*" >&2
    exit 1
}

# Runs a command with an exclusive lock, so that scripts may run side by side.
with_lock() {
    local lock="$state_root/$1.lock"
    shift
    mkdir -p "$state_root"
    (
        exec 9>"$lock"
        flock 9
        "$@"
    )
}

free_port() {
    python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])'
}

random_secret() {
    od -An -N18 -tx1 /dev/urandom | tr -d ' \n'
}

# Whether a process is alive and is the one that was started for a folder: pids are reused.
is_ours() {
    local pid=$1 mark=$2
    [ -n "$pid" ] && [ -r "/proc/$pid/cmdline" ] && tr '\0' ' ' <"/proc/$pid/cmdline" | grep --quiet --fixed-strings -- "$mark"
}

# Ends a process that is ours: SIGTERM, then SIGKILL after the given seconds.
stop_process() {
    local pid=$1 mark=$2 seconds=$3
    is_ours "$pid" "$mark" || return 0
    kill "$pid" 2>/dev/null || true
    for _ in $(seq $((seconds * 10))); do
        is_ours "$pid" "$mark" || return 0
        sleep 0.1
    done
    kill -KILL "$pid" 2>/dev/null || true
}

# The mirror that this machine's own apt uses for Debian.
debian_mirror() {
    { cat /etc/apt/sources.list /etc/apt/sources.list.d/*.list /etc/apt/sources.list.d/*.sources 2>/dev/null || true; } |
        grep --only-matching --extended-regexp '(https?|file|mirror\+file):[^ ]*/debian/?( |$)' | head -n 1 | tr -d ' '
}

# Unpacks packages and all they depend on into $state_root/$folder, from a Debian suite, without touching the system.
debian_unpack() {
    local suite=$1 folder=$2
    shift 2
    local target="$state_root/$folder" work="$state_root/$folder.apt"
    [ -e "$target/.complete" ] && return 0
    command -v apt-get >/dev/null && command -v dpkg >/dev/null ||
        fail "this machine has no apt; put mysqld on PATH instead"
    local mirror keyring=/usr/share/keyrings/debian-archive-keyring.gpg
    mirror=$(debian_mirror)
    [ -n "$mirror" ] || fail "no Debian mirror is named in /etc/apt; put mysqld on PATH instead"
    [ -r "$keyring" ] || fail "$keyring is missing; install the package debian-archive-keyring"
    say "Downloading $* from Debian $suite (once)"
    rm -rf "$work" "$target"
    mkdir -p "$work/parts" "$work/preferences" "$work/state/lists/partial" "$work/cache/archives/partial" "$target"
    : >"$work/status"
    printf 'deb [signed-by=%s] %s %s main\n' "$keyring" "$mirror" "$suite" >"$work/sources.list"
    # A mirror may be a frozen copy, so the age of its index is not checked; its signature is.
    cat >"$work/apt.conf" <<CONF
Dir::Etc::sourcelist "$work/sources.list";
Dir::Etc::sourceparts "-";
Dir::Etc::main "-";
Dir::Etc::parts "$work/parts";
Dir::Etc::preferences "-";
Dir::Etc::preferencesparts "$work/preferences";
Dir::State "$work/state";
Dir::State::status "$work/status";
Dir::Cache "$work/cache";
APT::Install-Recommends "false";
APT::Sandbox::User "";
Acquire::Check-Valid-Until "false";
Acquire::Retries "3";
Debug::NoLocking "true";
CONF
    local log="$work/apt.log"
    if ! { APT_CONFIG="$work/apt.conf" apt-get update &&
        APT_CONFIG="$work/apt.conf" apt-get install --download-only --yes "$@"; } >"$log" 2>&1; then
        tail -n 20 "$log" >&2
        fail "the packages $* could not be downloaded; the lines above say why"
    fi
    for package in "$work"/cache/archives/*.deb; do
        dpkg --extract "$package" "$target"
    done
    rm -rf "$work"
    touch "$target/.complete"
}

# Makes a Python venv with one package in $state_root/$folder.
python_venv() {
    local folder=$1 package=$2
    local target="$state_root/$folder"
    [ -e "$target/.complete" ] && return 0
    command -v python3 >/dev/null || fail "python3 is missing; install the package python3"
    say "Installing $package from PyPI (once)"
    rm -rf "$target"
    mkdir -p "$state_root"
    python3 -m venv "$target" >/dev/null 2>&1 || fail "python3 cannot make a venv; install the package python3-venv"
    "$target/bin/pip" install --quiet --disable-pip-version-check "$package" >&2 ||
        fail "$package could not be installed from PyPI"
    touch "$target/.complete"
}
