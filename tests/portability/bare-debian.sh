# What the bare-*.sh scripts share; sourced with FOLDER and SUITE: makes a bare Debian in FOLDER, which must not exist yet and is left to be
# looked at, and runs commands in it. Needs root and debootstrap. Mirror, proxy and certificates are this machine's.
[ $# -ge 1 ] || { echo "usage: $0 FOLDER [SUITE]" >&2; exit 2; }
source_folder=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
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

mkdir "$root/root/digitnet"
trap 'umount "$root/dev/pts" "$root/dev" "$root/proc"' EXIT
mount -t proc proc "$root/proc"
mount --bind /dev "$root/dev"
mount --bind /dev/pts "$root/dev/pts"

inside() {
    echo "== $*"
    env -i HOME=/root TERM="${TERM:-dumb}" DEBIAN_FRONTEND=noninteractive PATH=/usr/sbin:/usr/bin:/sbin:/bin "${network[@]}" \
        chroot "$root" /bin/bash -c 'cd /root/digitnet && "$@"' bash "$@"
}
