#!/usr/bin/env bash
# The tests' faults reach all of the library: the functions by which it takes memory, reaches files and starts threads are those that the
# tests wrap. check_wrapped.sh ARCHIVE FUNCTION...
set -euo pipefail
archive=$1
shift

# Functions of the C library that take memory, reach files, or make what threads need.
reaching='(aligned_|m|c|re)alloc(array)?|free|(posix_)?memalign|p?valloc|str(n)?dup|v?asprintf|getline|open_memstream|s?brk'
reaching+='|mmap(64)?|mremap|(f|fd|fre)?open(64|at|at64)?|creat(64)?|tmpfile(64)?|mkstemp(64)?|close(_range)?|p?(read|write)(v|64)?|f(read|write)'
reaching+='|lseek(64)?|f?truncate(64)?|(posix_)?fallocate(64)?|fsync|fdatasync|sync(fs|_file_range)?|msync|flock|lockf(64)?|fcntl(64)?|ioctl|dup[23]?'
reaching+='|(l|f)?stat(x|at|64|at64)?|f?access(at)?|faccessat|f?chmod(at)?|fchmodat|[lf]?chown(at)?|rename(at|at2)?|(un)?link(at)?|symlink(at)?|remove'
reaching+='|readlink(at)?|f?statv?fs(64)?|(mk|rm|open|read|scan)dir(at)?|nftw|realpath|getcwd|sendfile(64)?|copy_file_range|splice|gz.*'
reaching+='|pthread_[a-z]+_init|pthread_create|pthread_key_create|sem_(init|open)|(thrd_create|(mtx|cnd)_init)'

called=$(nm -u "$archive" | awk 'NF == 2 { print $2 }' | sort -u)
wrapped=$(printf '%s\n' "$@" | sort)

not_wrapped() { # reads the names of functions
    grep -xE "$reaching" | comm -23 - <(echo "$wrapped")
}

failed=0
found=$(echo "$called" | not_wrapped)
if [ -n "$found" ]; then
    echo "the library calls, and no test lets fail: $found"
    failed=1
fi
found=$(comm -13 <(echo "$called") <(echo "$wrapped"))
if [ -n "$found" ]; then
    echo "wrapped, and never called by the library: $found"
    failed=1
fi

# A planted call must be found.
[ "$(echo fopen | not_wrapped)" = fopen ] || { echo "a planted fopen was not found"; failed=1; }
exit "$failed"
