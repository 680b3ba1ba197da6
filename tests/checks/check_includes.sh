#!/usr/bin/env bash
# Includes point one way. Reads the #include lines of src/ and include/ and names each that breaks the rules below.
set -euo pipefail
cd "$(dirname "$0")/../.."

# Prints the violations under the folder ROOT, which has src/ and include/ in it.
violations() { # ROOT
    (cd "$1" && grep -rnE '^[[:space:]]*#[[:space:]]*include[[:space:]]*["<]' src include) | awk '
    BEGIN {
        uses["core"] = ""
        uses["kernels"] = uses["onnx"] = uses["image"] = uses["ctc"] = "core"
        uses["layers"] = "onnx kernels core"
        uses["engine"] = "layers onnx kernels core"
        uses["augment"] = uses["optimizer"] = "kernels core"
        uses["dataset"] = "augment kernels core"
        uses["model"] = "engine optimizer layers onnx kernels core"
        uses["inference"] = uses["model"] " model"
        uses["training"] = uses["model"] " model dataset augment ctc"
        uses["import"] = uses["model"] " model"
        uses["model_file"] = uses["training"] " training import"
        uses["evaluation"] = uses["training"] " training inference"
        uses["reader"] = uses["training"] " training inference image model_file"
        uses["callbacks"] = uses["model_file"] " model_file"
        only["cblas.h"] = "^src/kernels/gemm_openblas\\.c$"
        only["zlib.h"] = "^src/(dataset|model_file)/"
    }
    function report(rule) { print file ":" line ": " name ": " rule }
    {
        split($0, part, ":"); file = part[1]; line = part[2]
        match($0, /["<][^">]*[">]/)
        quoted = substr($0, RSTART, 1) == "\""
        name = substr($0, RSTART + 1, RLENGTH - 2)
        split(file, folder, "/"); module = folder[2]
        split(name, path, "/"); used = path[1]

        if (folder[1] == "include") {
            if (quoted && used != "digitnet") report("public headers include public headers only")
        } else if (!(module in uses)) {
            report("src/" module " has no rule")
        } else if (!quoted) {
            if (name in only && file !~ only[name]) report("not allowed in src/" module)
        } else if (!(used in uses) && used != "digitnet") {
            report("name the module: \"MODULE/header.h\"")
        } else if (used != module && used != "digitnet" && index(" " uses[module] " ", " " used " ") == 0) {
            report("src/" module " must not use src/" used)
        }
    }'
}

planted() { # MODULE INCLUDE: a violation in a copy of its own must be found
    local root found
    root=$(mktemp -d)
    mkdir -p "$root/src/$1" "$root/include"
    echo "#include $2" > "$root/src/$1/planted.c"
    found=$(violations "$root")
    rm -rf "$root"
    [ -n "$found" ] || { echo "planted $2 in src/$1 was not found"; exit 1; }
}
planted core '"model/model.h"'
planted layers '"model/model.h"'
planted dataset '"training/training.h"'
planted inference '"training/training.h"'
planted training '"model_file/export.h"'
planted model_file '"callbacks/callback.h"'
planted import '"training/training.h"'
planted engine '"model/model.h"'
planted onnx '"layers/layer.h"'
planted image '"kernels/kernels.h"'
planted ctc '"training/loss.h"'
planted model '<cblas.h>'
planted core '<zlib.h>'
planted kernels '"gemm.h"'

found=$(violations .)
if [ -n "$found" ]; then
    echo "$found"
    exit 1
fi
