#!/usr/bin/env bash
# Every public header compiles on its own, in each dialect of C and C++, without warnings, with the compilers at hand, and so do
# its macros where they are used. All but progress.h, which is compiled into programs, need no other headers than the compiler's
# own, so that no type of the platform, of BLAS or of zlib can show in them.
set -euo pipefail
cd "$(dirname "$0")/../.."

warnings=(-Wall -Wextra -Wpedantic -Wconversion -Wshadow -Wundef -Werror)
failed=0
compile() { # SOURCE COMPILER OPTION...
    local source=$1 compiler=$2
    shift 2
    command -v "$compiler" >/dev/null || return 0
    "$compiler" -Iinclude "${warnings[@]}" -fsyntax-only "$@" - <<<"$source" || {
        echo "does not compile with $compiler $*: $source"
        failed=1
    }
}
compile_c() { # SOURCE
    for dialect in c99 c11 c17; do
        compile "$1" gcc -x c -std="$dialect" -Wc++-compat
        compile "$1" clang -x c -std="$dialect" -Wc++-compat
    done
}
compile_cpp() { # SOURCE
    local of_cpp=(-Wold-style-cast -Wzero-as-null-pointer-constant)
    for dialect in c++11 c++17 c++20; do
        compile "$1" g++ -x c++ -std="$dialect" "${of_cpp[@]}" -Wuseless-cast
        compile "$1" clang++ -x c++ -std="$dialect" "${of_cpp[@]}"
    done
}

for header in include/digitnet/*.h; do
    source="#include \"${header#include/}\""$'\ntypedef int not_empty;'
    compile_c "$source"
    compile_cpp "$source"
    if [ "$header" != include/digitnet/progress.h ]; then
        compile "$source" gcc -x c -ffreestanding -nostdinc -isystem "$(gcc -print-file-name=include)"
        compile "$source" clang -x c -ffreestanding -nostdlibinc
    fi
done

compile_c '#include "digitnet/digitnet.h"
#include "digitnet/progress.h"
digitnet_status use(digitnet_model *model, const digitnet_dataset *data);
digitnet_status use(digitnet_model *model, const digitnet_dataset *data) {
    static const digitnet_adam_options adam = DIGITNET_ADAM_INIT;
    digitnet_sgd_options sgd = DIGITNET_SGD_INIT;
    digitnet_metrics metrics = DIGITNET_INIT(digitnet_metrics);
    sgd.momentum = adam.beta_1;
    digitnet_model_add_dense_ex(model, 10, DIGITNET_ACTIVATION_SOFTMAX, DIGITNET_WITH(digitnet_dense_options, .name = "scores"));
    if (digitnet_model_compile_ex(model, DIGITNET_OPTIMIZER_SGD, DIGITNET_LOSS_SPARSE_CATEGORICAL_CROSSENTROPY,
                                  DIGITNET_WITH(digitnet_compile_options, .sgd = &sgd)))
        return digitnet_model_evaluate(&metrics, model, data, NULL);
    if (digitnet_model_fit(model, data, DIGITNET_WITH(digitnet_fit_options, .epochs = 5,
                           DIGITNET_CALLBACKS(DIGITNET_CALLBACK(.call = digitnet_progress_print, .user_data = stderr)))))
        return digitnet_model_evaluate(&metrics, model, data, NULL);
    return digitnet_model_evaluate(&metrics, model, data, DIGITNET_WITH(digitnet_evaluate_options));
}'
compile_cpp '#include "digitnet/digitnet.h"
digitnet_status use(digitnet_model *model, const digitnet_dataset *data);
digitnet_status use(digitnet_model *model, const digitnet_dataset *data) {
    static const digitnet_adam_options adam = DIGITNET_ADAM_INIT;
    digitnet_sgd_options sgd = DIGITNET_SGD_INIT;
    digitnet_metrics metrics = DIGITNET_INIT(digitnet_metrics);
    digitnet_compile_options options = DIGITNET_INIT(digitnet_compile_options);
    sgd.momentum = adam.beta_1;
    options.sgd = &sgd;
    if (digitnet_model_compile_ex(model, DIGITNET_OPTIMIZER_SGD, DIGITNET_LOSS_SPARSE_CATEGORICAL_CROSSENTROPY, &options))
        return DIGITNET_EINVAL;
    return digitnet_model_evaluate(&metrics, model, data, nullptr);
}'

# In C++ too functions have C's names.
object=$(mktemp)
trap 'rm -f "$object"' EXIT
tests/abi/print-linked-functions.sh | c++ -x c++ -Iinclude -c -o "$object" -
diff <(tests/abi/print-declarations.sh | cut -d ' ' -f 1 | sort) <(nm -u "$object" | awk '/digitnet/ { print $2 }' | sort) ||
    { echo "a header declares a C++ function"; failed=1; }
exit "$failed"
