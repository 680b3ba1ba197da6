#!/usr/bin/env bash
# Makes the Debian packages, asks lintian, installs them in a scratch root and builds programs with them: check_packages.sh BUILD_FOLDER
# tests/portability/bare-packages.sh does it with the whole of a Debian in that root.
set -euo pipefail
for tool in dpkg-shlibdeps lintian doxygen; do
    command -v "$tool" >/dev/null || { echo "skipped: this check needs $tool"; exit 77; }
done
. "$(dirname "$0")/common.sh"
unset DESTDIR

echo "Making them"
mpi=()
if command -v mpicc.openmpi >/dev/null; then mpi=(-DDIGITNET_BUILD_MPI=ON -DMPI_C_COMPILER=mpicc.openmpi); fi
quiet cmake -S "$source_folder" --preset debian -B "$work/build" "-DDIGITNET_BLAS=$(cached DIGITNET_BLAS)" "${mpi[@]}"
quiet cmake --build "$work/build" --parallel 2
quiet cpack --config "$work/build/CPackConfig.cmake" -B "$work/packages"
quiet lintian --dont-check-part documentation/manual --fail-on error,warning "$work"/packages/*.deb # check_reference has the man pages

echo "Versions and dependencies"
version=$(sed -n '1s/.*(\(.*\)).*/\1/p' "$source_folder/cmake/debian/changelog")
library=libdigitnet${version%%.*}
depends() { # PACKAGE PATTERN...
    local fields
    fields=$(dpkg-deb -f "$work/packages/$1_${version}_"*.deb Depends)
    for pattern in "${@:2}"; do
        grep -qE "(^|, )$pattern(,|$)" <<<"$fields" || fail "$1 does not depend on $pattern, but on $fields"
    done
}
depends "$library" 'libc6 .*' 'zlib1g .*'
depends libdigitnet-dev "$library \(= $version\)" zlib1g-dev
if [ "$(cached DIGITNET_BLAS)" = OpenBLAS ]; then
    depends "$library" libopenblas0
    depends libdigitnet-dev libopenblas-dev
fi
depends digitnet-examples "$library \(>= ${version%-*}\)" "digitnet-models \(>= ${version%-*}\)" 'libc6 .*' 'libpng.*' 'libjpeg.*'
if [ ${#mpi[@]} -gt 0 ]; then
    mpi_library=libdigitnet-mpi${version%%.*}
    depends "$mpi_library" 'libc6 .*' 'libopenmpi.*' "$library \(>= ${version%-*}\)"
    depends libdigitnet-mpi-dev "$mpi_library \(= $version\)" "libdigitnet-dev \(= $version\)" libopenmpi-dev
    depends digitnet-examples "$mpi_library \(>= ${version%-*}\)"
fi

echo "Installing them" # Dependencies are looked for among what this machine has.
root=$work/root
mkdir -p "$root/var/lib/dpkg/updates" "$root/var/lib/dpkg/info"
cp /var/lib/dpkg/status "$root/var/lib/dpkg/status"
quiet dpkg --root="$root" --log="$work/dpkg.log" --force-not-root --force-bad-path --install "$work"/packages/*.deb
libdir=$(dirname "$(find "$root" -name libdigitnet.a)")
[ "${libdir#"$root"}" = "/usr/lib/$(dpkg-architecture -q DEB_HOST_MULTIARCH)" ] || fail "libraries are in $libdir"
[ -e "$root/usr/share/man/man3/digitnet_model_fit.3.gz" ] || fail "no man page of digitnet_model_fit"
grep -q '/readers/readers\.h$' "$root/var/lib/dpkg/info/libdigitnet-dev.list" || fail "libdigitnet-dev has no readers"
[ -f "$root/usr/share/digitnet/models/digit.onnx" ] || fail "there is no model of digits"

! grep -rlF "$work" "$root/usr" || fail "the build folder stands in these files"

echo "A program"
export PKG_CONFIG_PATH=$libdir/pkgconfig
# shellcheck disable=SC2046
quiet cc -std=c11 -o "$work/program" "$consumers/consumer.c" $(pkg-config --cflags --libs digitnet)
run_shared "$work/program"

echo "The examples, as they are and built from their sources"
examples=$root/usr/share/doc/digitnet-examples/examples
quiet cmake -S "$examples" -B "$work/examples" "-DCMAKE_PREFIX_PATH=$root/usr"
quiet cmake --build "$work/examples"
cd "$work"
for program in "$libdir/digitnet/examples/quickstart" examples/quickstart; do
    rm -f quickstart.onnx
    quiet env LD_LIBRARY_PATH="$libdir" "$program" "$examples/mnist-subset"
    quiet env LD_LIBRARY_PATH="$libdir" "${program%/*}/mnist_predict" quickstart.onnx "$examples/digits/chalk-4.jpg"
done

[ ${#mpi[@]} -gt 0 ] || exit 0
echo "Programs under mpirun"
export OMPI_ALLOW_RUN_AS_ROOT=1 OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1 OMPI_MCA_rmaps_base_oversubscribe=1
# shellcheck disable=SC2046
quiet mpicc.openmpi -std=c11 -o "$work/ranks" "$source_folder/tests/mpi/consumer/consumer.c" $(pkg-config --cflags --libs digitnet-mpi)
quiet env LD_LIBRARY_PATH="$libdir" mpirun.openmpi -n 2 "$work/ranks"
quiet env LD_LIBRARY_PATH="$libdir" mpirun.openmpi -n 2 "$libdir/digitnet/examples/mnist_train" --data "$examples/mnist-subset" --epochs 1 \
    --threads 1 --output "$work/trained"
[ -f "$work/trained/mnist.onnx" ] || fail "mnist_train has saved no model"
