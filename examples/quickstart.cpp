// quickstart.c in C++: reads MNIST, trains the network for one epoch, evaluates it, asks it about one digit, saves it.
//
//     quickstart_cpp [FOLDER]        FOLDER holds MNIST's four files, raw or .gz; default: data/mnist
#include <algorithm>
#include <cstdio>
#include <digitnet/digitnet.hpp>
#include <digitnet/progress.h>
#include <exception>
#include <string>

// Two convolutions with pooling, then two dense layers.
static digitnet::model build() {
    return digitnet::model(28, 28, 1)
        .conv2d(32, 3, digitnet::relu)
        .max_pool2d(2)
        .conv2d(64, 3, digitnet::relu)
        .max_pool2d(2)
        .flatten()
        .dense(128, digitnet::relu)
        .dense(10, digitnet::softmax)
        .compile(digitnet::adam, digitnet::sparse_categorical_crossentropy);
}

static void run(const std::string &folder) {
    const auto [train, test] = digitnet::load_mnist(folder);
    digitnet::model model = build();
    digitnet::fit_options options;
    options.epochs = 1;
    model.fit(train, options, [](const digitnet_event &event) { digitnet_progress_print(&event, stderr); });
    const auto result = model.evaluate(test);
    const auto [image, labels] = test.read(0, 1);
    const auto scores = model.predict(image);
    const auto best = std::max_element(scores.begin(), scores.end());
    model.save("quickstart.onnx");
    std::printf("The first test digit is a %d; the network says %d (%.1f%%).\n", static_cast<int>(labels[0]),
                static_cast<int>(best - scores.begin()), 100 * static_cast<double>(*best));
    std::printf("The model is in quickstart.onnx.\ntest accuracy %.4f\n", result.accuracy);
}

int main(int argc, char **argv) {
    const std::string folder = argc == 2 ? argv[1] : "data/mnist";
    if (argc > 2 || folder[0] == '-') {
        const bool help = folder == "--help";
        std::fprintf(help ? stdout : stderr, "usage: quickstart_cpp [FOLDER]\n");
        return help ? 0 : 2;
    }
    try {
        run(folder);
    } catch (const digitnet::error &error) {
        std::fprintf(stderr, "quickstart_cpp: %s: %s\n", digitnet_status_string(error.status()), error.what());
        if (error.status() == DIGITNET_ENOTFOUND)
            std::fprintf(stderr, "examples/get-mnist.sh %s gets the data.\n", folder.c_str());
        return 1;
    } catch (const std::exception &error) {
        std::fprintf(stderr, "quickstart_cpp: %s\n", error.what());
        return 1;
    }
}
