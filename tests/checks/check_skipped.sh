#!/usr/bin/env bash
# ctest.sh lists why tests were skipped, those within a test program too, and ends as ctest does.
set -euo pipefail
folder=$(cd "$(dirname "$0")/.." && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
fail() {
    echo "failed: $*"
    cat "$work/printed"
    exit 1
}

cat >"$work/CTestTestfile.cmake" <<'END_OF_TESTS'
add_test(good true)
add_test(bad false)
add_test(first sh -c "echo; echo 'skipped: this check needs a: b'; exit 77")
add_test(second sh -c "echo skipped: no luck; exit 77")
add_test(program sh -c "echo '[ RUN      ] of_many'; echo skipped: of_many: no root; echo '[  SKIPPED ] of_many'")
set_tests_properties(first second PROPERTIES SKIP_RETURN_CODE 77)
END_OF_TESTS

expect() { # CODE REASONS OPTION...
    local code=0
    "$folder/ctest.sh" "$work" "${@:3}" >"$work/printed" 2>&1 || code=$?
    [ "$code" = "$1" ] || fail "${*:3} ended with $code, not $1"
    [ "$(sed '1,/^Skipped, because:$/d' "$work/printed")" = "$2" ] || fail "${*:3} gives other reasons"
}
reasons=$'  first: this check needs a: b\n  second: no luck\n  program: of_many: no root'
expect 0 "$reasons" --exclude-regex bad
grep -q '^100% tests passed' "$work/printed" || fail "ctest's own summary is missing"
expect 8 "$reasons"
expect 0 "" --tests-regex good
expect 0 "" --show-only

# cmocka's skip() says no reason.
! grep -rnw 'skip()' --include='*.[ch]' "$folder" | grep -v '^[^:]*/support/expect.h:' || fail "skip_because() is to be used"
