# Lines, by both models. Run by run.sh, which sets the variables in capitals.
set -euo pipefail
here=$(cd "$(dirname "$0")/.." && pwd)
cmake --build "$BUILD" --target accuracy_lines >&2

sets=()
[ ! -f "$DATA/pages/labels.csv" ] || sets+=("Lines of the pages=$DATA/pages/labels.csv,line_")
for suffix in "" .gz; do
    images=$MNIST/t10k-images-idx3-ubyte$suffix
    [ ! -f "$images" ] || sets+=("MNIST's test digits side by side=$images,$MNIST/t10k-labels-idx1-ubyte$suffix")
done
images=$DATA/digits/usps-test-images-idx3-ubyte.gz
[ ! -f "$images" ] || sets+=("USPS side by side=$images,$DATA/digits/usps-test-labels-idx1-ubyte.gz")
[ ${#sets[@]} -eq 0 ] || "$BUILD/tests/accuracy/accuracy_lines" "$MODELS/digit.onnx" "$MODELS/line.onnx" "${sets[@]}"

# Kinds of lines, of which the first figure says enough.
if "$PYTHON" "$here/draw_lines.py" "$MNIST" "$WORK/lines" 100 >&2; then
    sets=()
    for table in "$WORK"/lines/*.csv; do
        sets+=("Drawn lines, $(basename "$table" .csv)=$table")
    done
    "$BUILD/tests/accuracy/accuracy_lines" "$MODELS/digit.onnx" "$MODELS/line.onnx" "${sets[@]}" | grep ': whole |'
fi
