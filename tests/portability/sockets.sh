#!/usr/bin/env bash
# Runs tests of threads, and of where their memory lies, on a machine with two sockets of two processors each that QEMU emulates:
# sockets.sh [CACHE]
# What is downloaded and built stays in the cache (build-portability/sockets). Of Debian it needs qemu-system-x86, busybox-static, cpio.
set -euo pipefail
cd "$(dirname "$0")/../.."
tests=(test_threads test_affinity test_bind_threads test_first_touch)
cache=${1:-build-portability/sockets}
mkdir -p "$cache"
cache=$(cd "$cache" && pwd)
root=$cache/root

get_kernel() {
    [ ! -e "$cache/linux" ] || return 0
    local package
    package=$(apt-cache depends linux-image-cloud-amd64 | sed -n 's/ *Depends: //p')
    (cd "$cache" && apt-get download "$package" >/dev/null && dpkg-deb -x "$package"_*.deb linux)
}

build_tests() {
    cmake -S . -B "$cache/build" -DCMAKE_BUILD_TYPE=Release -DDIGITNET_BUILD_TESTS=ON >/dev/null
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
        -kernel "$cache"/linux/boot/vmlinuz-* -initrd "$cache/root.gz" -append 'console=ttyS0 quiet' \
        -nographic -no-reboot </dev/null | tr -d '\r' | tee "$cache/machine.log"
}

get_kernel
build_tests
fill_root
run_machine
! grep -q SKIPPED "$cache/machine.log"
[ "$(grep -c ': passed$' "$cache/machine.log")" = ${#tests[@]} ]
