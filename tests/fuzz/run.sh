#!/usr/bin/env bash
# Runs the fuzz targets with Clang's libFuzzer, AddressSanitizer and UndefinedBehaviorSanitizer, in build-fuzz/, and prints a table:
# tests/fuzz/run.sh [NAME=RUNS]..., by default all with the full counts. A run may take the target's limit of processor time and 256 MB;
# a finding ends it and is left in build-fuzz/findings/.
set -euo pipefail
cd "$(dirname "$0")/../.."

[ $# -gt 0 ] || set -- onnx=10000000 idx=10000000 idx_gz=10000000 image=1000000 api=1000000 reader=20000

cmake -S . -B build-fuzz -G Ninja -DCMAKE_C_COMPILER=clang -DCMAKE_BUILD_TYPE=None "-DCMAKE_C_FLAGS=-O1 -g" \
    -DDIGITNET_SANITIZE=fuzzer-no-link,address,undefined -DDIGITNET_BLAS=builtin -DDIGITNET_BUILD_EXAMPLES=OFF -DDIGITNET_BUILD_BENCHMARKS=OFF
targets=("${@%%=*}")
cmake --build build-fuzz --target "${targets[@]/#/fuzz_}"
mkdir -p build-fuzz/findings

# Memory that the sanitizer holds back after it was freed counts too.
export ASAN_OPTIONS=quarantine_size_mb=8:malloc_context_size=4

# The last value that libFuzzer tells of in its log.
statistic() { # NAME LOG
    sed -n "s/^stat::$1: *//p" "$2"
}

# The graphs that the tests of other tools' files are about.
write_graphs() { # FOLDER
    local test
    cmake --build build-fuzz --target test_forms test_refusals
    for test in forms refusals; do
        mkdir -p "$1/$test"
        build-fuzz/tests/test_"$test" "$1/$test" >/dev/null 2>&1
    done
}

table=$(printf '%-8s %12s %9s %10s %9s' target runs seconds 'peak MB' findings)
failed=0
for request in "$@"; do
    name=${request%%=*}
    runs=${request#*=}
    found=build-fuzz/corpus-$name
    log=build-fuzz/$name.log
    options=(-runs="$runs" -timeout=150 -rss_limit_mb=256 -max_len=4096 -artifact_prefix=build-fuzz/findings/"$name"- -print_final_stats=1)
    dictionary=tests/fuzz/${name%_gz}.dict
    [ ! -e "$dictionary" ] || options+=(-dict="$dictionary")
    seeds=(tests/fuzz/corpus/"$name")
    # Files of other tools, whose reading is most of what there is to try.
    if [ "$name" = onnx ]; then
        write_graphs build-fuzz/graphs
        seeds+=(tests/foreign/models build-fuzz/graphs/{forms,refusals})
        options+=(-max_len=16384)
    fi
    mkdir -p "$found"
    echo "== $name: $runs runs; $log tells how far it is"
    start=$SECONDS
    findings=0
    build-fuzz/tests/fuzz/fuzz_"$name" "${options[@]}" "$found" "${seeds[@]}" >"$log" 2>&1 || findings=1
    [ $findings = 0 ] || { failed=1; tail -n 40 "$log"; }
    table+=$(printf '\n%-8s %12s %9d %10s %9d' "$name" "$(statistic number_of_executed_units "$log")" $((SECONDS - start)) \
        "$(statistic peak_rss_mb "$log")" $findings)
done
echo "$table"
exit $failed
