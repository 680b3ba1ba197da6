#!/usr/bin/env bash
# Installs the named Debian or Ubuntu packages that are missing, and says first which. It fails where one of them cannot be installed, but
# goes on without an optional one: install-packages.sh PACKAGE... [--optional PACKAGE...]
set -euo pipefail

if ! command -v dpkg-query >/dev/null || ! command -v apt-get >/dev/null; then
    echo "No apt-get here. Please see to it that these, or what they are called on this system, are installed: ${*/#--optional/and, if you like,}" >&2
    exit 0
fi

# Prints the packages that are not installed, on the first line the required ones, on the second the optional ones.
print_missing() { # PACKAGE... [--optional PACKAGE...]
    for package in "$@"; do
        if [ "$package" = --optional ]; then
            echo
        elif [ "$(dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null || true)" != installed ]; then
            printf '%s ' "$package"
        fi
    done
    echo
}
{
    read -ra required
    read -ra optional || true
} < <(print_missing "$@")
missing=("${required[@]}" "${optional[@]}")
[ ${#missing[@]} -gt 0 ] || exit 0

go_on_without() { # PACKAGE...
    echo "Going on without what is optional: $*" >&2
}

as_root=()
if [ "$(id -u)" != 0 ]; then
    as_root=(sudo)
    command -v sudo >/dev/null || {
        echo "These packages are missing, and there is no sudo to install them with: ${missing[*]}" >&2
        [ ${#required[@]} = 0 ] || exit 1
        go_on_without "${optional[@]}"
        exit 0
    }
fi

install() { # PACKAGE...
    "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "$@" >/dev/null
}
echo "Installing with apt-get: ${missing[*]}"
"${as_root[@]}" apt-get update -qq || echo "apt-get update failed; going on with the package lists of before" >&2
[ ${#required[@]} = 0 ] || install "${required[@]}"
[ ${#optional[@]} = 0 ] || install "${optional[@]}" || go_on_without "${optional[@]}"
