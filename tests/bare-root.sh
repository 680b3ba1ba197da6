#!/usr/bin/env bash
# Tries both commands of the README in a bare Debian, from a clean clone of what is committed: tests/bare-root.sh FOLDER [SUITE]
# Needs root and debootstrap. Mirror, proxy and certificates are this machine's. FOLDER must not exist yet, and is left to be looked at.
set -euo pipefail
[ $# -ge 1 ] || { echo "usage: $0 FOLDER [SUITE]" >&2; exit 2; }
source_folder=$(cd "$(dirname "$0")/.." && pwd)
root=$1
suite=${2:-bookworm}
[ ! -e "$root" ] || { echo "$root exists already" >&2; exit 2; }

mirror=$(apt-get indextargets --format '$(REPO_URI)' 'Created-By: Packages' "Codename: $suite" | head -n 1)
[ -n "$mirror" ] || { echo "this machine's apt has no mirror for $suite" >&2; exit 1; }
debootstrap --variant=minbase "$suite" "$root" "$mirror"

# What this machine needs to reach the network.
for path in /etc/resolv.conf /etc/hosts /etc/pip.conf /etc/ssl/certs /usr/local/share/ca-certificates; do
    [ ! -e "$path" ] || { mkdir -p "$root$(dirname "$path")" && cp -rL "$path" "$root$(dirname "$path")"; }
done
apt-config dump | grep -i '^Acquire::.*proxy' >"$root/etc/apt/apt.conf.d/99proxy" || true
mapfile -t network < <(env | grep -iE '^([a-z]+_proxy|PIP_(CERT|INDEX_URL|EXTRA_INDEX_URL)|SSL_CERT_(FILE|DIR)|CURL_CA_BUNDLE)=' || true)

git clone -q --no-hardlinks "$source_folder" "$root/root/digitnet"
trap 'umount "$root/dev/pts" "$root/dev" "$root/proc"' EXIT
mount -t proc proc "$root/proc"
mount --bind /dev "$root/dev"
mount --bind /dev/pts "$root/dev/pts"

inside() {
    echo "== $*"
    env -i HOME=/root TERM="${TERM:-dumb}" PATH=/usr/sbin:/usr/bin:/sbin:/bin "${network[@]}" \
        chroot "$root" /bin/bash -c 'cd /root/digitnet && "$@"' bash "$@"
}
inside ./examples/run-mnist.sh --epochs 1
inside ./tests/run.sh
