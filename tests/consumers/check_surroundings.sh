#!/usr/bin/env bash
# The library's sources as a folder of projects with settings of their own, which reach it: check_surroundings.sh BUILD_FOLDER
set -euo pipefail
. "$(dirname "$0")/common.sh"
compiler=$(cached CMAKE_C_COMPILER)

# The name of a project, and what it sets before it adds the library. Each takes a build of the library: what cannot hide the other's faults
# shares one.
surroundings=(
    "-Ofast, CMAKE_UNITY_BUILD" '
        set(CMAKE_UNITY_BUILD ON)
        set(CMAKE_C_FLAGS -Ofast)'
    "-ffast-math, CMAKE_INTERPROCEDURAL_OPTIMIZATION, warnings as errors" '
        set(CMAKE_INTERPROCEDURAL_OPTIMIZATION ON)
        set(CMAKE_C_FLAGS "-O1 -ffast-math -Werror")'
    "-funsafe-math-optimizations, as options of a folder; CMAKE_C_STANDARD 90 without CMAKE_C_EXTENSIONS, warnings as errors, options, targets and headers of the same names" '
        add_compile_options(-O1 -fno-math-errno -funsafe-math-optimizations)
        add_link_options(-funsafe-math-optimizations)
        set(CMAKE_C_STANDARD 90)
        set(CMAKE_C_EXTENSIONS OFF)
        set(CMAKE_C_FLAGS "-Wall -Wextra -Wpedantic -Werror")
        add_compile_definitions(_GNU_SOURCE)
        option(DIGITNET_BUILD_EXAMPLES "Examples of this project" ON)
        option(DIGITNET_INSTALL "Install this project" ON)
        add_library(m INTERFACE)
        file(WRITE "${CMAKE_BINARY_DIR}/include/core/status.h" "#error")
        include_directories("${CMAKE_BINARY_DIR}/include")'
)

configure() { # SURROUNDINGS OPTION...
    rm -rf "$work/build"
    echo "$1" >"$work/surroundings.cmake"
    quiet cmake -S "$consumers/surroundings" -B "$work/build" "-DSURROUNDINGS=$work/surroundings.cmake" \
        "-DDIGITNET_FOLDER=$source_folder" -DDIGITNET_BLAS=builtin \
        "-DCMAKE_C_COMPILER=$compiler" -DCMAKE_EXPORT_COMPILE_COMMANDS=ON "${@:2}"
}

quiet "$compiler" -o "$work/loaded" "$consumers/surroundings/loaded.c" -ldl
for ((i = 0; i < ${#surroundings[@]}; i += 2)); do
    echo "${surroundings[i]}"
    configure "${surroundings[i + 1]}" -DCMAKE_C_FLAGS=-O0
    quiet cmake --build "$work/build" --parallel 2
    run_shared "$work/build/program_shared"
    run_static "$work/build/program_static"
    quiet "$work/loaded" "$work/build/digitnet/src/libdigitnet.so"
done

echo "Levels of optimization"
expect_levels() { # LEVELS SURROUNDINGS OPTION...: the levels that stand last for sources of the library
    local found
    configure "${@:2}"
    found=$(grep -F "$source_folder/src/" "$work/build/compile_commands.json" | sed -n 's/^ *"command": .*\(-O[^ ]*\) .*/\1/p' | sort -u | paste -sd ' ')
    [ "$found" = "$1" ] || fail "levels $found instead of $1 with ${*:2}"
}
expect_levels "-O2 -O3 -Os" "" -DCMAKE_BUILD_TYPE=Release
expect_levels "-O2 -O3" "" -DCMAKE_BUILD_TYPE=Debug
expect_levels "-O1" "" "-DCMAKE_C_FLAGS=-O1 -g"
expect_levels "-Os" "" -DCMAKE_BUILD_TYPE=Release "-DCMAKE_C_FLAGS_RELEASE=-Os -DNDEBUG"
expect_levels "-O1" "add_compile_options(-O1)"
