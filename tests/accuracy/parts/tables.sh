# Tables, by digit.onnx, and their rows as lines, by both models. Run by run.sh, which sets the variables in capitals.
set -euo pipefail
here=$(cd "$(dirname "$0")/.." && pwd)
[ -d "$DATA/grids" ] || exit 0
cmake --build "$BUILD" --target accuracy_tables accuracy_lines >&2

"$BUILD/tests/accuracy/accuracy_tables" "$MODELS/digit.onnx" "$DATA/grids" even
if [ -f "$DATA/grids/corners.csv" ] && "$PYTHON" "$here/cut_rows.py" "$DATA/grids" "$WORK/rows" >&2; then
    "$BUILD/tests/accuracy/accuracy_lines" "$MODELS/digit.onnx" "$MODELS/line.onnx" "Rows of even-numbered tables=$WORK/rows/labels.csv"
fi
