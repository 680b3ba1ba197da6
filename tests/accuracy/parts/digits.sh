# Single digits, by digit.onnx. Run by run.sh, which sets the variables in capitals.
set -euo pipefail
here=$(cd "$(dirname "$0")/.." && pwd)
cmake --build "$BUILD" --target accuracy_digits >&2

sets=()
# A set of DIR/digits, of which each STEP-th is measured.
add_digits() { # NAME FILE STEP
    local images=$DATA/digits/$2-images-idx3-ubyte.gz
    [ ! -f "$images" ] || sets+=("keep:$1=$images,$DATA/digits/$2-labels-idx1-ubyte.gz,0,$3")
}
add_digits USPS usps-test 1
add_digits "Semeion, even-numbered" semeion 2
add_digits "optdigits, even-numbered" optdigits-orig 2
for suffix in "" .gz; do
    images=$MNIST/t10k-images-idx3-ubyte$suffix
    [ ! -f "$images" ] || sets+=("MNIST's test digits=$images,$MNIST/t10k-labels-idx1-ubyte$suffix")
done

# What no training has seen, once the sets above have said which confidence digits reach.
if "$PYTHON" "$here/draw_letters.py" "$WORK/letters" >&2; then
    sets+=("none:Letters of five other fonts=$WORK/letters")
fi
fashion=/usr/share/datasets/fashion-mnist # Debian's dataset-fashion-mnist
if [ -f "$fashion/t10k-images-idx3-ubyte.gz" ]; then
    sets+=("none:Fashion-MNIST's test part=$fashion/t10k-images-idx3-ubyte.gz,$fashion/t10k-labels-idx1-ubyte.gz")
fi

# Situations, each a folder; of two digits none is right.
if [ -f "$DATA/draw_digits.py" ] && "$PYTHON" "$DATA/draw_digits.py" "$MNIST" "$WORK/situations" 5 >&2; then
    for folder in "$WORK"/situations/*; do
        name=${folder##*/}
        kind=
        [ "$name" != two_digits ] || kind=none:
        sets+=("$kind${name//_/ }=$folder")
    done
fi
[ ${#sets[@]} -eq 0 ] || "$BUILD/tests/accuracy/accuracy_digits" "$MODELS/digit.onnx" "${sets[@]}"
