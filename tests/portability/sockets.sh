#!/usr/bin/env bash
# Runs tests of threads, and of where their memory lies, on a machine with two sockets of two processors each that QEMU emulates:
# sockets.sh [CACHE]
# What is downloaded and built stays in the cache (build-portability/sockets). Of Debian it needs qemu-system-x86, busybox-static, cpio.
set -euo pipefail
source=$(cd "$(dirname "$0")/../.." && pwd)
tests=(test_threads test_affinity test_bind_threads test_first_touch)
cache=${1:-$source/build-portability/sockets}
mkdir -p "$cache"
cache=$(cd "$cache" && pwd)
root=$cache/root

get_kernel() {
    [ ! -e "$cache/vmlinuz" ] || return 0
    local folder package
    folder=$(mktemp -d)
    package=$(apt-cache depends linux-image-cloud-amd64 | sed -n 's/ *Depends: //p' | head -n 1)
    (cd "$folder" && apt-get download "$package" >/dev/null && dpkg-deb -x "$package"_*.deb linux)
    mv "$folder"/linux/boot/vmlinuz-* "$cache/vmlinuz"
    rm -rf "$folder"
}

build_tests() {
    cmake -S "$source" -B "$cache/build" -DCMAKE_BUILD_TYPE=Release -DDIGITNET_BUILD_TESTS=ON >/dev/null
    cmake --build "$cache/build" -j "$(nproc)" --target "${tests[@]}" >"$cache/build.log"
}

# With the libraries that programs need.
fill_root() {
    local program library
    rm -rf "$root"
    mkdir -p "$root"/{proc,sys,dev,tmp}
    install -D /bin/busybox "$root/bin/busybox"
    for program in "${tests[@]}"; do
        install -D "$cache/build/tests/$program" "$root/tests/$program"
        for library in $(ldd "$cache/build/tests/$program" | grep -o '/[^ ]*'); do
            install -D "$library" "$root$library"
        done
    done
    cat >"$root/init" <<'END'
#!/bin/busybox sh
busybox mount -t proc none /proc
busybox mount -t sysfs none /sys
busybox mount -t devtmpfs none /dev
cd /tmp
for program in /tests/*; do
    echo "$program:"
    "$program" && echo "$program: passed"
done
busybox poweroff -f
END
    chmod +x "$root/init"
    (cd "$root" && find . | cpio --quiet -o -H newc) | gzip >"$cache/root.gz"
}

run_machine() {
    timeout 1200 qemu-system-x86_64 -machine q35 -cpu max -m 2G -smp 4,sockets=2,cores=2 \
        -object memory-backend-ram,id=first,size=1G -numa node,cpus=0-1,memdev=first \
        -object memory-backend-ram,id=second,size=1G -numa node,cpus=2-3,memdev=second \
        -kernel "$cache/vmlinuz" -initrd "$cache/root.gz" -append 'console=ttyS0 quiet panic=-1' \
        -nographic -no-reboot </dev/null | tr -d '\r' | tee "$cache/machine.log"
}

for tool in qemu-system-x86_64 busybox cpio; do
    command -v "$tool" >/dev/null || { echo "sockets.sh: $tool is missing" >&2; exit 1; }
done
get_kernel
build_tests
fill_root
run_machine
passed=$(grep -c ': passed$' "$cache/machine.log" || true)
if [ "$passed" != ${#tests[@]} ] || grep -q SKIPPED "$cache/machine.log"; then
    echo "sockets.sh: not all of ${tests[*]} passed" >&2
    exit 1
fi
