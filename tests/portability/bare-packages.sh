#!/usr/bin/env bash
# Makes the Debian packages on this machine, installs them in a bare Debian with what they depend on, builds and runs programs there, and
# removes them: bare-packages.sh FOLDER [SUITE]; SUITE is this machine's.
set -euo pipefail
. "$(dirname "$0")/bare-debian.sh"

folder=$root/root/digitnet
cmake -S "$source_folder" --preset debian -B "$root/tmp/build"
cmake --build "$root/tmp/build" --parallel
cpack --config "$root/tmp/build/CPackConfig.cmake" -B "$folder"
rm -rf "$root/tmp/build" "$folder/_CPack_Packages"
cp -r "$source_folder/tests/consumers" "$folder"

inside apt-get update -qq
inside bash -ec 'apt-get install -y -qq ./*.deb'
inside apt-get install -y -qq --no-install-recommends g++ cmake make pkg-config libpng-dev libjpeg-dev
inside bash -ec 'cc -o shared consumers/consumer.c $(pkg-config --cflags --libs digitnet) && ./shared'
inside bash -ec 'c++ -o static consumers/consumer.cpp -static $(pkg-config --static --cflags --libs digitnet) && ./static'
inside bash -ec 'cmake -S consumers/find_package -B build -DVERSION=$(pkg-config --modversion digitnet) && cmake --build build'
inside bash -ec 'for program in build/*_digitnet build/*_shared build/*_static; do "$program"; done'
inside bash -ec 'cmake -S /usr/share/doc/digitnet-examples/examples -B examples && cmake --build examples'
inside bash -ec 'for folder in /usr/lib/*/digitnet/examples examples; do
    "$folder/mnist_train" --data /usr/share/doc/digitnet-examples/examples/mnist-subset --epochs 1 --output output
    "$folder/mnist_predict" output/mnist.onnx /usr/share/doc/digitnet-examples/examples/digits/*.png
    [ -s output/training.png ]
    rm -r output
done'
inside bash -ec 'apt-get purge -y -qq libdigitnet0 libdigitnet-dev digitnet-examples && ! find /etc /usr /var/lib -path "*digitnet*" | grep .'
