#!/usr/bin/env bash
# Runs the example programs on the subset of MNIST: test_examples.sh FOLDER_OF_THE_PROGRAMS OTHER_MODEL
# OTHER_MODEL is the program that saves a model of more classes than MNIST has.
# Exit codes, what stdout and stderr hold, the files that are left, stopping and resuming.
set -euo pipefail
source_folder=$(cd "$(dirname "$0")/../.." && pwd)
programs=$(cd "$1" && pwd)
other_model=$(realpath "$2")
subset=$source_folder/tests/data/mnist-subset
digits=$source_folder/examples/digits
models=$source_folder/tests/foreign/models
header=epoch,loss,accuracy,val_loss,val_accuracy,train_seconds,learning_rate
work=$(mktemp -d)
trap 'kill $(jobs -p) 2>/dev/null || true; rm -rf "$work"' EXIT # a program that a failure leaves running would go on for hours
cd "$work"

fail() {
    echo "failed: $*"
    for file in stdout stderr; do
        sed "s/^/$file: /" "$file"
    done
    exit 1
}

# Runs a program, into the files stdout and stderr, and checks its exit code.
expect() { # CODE PROGRAM ARGUMENT...
    local wanted=$1 code=0
    shift
    "$programs/$1" "${@:2}" >stdout 2>stderr || code=$?
    [ "$code" = "$wanted" ] || fail "$* ended with $code, not $wanted"
}

# Whether a file has a line that matches.
has() { # FILE PATTERN
    grep -Eq -- "$2" "$1" || fail "$1 has no line with $2"
}

last_line_is_accuracy() { # [NAME]
    tail -n 1 stdout | grep -Eqx "${1:-test} accuracy [01]\.[0-9]{4}" || fail "the last line on stdout is no accuracy"
}

# history.csv has the header and the rows of epochs 1 to N, seven numbers each.
has_epochs() { # FOLDER N
    [ "$(head -n 1 "$1/history.csv")" = "$header" ] || fail "$1/history.csv has another header"
    [ "$(tail -n +2 "$1/history.csv" | cut -d , -f 1 | tr '\n' ' ')" = "$(seq -s ' ' 1 "$2") " ] || fail "$1/history.csv has other epochs than 1 to $2"
    ! tail -n +2 "$1/history.csv" | grep -Evqx '[0-9]+(,[0-9.e-]+){6}' || fail "$1/history.csv has a row without seven numbers"
}

# mnist_predict decodes the whole file before it looks for a digit; what it does not decode it calls damaged.
is_png() { # FILE
    [ -s "$1" ] || fail "$1 is missing"
    head -c 4 "$1" | cmp -s - <(printf '\211PNG') || fail "$1 is no PNG file"
    "$programs/mnist_predict" trained/mnist.onnx "$1" >stdout 2>stderr || ! grep -q damaged stderr || fail "$1 does not decode"
}

# The folder few: 400 training and 200 test images of the subset, for large networks.
write_few() {
    local count=400 part
    mkdir few
    for part in train t10k; do
        cut_idx "$part-images-idx3-ubyte" 16 784 $count
        cut_idx "$part-labels-idx1-ubyte" 8 1 $count
        count=200
    done
}
cut_idx() { # NAME BYTES_OF_THE_HEADER BYTES_OF_A_SAMPLE COUNT
    gunzip <"$subset/$1.gz" >whole
    # shellcheck disable=SC2059
    { head -c 4 whole && printf "\\0\\0\\$(printf %o $(($4 / 256)))\\$(printf %o $(($4 % 256)))" && head -c $(($2 + $3 * $4)) whole | tail -c +9; } >"few/$1"
}

usage() {
    echo "== wrong usage, and help"
    for options in --nonsense --epochs "--epochs 0" "--epochs -1" "--epochs 1.5" "--epochs 5x" "--batch-size 0" "--batch-size -32" \
        "--learning-rate 0" "--learning-rate nan" "--learning-rate -1" "--threads -1" "--threads 257" "--seed -1" "--seed 18446744073709551616" \
        "--output=" extra "--recipe large" "--recipe=" "--recipe seed|small" "--ensemble 0" "--hold-out=10"; do
        # shellcheck disable=SC2086
        expect 2 mnist_train $options
        has stderr '^mnist_train: .+'
        has stderr '^usage: mnist_train'
        [ ! -s stdout ] || fail "mnist_train $options wrote to stdout"
    done
    for program in mnist_train mnist_predict train_folder fashion onnx_info quickstart quickstart_cpp; do
        [ -x "$programs/$program" ] || continue
        expect 0 "$program" --help
        has stdout "^usage: $program"
        [ ! -s stderr ] || fail "$program --help wrote to stderr"
    done
    for program in mnist_train mnist_predict train_folder fashion onnx_info train_reader digit_read; do
        [ -x "$programs/$program" ] && [ -c /dev/full ] || continue
        local code=0
        "$programs/$program" --help >/dev/full 2>stderr || code=$?
        [ "$code" = 1 ] || fail "$program --help to a full disk ended with $code"
        has stderr "^$program: the output could not be written$"
    done
    expect 2 mnist_predict
    expect 2 mnist_predict only-a-model
    expect 2 fashion --epochs 0
    for program in quickstart quickstart_cpp; do
        [ -x "$programs/$program" ] || continue
        expect 2 "$program" one two
        expect 2 "$program" --nonsense
        has stderr "^usage: $program"
    done
    [ ! -e mnist-output ] || fail "wrong usage left a folder"
}

missing_data() {
    echo "== data that is not there"
    expect 1 quickstart
    has stderr 'get-mnist\.sh data/mnist'
    expect 1 mnist_train
    has stderr 'get-mnist\.sh data/mnist'
    expect 1 mnist_train --data nowhere
    has stderr 'nowhere'
    has stderr 'get-mnist\.sh nowhere'
    expect 1 fashion --data few --model nowhere/fashion.onnx
    has stderr 'cannot write into nowhere: No such file'
    mkdir -p taken.onnx
    expect 1 fashion --data few --model taken.onnx
    has stderr 'cannot write taken.onnx: Is a directory'
    expect 1 fashion --data nowhere
    has stderr 'dataset-fashion-mnist'
    expect 1 mnist_train --data "$subset" --resume nothing.onnx
    has stderr '^mnist_train: resuming the model: .*nothing\.onnx'
    "$other_model" other.onnx
    expect 1 mnist_train --data "$subset" --resume other.onnx
    has stderr '28x28x1 and has 12 outputs, but MNIST has .* 10 classes$'
    touch file
    expect 1 mnist_train --data "$subset" --epochs 1 --output file
    has stderr 'file'
    expect 1 mnist_train --data "$subset" --epochs 1 --output /proc # which takes no files, not even root's
    has stderr '^cannot write /proc/history\.csv\.tmp: '
    ! grep -q '^Epoch' stderr || fail "it trained before it saw that the output cannot be written"
}

quickstart() {
    echo "== quickstart"
    expect 0 quickstart "$subset"
    last_line_is_accuracy
    [ -s quickstart.onnx ] || fail "quickstart saved no model"
    [ -x "$programs/quickstart_cpp" ] || return 0
    cp stdout in-c
    mv quickstart.onnx in-c.onnx
    expect 0 quickstart_cpp "$subset"
    cmp stdout in-c || fail "quickstart_cpp prints other things than quickstart"
    cmp quickstart.onnx in-c.onnx || fail "quickstart_cpp saved another model than quickstart"
    expect 1 quickstart_cpp
    has stderr 'quickstart_cpp: not found: '
    has stderr 'get-mnist\.sh data/mnist'
    expect 2 quickstart_cpp one two
}

train() {
    echo "== mnist_train"
    expect 0 mnist_train --data "$subset" --epochs 2 --seed 3 --output a/b/first
    last_line_is_accuracy
    has stdout 'Total params: 225,034'
    has stderr '^Epoch 2/2 - .*loss: [0-9.]+ - accuracy: [0-9.]+ - val_loss: [0-9.]+ - val_accuracy: [0-9.]+$'
    has_epochs a/b/first 2
    cp a/b/first/history.csv two-epochs.csv

    expect 0 mnist_train --data "$subset" --epochs 4 --output a/b/first --resume a/b/first/mnist.onnx
    last_line_is_accuracy
    cp stdout resumed
    has_epochs a/b/first 4
    head -n 3 a/b/first/history.csv | cmp - two-epochs.csv || fail "--resume changed the rows that were there"

    expect 0 mnist_train --data="$subset" --epochs=4 --seed=3 --threads=3 --output=trained
    cmp a/b/first/mnist.onnx trained/mnist.onnx || fail "2 + 2 epochs gave another model than 4 with other threads"
    [ "$(tail -n 1 stdout)" = "$(tail -n 1 resumed)" ] || fail "the same model has two accuracies"
    awk '{ exit !($3 > 0.93) }' <(tail -n 1 stdout) || fail "the accuracy is not over 93%"
    for picture in training confusion predictions; do
        is_png "trained/$picture.png"
    done
    [ "$(grep -c "Predicted: [0-9], Actual: [0-9]'" trained/predictions.gp)" = 24 ] || fail "there are not 24 titles"
    [ "$(awk '{ sum += $3 } END { print sum, NR }' trained/confusion.dat)" = "1000 100" ] || fail "the confusions are not those of 1000 digits"
}

# No epoch is left: the model is what it was, and so is the history where there is one.
recipes() {
    echo "== mnist_train's recipes, and images held out"
    local recipe
    for recipe in small best; do
        expect 0 mnist_train --data few --recipe "$recipe" --epochs 1 --hold-out --output "$recipe"
        has stdout '^333 training and 67 validation images from '
        has stdout 'BatchNormalization'
        last_line_is_accuracy validation
        has_epochs "$recipe" 1
    done
    expect 0 mnist_train --data few --recipe small --epochs 1 --output unheld
    has stdout 'Total params: 18,778$'
    has stdout '^400 training and 200 test images from '
    last_line_is_accuracy
    ! cmp -s small/mnist.onnx unheld/mnist.onnx || fail "a part that is held out changes nothing"
}

ensemble() {
    echo "== an ensemble, stopped and gone on with"
    local process code=0 seed
    "$programs/mnist_train" --data "$subset" --epochs 2 --seed 7 --ensemble 2 --output two >stdout 2>stderr &
    process=$!
    wait_for test -e two/2/history.csv
    kill -INT "$process"
    wait "$process" || code=$?
    [ "$code" = 130 ] || [ "$code" = 0 ] || fail "a stopped ensemble ended with $code"
    [ "$code" = 0 ] || has stderr 'mnist_train --resume two and the same options$'
    expect 0 mnist_train --data "$subset" --epochs 2 --seed 7 --ensemble 2 --output two --resume two
    has stdout '^Network 1 of 2, seed 7$'
    has stderr '^Nothing is left to train: two/1/mnist\.onnx has done 2 epochs'
    has stdout '^All 2 networks together$'
    has stdout '^In two: predictions.png, confusion.png$'
    last_line_is_accuracy
    is_png two/confusion.png
    is_png two/2/training.png
    for seed in 7 8; do
        expect 0 mnist_train --data "$subset" --epochs 2 --seed "$seed" --output "alone-$seed"
        cmp "alone-$seed/mnist.onnx" "two/$((seed - 6))/mnist.onnx" || fail "a network of an ensemble is not that of its seed"
    done
}

nothing_left() {
    echo "== mnist_train with nothing left to train"
    cp trained/history.csv four-epochs.csv
    for output in trained untrained; do # with a history, without one
        expect 0 mnist_train --data "$subset" --epochs 1 --output "$output" --resume trained/mnist.onnx
        has stderr '^Nothing is left to train: trained/mnist\.onnx has done 4 epochs, and --epochs is 1\.$'
        [ "$(wc -l <stderr)" = 1 ] || fail "there are more messages"
        last_line_is_accuracy
        [ "$(tail -n 1 stdout)" = "$(tail -n 1 resumed)" ] || fail "the same model has two accuracies"
        cmp a/b/first/mnist.onnx "$output/mnist.onnx" || fail "no epoch changed the model"
        cp stdout printed
        is_png "$output/confusion.png"
        is_png "$output/predictions.png"
    done
    has printed '^In untrained: mnist.onnx, predictions.png, confusion.png$'
    cmp four-epochs.csv trained/history.csv || fail "no epoch changed the history"
    is_png trained/training.png
    [ ! -e untrained/history.csv ] || fail "there is a history without an epoch"
    [ ! -e untrained/training.png ] || fail "there is a picture of no epoch"
}

# The pictures are drawn again, as in any locale, and without a word.
locales() {
    echo "== gnuplot in other locales"
    for locale in LC_ALL=C LC_ALL=C.UTF-8 LC_ALL=; do
        for name in training confusion predictions; do
            (cd trained && env -u LANG -u LC_CTYPE "$locale" gnuplot "$name.gp") >picture 2>stderr || fail "gnuplot does not take $name.gp"
            [ ! -s stderr ] || fail "gnuplot complains of $name.gp with $locale"
            cmp picture "trained/$name.png" || fail "$name.png is another picture with $locale"
        done
    done
    mkdir one-epoch
    printf '%s\n' "$header" 1,0.3,0.95,0.3,0.95,1,0.001 >one-epoch/history.csv
    (cd one-epoch && gnuplot ../trained/training.gp) >picture 2>stderr || fail "gnuplot does not take one epoch"
    [ ! -s stderr ] || fail "gnuplot complains of one epoch whose values are equal"
}

without_gnuplot() {
    echo "== mnist_train without gnuplot"
    mkdir plotless
    touch plotless/training.png
    PATH=$work/nowhere expect 0 mnist_train --data "$subset" --epochs 1 --output plotless
    has stderr "^predictions\.png is missing: .*gnuplot-nox.* cd 'plotless' && gnuplot predictions\.gp >predictions\.png$"
    last_line_is_accuracy
    has stdout '^In plotless: mnist.onnx, history.csv$'
    has_epochs plotless 1
    has_no_pictures plotless
    (cd plotless && gnuplot predictions.gp >predictions.png) 2>stderr || fail "gnuplot does not take the script"
    is_png plotless/predictions.png
}

has_no_pictures() { # FOLDER
    for file in "$1"/*.png* "$1"/*.tmp; do
        [ ! -e "$file" ] || fail "$file was left"
    done
}

# A gnuplot that fails, dies, or writes nothing or a part, as on a full disk, with the exit code of success.
failing_gnuplot() {
    echo "== mnist_train with a gnuplot that fails"
    mkdir bin
    for lines in 'echo planted >&2; exit 1' 'kill -KILL $$' 'exit 0' 'head -c 3000 ../trained/training.png'; do
        printf '#!/bin/sh\n%s\n' "$lines" >bin/gnuplot
        chmod +x bin/gnuplot
        PATH=$work/bin:$PATH expect 0 mnist_train --data "$subset" --epochs 1 --output pictures --resume trained/mnist.onnx
        has stderr "^confusion\.png is missing: gnuplot failed\. To draw it: cd 'pictures' && gnuplot confusion\.gp >confusion\.png$"
        last_line_is_accuracy
        has_no_pictures pictures
    done
    # One picture that fails is no reason to lack another.
    printf '#!/bin/sh\n[ "$1" != confusion.gp ] && PATH=%s exec gnuplot "$1"\n' "'$PATH'" >bin/gnuplot
    PATH=$work/bin:$PATH expect 0 mnist_train --data "$subset" --epochs 1 --output pictures --resume trained/mnist.onnx
    [ "$(grep -c 'is missing' stderr)" = 1 ] || fail "more than one picture is missing"
    [ ! -e pictures/confusion.png ] || fail "there is a picture that failed"
    is_png pictures/predictions.png
}

# Waits until a command succeeds, for five minutes at most: sanitized programs are slow.
wait_for() {
    for _ in $(seq 6000); do
        ! "$@" || return 0
        sleep 0.05
    done
    fail "waited in vain for $*"
}

interrupt() {
    echo "== Ctrl-C, and going on"
    "$programs/mnist_train" --data "$subset" --epochs 10000 --seed 5 --output stopped >stdout 2>stderr &
    local process=$! code=0
    wait_for test -e stopped/history.csv
    kill -INT "$process"
    wait "$process" || code=$?
    [ "$code" = 130 ] || fail "stopped mnist_train ended with $code"
    has stderr 'mnist_train --resume stopped/mnist\.onnx'
    local epochs
    epochs=$(($(wc -l <stopped/history.csv) - 1))
    has_epochs stopped "$epochs"
    expect 0 mnist_train --data "$subset" --epochs $((epochs + 1)) --output stopped --resume stopped/mnist.onnx
    has_epochs stopped $((epochs + 1))
    expect 0 mnist_train --data "$subset" --epochs $((epochs + 1)) --seed 5 --output unstopped
    cmp stopped/mnist.onnx unstopped/mnist.onnx || fail "stopping changed the model"
}

predict() {
    echo "== mnist_predict"
    local pictures=("$digits"/*.jpg "$digits"/*.png "$digits"/*.pgm) right=0 picture digit
    expect 0 mnist_predict trained/mnist.onnx "${pictures[@]}"
    [ "$(wc -l <stdout)" = $((29 * ${#pictures[@]})) ] || fail "not 29 lines for each picture"
    for picture in "${pictures[@]}"; do
        digit=${picture%.*}
        has stdout "^$picture: [0-9] \([0-9.]+%\), then [0-9] \([0-9.]+%\), [0-9] \([0-9.]+%\)$"
        ! grep -Fq "$picture: ${digit: -1} (" stdout || right=$((right + 1))
    done
    echo "$right of ${#pictures[@]} pictures are read rightly"
    [ $((10 * right)) -ge $((8 * ${#pictures[@]})) ] || fail "only $right of ${#pictures[@]} pictures are read rightly"

    : >empty.png
    echo "no picture" >text.jpg
    head -c 3000 "$digits/marker-0.jpg" >cut.jpg
    head -c 500 "$digits/screen-6.png" >cut.png
    printf 'P5 20 20 255\n' >cut.pgm
    printf 'P2 2 2 255 9 9 9 9' >blank.pgm
    expect 1 mnist_predict trained/mnist.onnx empty.png text.jpg cut.jpg "$digits/screen-6.png" cut.png cut.pgm blank.pgm missing.png .
    has stdout "screen-6.png: "
    [ "$(grep -c %\) stdout)" = 1 ] || fail "a bad picture was read"
    for picture in empty.png text.jpg cut.jpg cut.png cut.pgm blank.pgm missing.png .; do
        has stderr "^$picture: ."
    done
    expect 1 mnist_predict missing.onnx "$digits/screen-6.png"
    has stderr '^mnist_predict: .*missing\.onnx'
    expect 1 mnist_predict text.jpg "$digits/screen-6.png"
    has stderr '^mnist_predict: text\.jpg: '
    code=0
    "$programs/mnist_predict" trained/mnist.onnx "$digits/screen-6.png" >/dev/full 2>stderr || code=$?
    [ "$code" = 1 ] || fail "results that could not be written gave the exit code $code"
    has stderr 'could not be written'
    expect 0 mnist_predict other.onnx "$digits/screen-6.png"
}

fashion() {
    echo "== fashion"
    expect 0 fashion --data few --epochs 1 --model fashion.onnx # its files have the same form
    last_line_is_accuracy
    has stdout '^ankle boot +[0-9.]+% right'
    [ -s fashion.onnx ] || fail "fashion saved no model"
}

# Digits of the subset as PGM files, in a sub-folder for each class.
write_digits() { # FOLDER COUNT
    local label i=0
    gunzip <"$subset/train-images-idx3-ubyte.gz" | tail -c +17 >images
    gunzip <"$subset/train-labels-idx1-ubyte.gz" >labels
    for label in $(od -An -v -tu1 -j 8 -N "$2" labels); do
        mkdir -p "$1/$label"
        { printf 'P5 28 28 255\n' && dd if=images bs=784 skip="$i" count=1 iflag=fullblock status=none; } >"$1/$label/$i.pgm"
        i=$((i + 1))
    done
}

# Coloured pictures of unequal sizes, of two classes whose names gnuplot would take for more than text.
write_shapes() { # FOLDER
    mkdir -p "$1/it's_{round} 100%" "$1/edgy"
    gnuplot <<END
set margins 0, 0, 0, 0
unset border
unset tics
unset key
do for [i = 0:11] {
    set terminal pngcairo size 30 + i, 40 - i background (i % 2 ? '#fff0e0' : '#e0ffff')
    colour = i % 3 ? 0xc03030 : 0x3050c0
    set output sprintf("$1/it's_{round} 100%%/%d.png", i)
    set object 1 circle at screen 0.5, 0.5 size screen 0.3 fillcolor rgb colour fillstyle solid
    plot [0:1][0:1] -1
    set output sprintf('$1/edgy/%d.png', i)
    set object 1 rectangle from screen 0.2, 0.2 to screen 0.8, 0.8 fillcolor rgb colour fillstyle solid
    plot [0:1][0:1] -1
}
END
}

wrong_folders() {
    echo "== train_folder without what it needs"
    local options
    expect 2 train_folder
    expect 2 train_folder one two
    for options in "--size 0" "--size 32x" "--size x32" "--size 32x513" "--size 7" "--size -1" "--validation 0" "--validation 1" "--patience 0" "--grey=1"; do
        # shellcheck disable=SC2086
        expect 2 train_folder $options classes
        has stderr "^train_folder: ${options%%[ =]*} must be"
    done
    expect 1 train_folder nowhere
    has stderr '^train_folder: reading the pictures: nowhere: '
    mkdir -p one/class
    expect 1 train_folder one
    has stderr 'one/class holds no \.png, .*; each sub-folder must be a class'
    cp "$digits/screen-6.png" one/class
    expect 1 train_folder one
    has stderr 'one holds one sub-folder; there must be two'
    mkdir one/other
    echo "no picture" >one/other/text.jpg
    expect 1 train_folder one
    has stderr '^left out: one/other/text\.jpg: neither PNG'
    has stderr 'one/other: no picture can be read$'
    expect 1 train_folder "$digits/screen-6.png" # which no CSV file is
    has stderr '^train_folder: reading the pictures: .*/screen-6\.png, row 1: [0-9]+ values .* are no square image'
    expect 1 train_folder . # whose classes would have the output among them
    has stderr '^train_folder: the output folder folder-output would lie between the classes in \.: --output'
    [ ! -e folder-output ] || fail "a folder that was refused left one"
}

left_by_train_folder() { # FOLDER EPOCHS
    last_line_is_accuracy validation
    has stdout '^The best model is that of epoch [0-9]+\.$'
    has stdout "^In $1: model.onnx, classes.txt, history.csv, mistakes.csv, training.png, confusion.png, predictions.png$"
    has_epochs "$1" "$2"
    # Each picture is of the class that its folder has, or an image of files, and taken for another.
    awk -F'"' 'NR > 1 { split($2, part, "/"); if (($2 !~ /^image [0-9]+$/ && part[2] != $4) || $4 == $6) exit 1 } END { exit NR < 1 }' "$1/mistakes.csv" ||
        fail "mistakes.csv names other pictures: $(head -3 "$1/mistakes.csv")"
    cp stdout printed
    for picture in training confusion predictions; do
        is_png "$1/$picture.png"
    done
}

train_on_folders() {
    echo "== train_folder"
    write_digits classes 120
    mkdir classes/single
    cp "$digits/screen-6.png" classes/single
    echo "no picture" >classes/3/damaged.png
    touch classes/notes.txt classes/4/notes.txt
    expect 0 train_folder classes --size 28 --epochs 2 --seed 2 --grey --output grey
    has stderr '^left out: classes/3/damaged\.png: neither PNG'
    has stderr '^left out: classes/4/notes\.txt is no \.png, .* in the folder of a class$'
    has stderr '^left out: 1 more '
    has stderr '^reading 122 pictures$'
    has stderr '^classes/single: a single picture is trained on'
    has stdout '^classes: 11 classes, [0-9]+ training and [0-9]+ validation pictures, 28x28, grey$'
    has stdout '^single +0\.0000 0\.0000 0\.0000 +0$'
    left_by_train_folder grey 2
    printf '%s\n' 0 1 2 3 4 5 6 7 8 9 single | cmp - grey/classes.txt || fail "classes.txt has other names"
    expect 0 mnist_predict grey/model.onnx "$digits/screen-6.png" # whose images are of this size
    expect 0 train_folder classes --size=28 --epochs=2 --seed=2 --grey --output=again --threads=3
    cmp grey/model.onnx again/model.onnx || fail "other threads gave another model"

    rm -r classes/single classes/3/damaged.png
    expect 0 train_folder classes --size 9x8 --epochs 1 --output grey
    has stdout ', 9x8, grey$' # of itself: none has colours
    ! grep -q damaged stderr || fail "a picture that is gone was left out"

    mkdir -p 'twins/1"2' twins/other
    for picture in 1 2; do # the same in both classes: one of them must be taken for the other
        cp "$digits/screen-6.png" "twins/1\"2/$picture.png"
        cp "$digits/screen-6.png" "twins/other/$picture.png"
    done
    expect 0 train_folder twins --size 8 --epochs 1 --output quoted
    grep -Eq '^"twins/.*"1""2"' quoted/mistakes.csv || fail "mistakes.csv has no doubled quotes: $(cat quoted/mistakes.csv)"
    if [ -c /dev/full ]; then
        ! "$programs/train_folder" twins --size 8 --epochs 1 --output full >/dev/full 2>stderr || fail "a full disk is no failure"
        has stderr '^train_folder: the output could not be written$'
    fi
    mv twins/other $'twins/oth\ner'
    expect 1 train_folder twins --size 8 --epochs 1 --output broken
    has stderr '^train_folder: the name of class 1 has a line break$'

    write_shapes shapes
    expect 0 train_folder shapes --size 20x32 --flip --epochs 30 --patience 2 --validation 0.3 --output colour
    has stdout '^shapes: 2 classes, [0-9]+ training and [0-9]+ validation pictures, 20x32, in colour$'
    [ "$(wc -l <colour/history.csv)" -lt 31 ] || fail "it did not stop early"
    left_by_train_folder colour $(($(wc -l <colour/history.csv) - 1))
    grep -Fq "Actual: it''s_{round} 100%'" colour/predictions.gp || fail "predictions.gp has another name"
    grep -Fq "'it''s_{round} 100%%' 1" colour/confusion.gp || fail "confusion.gp has another name"
}

# A record of CIFAR's binary files, redder the higher the last label is.
record() { # LABEL...
    local label
    for label; do
        # shellcheck disable=SC2059
        printf "\\$(printf %o "$label")"
    done
    head -c 1024 /dev/zero | tr '\0' "\\$(printf %o $((2 * label)))"
    head -c 2048 /dev/zero
}

train_on_cifar() {
    echo "== train_folder on CIFAR's files"
    local label
    mkdir cifar-10 cifar-100
    for label in 0 1 2 3 4 5 6 7 8 9; do
        record "$label"
    done >cifar-10/data_batch_1.bin
    for batch in 2 3 4 5; do
        cp cifar-10/data_batch_1.bin "cifar-10/data_batch_$batch.bin"
    done
    expect 0 train_folder cifar-10 --size 32 --epochs 1 --output numbers
    has stdout '^cifar-10: 10 classes, 40 training and 10 validation pictures, 32x32, in colour$'
    left_by_train_folder numbers 1
    seq 0 9 | cmp - numbers/classes.txt || fail "classes without names are no numbers"
    awk -F'"' 'NR > 1 && (substr($2, 7) - 1) % 10 != $4 { exit 1 }' numbers/mistakes.csv || fail "mistakes.csv has other numbers of images"
    printf '%s\n' airplane automobile bird cat deer dog frog horse ship truck '' >cifar-10/batches.meta.txt
    expect 0 train_folder cifar-10 --epochs 1 --output cifar-10/output # which no class is
    left_by_train_folder cifar-10/output 1
    head -n 10 cifar-10/batches.meta.txt | cmp - cifar-10/output/classes.txt || fail "classes.txt has other names"
    has printed '^automobile +[01]\.'

    for label in $(seq 0 99) $(seq 0 99); do
        record $((label / 5)) "$label"
    done >cifar-100/train.bin
    seq -f 'kind %g' 0 99 >cifar-100/fine_label_names.txt
    expect 0 train_folder cifar-100 --epochs 1 --validation 0.5 --output kinds
    has stdout '^cifar-100: 100 classes, 100 training and 100 validation pictures, 32x32, in colour$'
    cmp cifar-100/fine_label_names.txt kinds/classes.txt || fail "classes.txt has other names"

    printf '\1\2' >>cifar-10/data_batch_2.bin
    printf 'one\ntwo\n' >cifar-100/fine_label_names.txt
    while read -r options message; do
        # shellcheck disable=SC2086
        expect 1 train_folder ${options//,/ } --epochs 1 --output wrong
        has stderr "^train_folder: reading the pictures: $message"
    done <<'END'
cifar-10 cifar-10/data_batch_2\.bin, record 11: 2 bytes, not 3073$
cifar-100 cifar-100/fine_label_names\.txt, row 3: no name, and there are 100 classes$
cifar-100,--size,28 cifar-100: CIFAR's images are 32x32, not 28x28$
END
}

train_on_csv() {
    echo "== train_folder on CSV files"
    { echo "label,$(seq -s , 784)" && paste -d '' <(od -An -v -tu1 -w1 -j 8 -N 120 labels | tr -d ' ') \
        <(od -An -v -tu1 -w784 -N $((120 * 784)) images | tr -s ' ' ,); } >digits.csv
    expect 0 train_folder digits.csv --epochs 1 --output csv
    has stdout '^digits\.csv: 10 classes, [0-9]+ training and [0-9]+ validation pictures, 28x28, grey$'
    left_by_train_folder csv 1
    seq 0 9 | cmp - csv/classes.txt || fail "classes of a CSV file are no numbers"
    has printed '^9 +[01]\.'
    expect 0 train_folder digits.csv --size 14x56 --grey --epochs 1 --output csv
    has stdout ', 14x56, grey$'

    for label in 1 3 1 3 1 3 1 3; do
        echo "$label,$(seq -s , $((label + 1)) $((label + 192)))"
    done >colour.csv
    expect 0 train_folder colour.csv --epochs 1 --validation 0.5 --output csv
    has stderr '^colour\.csv: 2 of 4 classes have no image$'
    has stdout '^colour\.csv: 4 classes, 4 training and 4 validation pictures, 8x8, in colour$'

    sed '5s/,0,/,256,/' digits.csv >damaged.csv
    grep '^1' colour.csv >alone.csv
    while read -r options message; do
        # shellcheck disable=SC2086
        expect 1 train_folder ${options//,/ } --epochs 1 --output wrong
        has stderr "^train_folder: reading the pictures: $message"
    done <<'END'
damaged.csv damaged\.csv, row 5: value [0-9]+ of 784 is no whole number from 0 to 255$
digits.csv,--size,8 digits\.csv, row 2: more than 64 values behind the label, for 8 x 8 x 1$
colour.csv,--grey colour\.csv: its images are in colour, which --grey does not change$
alone.csv alone\.csv holds images of one class; there must be two at least$
END
    [ ! -e wrong ] || fail "data that were refused left a folder"
}

stop_train_folder() {
    echo "== train_folder, and Ctrl-C"
    "$programs/train_folder" classes --size 16 --epochs 10000 --patience 10000 --output halted >stdout 2>stderr &
    local process=$! code=0
    wait_for test -e halted/model.onnx
    kill -INT "$process"
    wait "$process" || code=$?
    [ "$code" = 130 ] || fail "stopped train_folder ended with $code"
    has stderr '^Stopped; the best model so far is halted/model\.onnx$'
    [ -s halted/model.onnx ] || fail "stopped train_folder left no model"
}

onnx_info() {
    echo "== onnx_info"
    expect 2 onnx_info
    expect 2 onnx_info one two
    has stderr '^onnx_info: one argument too many: two$'
    expect 2 onnx_info one --compare two
    has stderr '^onnx_info: --compare takes two files beside the model$'
    expect 0 onnx_info "$models/dynamo-side-file.onnx"
    has stdout '^format +ONNX, ir_version 10$'
    has stdout '^made by +pytorch 2\.15\.0'
    has stdout '^operators +ai\.onnx 20$'
    has stdout '^inputs +x: float32, batch x 2 x 20 x 24$'
    has stdout '^outputs +log_softmax: float32, batch x 5$'
    has stdout '^images +20 x 24 x 2$'
    has stdout '^values +floats, '
    has stdout '^Total params: 862$'
    expect 0 onnx_info "$models/bytes-input.onnx"
    has stdout '^values +bytes$'
    expect 0 onnx_info "$models/caffe2.onnx" # whose weights are among its inputs
    [ "$(grep -A 1 '^inputs ' stdout | tail -n 1 | cut -d ' ' -f 1)" = outputs ] || fail "there is more than one input"
    "$other_model" twelve.onnx
    expect 0 onnx_info twelve.onnx
    has stdout '^made by +libdigitnet [0-9.]+$'
    if [ -c /dev/full ]; then
        ! "$programs/onnx_info" twelve.onnx >/dev/full 2>stderr || fail "a full disk is no failure"
        has stderr '^onnx_info: the output could not be written$'
    fi

    expect 1 onnx_info "$models/refused-if.onnx"
    has stdout '^made by '
    [ "$(grep -A 9 '^This library does not read it:$' stdout | grep -c "^  operator '[A-Za-z]*' (node '[^']*') ")" = 3 ] ||
        fail "there are not three nodes, on lines of their own"
    [ ! -s stderr ] || fail "what is found was taken for a mistake"
    expect 1 onnx_info "$digits/screen-6.png"
    has stderr '^onnx_info: reading the model: .*screen-6\.png: not an ONNX file: it is a PNG picture$'
    head -c 1000 twelve.onnx >cut.onnx
    for file in "$source_folder/README.md" cut.onnx nowhere .; do
        expect 1 onnx_info "$file"
        has stderr '^onnx_info: reading the model: '
        [ ! -s stdout ] || fail "$file is no ONNX file, but something is said of it"
    done
}

# A file of NumPy; its values come from stdin.
npy() { # TYPE SHAPE [VERSION]
    local header="{'descr': '$1', 'fortran_order': False, 'shape': ($2), }"
    local length="\\$(printf %o $((${#header} + 1)))\\0"
    [ "${3:-1}" = 1 ] || length+='\0\0'
    # shellcheck disable=SC2059
    printf "\223NUMPY\\${3:-1}\\0$length"
    echo "$header"
    cat
}

values() { # COUNT BYTES
    local i
    for ((i = 0; i < $1; i++)); do
        # shellcheck disable=SC2059
        printf "$2"
    done
}

compare() { # CODE INPUT OUTPUT
    expect "$1" onnx_info "$models/average-pool-without-pads.onnx" --compare "$2" "$3"
}

# The mean of a channel that is 1 everywhere is 1, and that of one that is 2 is 2.
onnx_compare() {
    echo "== onnx_info --compare"
    local one='\0\0\200\77' two='\0\0\0\100' one_f8='\0\0\0\0\0\0\360\77' two_f8='\0\0\0\0\0\0\0\100'
    { values 480 "$one"; values 480 "$two"; } | npy '<f4' '1, 2, 20, 24' >first.npy
    values 480 "$one_f8$two_f8" | npy '<f8' '1, 20, 24, 2' 2 >last.npy
    values 960 '\377' | npy '|u1' '1, 960' 3 >bytes.npy
    { values 30 "$one"; values 30 "$two"; } | npy '<f4' '1, 2, 5, 6' >first-output.npy
    values 30 "$one$two" | npy '<f4' '1, 60' >last-output.npy
    values 60 "$one" | npy '<f4' '1, 60' >bytes-output.npy
    for input in first last; do
        for output in first last; do
            compare 0 "$input.npy" "$output-output.npy"
            has stdout '^images +1$'
            has stdout '^largest difference +0$'
            has stdout '^largest output +2$'
            has stdout '^The outputs agree: '
        done
        compare 1 "$input.npy" bytes-output.npy
        has stdout '^largest difference +1$'
        has stdout '^The outputs do not agree: '
        [ ! -s stderr ] || fail "outputs that differ were taken for a mistake"
    done
    compare 0 bytes.npy bytes-output.npy
    # The mean of all is one value, which may be a number.
    values 1 '\0\0\300\77' | npy '<f4' '1,' >number.npy
    values 1 '\0\0\300\77' | npy '<f4' '1, 1' >row.npy
    for output in number row; do
        expect 0 onnx_info "$models/one-score.onnx" --compare first.npy "$output.npy"
        has stdout '^largest output +1\.5$'
    done
    values 2 '\0\0\300\77' | npy '<f4' '2,' >numbers.npy
    expect 1 onnx_info "$models/one-score.onnx" --compare first.npy numbers.npy
    has stderr 'as many outputs as there are images$'
    # The first of the channels that are 2 is at place 1.
    values 1 '\1\0\0\0\0\0\0\0' | npy '<i8' '1,' >class.npy
    values 1 '\1\0\0\0' | npy '<i4' '1, 1' >class-4.npy
    values 1 '\2\0\0\0' | npy '<i4' '1' >other-class.npy
    values 2 '\1\0\0\0' | npy '<i4' '1, 2' >two-classes.npy
    for output in class class-4; do
        compare 0 first.npy "$output.npy"
        has stdout '^of another class +0$'
        has stdout '^The classes agree\.$'
    done
    compare 1 first.npy other-class.npy
    has stdout '^of another class +1$'
    has stdout '^The classes do not agree\.$'
    expect 1 onnx_info "$models/refused-if.onnx" --compare first.npy first-output.npy
    has stdout "^  operator 'If' "

    local nan='\0\0\300\177'
    values 60 "$nan" | npy '<f4' '1, 60' >nan.npy
    values 120 "$one" | npy '<f4' '2, 60' >two.npy
    values 60 "$one" | npy '<f4' '60' >flat.npy
    values 60 "$one" | npy '<f4' '1, 5, 2, 6' >sizes.npy
    values 60 "$one" | npy '>f4' '1, 60' >big-endian.npy
    values 59 "$one" | npy '<f4' '1, 60' >cut.npy
    values 60 "$one" | npy '<f4' '1, 60' | LC_ALL=C sed 's/False/True /' >fortran.npy
    values 60 "$one" | npy '<f4' '1, -60' >negative.npy
    values 0 | npy '<f4' '0, 60' >empty.npy
    values 0 | npy '<f4' '4294967296, 4294967296, 4294967296' >huge.npy
    values 60 "$one" | npy '<f4' '1, 60' 4 >later.npy
    head -c 40 two.npy >header.npy
    while read -r name message; do
        compare 1 first.npy "$name.npy"
        has stderr "^onnx_info: $name\\.npy: .*$message"
        [ ! -s stdout ] || fail "something was compared with $name.npy"
    done <<'END'
nan not all of its values are finite$
two as many outputs as there are images$
two-classes whole numbers must be one class for each image$
flat it must be N x values
sizes it must be N x 2 x 5 x 6, N x 5 x 6 x 2 or N x 60$
big-endian its values are '>f4'
cut it is cut off: 236 bytes for 60 values of 4$
fortran it is not in C order
negative its shape
empty with an N of 1 or more$
huge its shape
later its format is 4\.0
header its header is cut off$
nowhere No such file
END
    compare 1 "$digits/screen-6.png" first-output.npy
    has stderr 'screen-6\.png: not a \.npy file$'
}

reader_training() {
    echo "== train_reader without what it needs"
    expect 2 train_reader
    expect 2 train_reader nonsense
    expect 2 train_reader digit --size 0
    expect 0 train_reader digit --help
    has stdout '--pictures DIR'
    expect 1 train_reader digit --mnist "$subset" --fonts nowhere
    has stderr 'nowhere/.*: FreeType cannot open .* apt-get install fonts-dejavu-core '
    expect 1 train_reader line --mnist "$subset" --model nowhere/line.onnx
    has stderr 'cannot write into nowhere'
}

touch stdout stderr
write_few
usage
missing_data
quickstart
train
recipes
ensemble
nothing_left
locales
without_gnuplot
failing_gnuplot
interrupt
[ ! -x "$programs/mnist_predict" ] || predict
fashion
onnx_info
onnx_compare
if [ -x "$programs/train_folder" ]; then
    wrong_folders
    train_on_folders
    train_on_cifar
    train_on_csv
    stop_train_folder
fi
[ ! -x "$programs/train_reader" ] || reader_training
