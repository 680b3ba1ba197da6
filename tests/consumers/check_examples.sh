#!/usr/bin/env bash
# The examples, as a project of their own beside the installed library, and the installed readers: check_examples.sh BUILD_FOLDER
set -euo pipefail
. "$(dirname "$0")/common.sh"
install_and_move

quiet cmake -S "$source_folder/examples" -B "$work/build" "-DCMAKE_PREFIX_PATH=$prefix"
quiet cmake --build "$work/build"
for program in mnist_train fashion onnx_info mnist_predict train_folder; do
    quiet env LD_LIBRARY_PATH="$libdir" "$work/build/$program" --help
done
cd "$work"
for program in quickstart quickstart_cpp; do
    rm -f quickstart.onnx
    quiet env LD_LIBRARY_PATH="$libdir" "build/$program" "$source_folder/tests/data/mnist-subset"
    [ -s quickstart.onnx ] || fail "$program saved no model"
done

echo "The readers, by pkg-config and by find_package"
export PKG_CONFIG_PATH=$libdir/pkgconfig
mkdir -p readers/pictures/{a,b}
cp "$source_folder/examples/digits/screen-6.png" readers/pictures/a
cp "$source_folder/examples/digits/chalk-4.jpg" "$source_folder/examples/digits/fax-8.pgm" readers/pictures/b
cat >readers/program.c <<'END'
#include "readers.h"

#include <stdio.h>

int main(void) {
    struct picture_folder folder = {.height = 4, .width = 5, .channels = 3};
    digitnet_dataset *pictures = NULL;
    if (list_pictures(&folder, "pictures") || load_pictures(&pictures, &folder)) {
        fprintf(stderr, "%s\n", digitnet_last_error());
        return 1;
    }
    int found = folder.class_count == 2 && digitnet_dataset_count(pictures) == 3;
    digitnet_dataset_free(pictures);
    free_pictures(&folder);
    return found ? 0 : 2;
}
END
cat >readers/CMakeLists.txt <<'END'
cmake_minimum_required(VERSION 3.21)
project(readers LANGUAGES C)
find_package(digitnet 0.1 REQUIRED)
find_package(PNG REQUIRED)
find_package(JPEG REQUIRED)
file(GLOB readers "${digitnet_READERS_DIR}/*.c")
add_executable(program program.c ${readers})
target_include_directories(program PRIVATE "${digitnet_READERS_DIR}")
target_link_libraries(program PRIVATE digitnet::digitnet PNG::PNG JPEG::JPEG m)
END
cd readers
readers=$(pkg-config --variable=readersdir digitnet)
flags=$(pkg-config --cflags --libs digitnet libpng libjpeg)
eval "quiet cc -Wall -Wextra -Werror -o by_pkg_config program.c $readers/*.c -I$readers $flags -lm"
quiet cmake -S . -B build "-DCMAKE_PREFIX_PATH=$prefix"
quiet cmake --build build
run_shared ./by_pkg_config build/program
