// A program that uses an installed libdigitnet through digitnet.hpp: builds, trains and asks a small network.
#include "digitnet/digitnet.hpp"
#include "digitnet/progress.h"

#include <cstdint>
#include <cstdio>
#include <exception>
#include <stdexcept>
#include <vector>

static void expect(bool condition, const char *what) {
    if (!condition)
        throw std::runtime_error(what);
}

static digitnet::model train(const digitnet::dataset &dataset) {
    digitnet::compile_options settings;
    settings.learning_rate = 0.01;
    auto model = digitnet::model(4, 4, 1)
                     .conv2d(2, 3, digitnet::relu)
                     .flatten()
                     .dense(2, digitnet::softmax)
                     .compile(digitnet::adam, digitnet::sparse_categorical_crossentropy, settings);
    digitnet::fit_options options;
    options.epochs = 2;
    options.threads = 1;
    int events = 0;
    digitnet::sized<digitnet_callback> progress;
    progress.call = digitnet_progress_print;
    progress.user_data = stderr;
    model.fit(dataset, options, progress, [&events](const digitnet_event &) { events++; });
    expect(events > 0, "no event was told of");
    return model;
}

static void stop_by_exception(digitnet::model &model, const digitnet::dataset &dataset) {
    try {
        model.fit(dataset, {}, [](const digitnet_event &) { throw 42; });
    } catch (int thrown) {
        expect(thrown == 42, "another exception came out of fit");
        return;
    }
    throw std::runtime_error("the callback's exception did not come out of fit");
}

static void refuse(const digitnet::model &model) {
    try {
        static_cast<void>(model.predict(std::vector<float>(15)));
    } catch (const digitnet::error &error) {
        expect(error.status() == DIGITNET_ESHAPE, "another status than DIGITNET_ESHAPE");
        return;
    }
    throw std::runtime_error("15 values were taken for images of 16");
}

int main() {
    try {
        std::vector<std::uint8_t> images(4 * 16);
        images[0] = images[18] = 255;
        const digitnet::dataset dataset(images, std::vector<std::int32_t>{0, 1, 0, 1}, 4, 4, 1);
        digitnet::model model = train(dataset);
        expect(model.evaluate(dataset).count == 4, "not all images were evaluated");
        const auto scores = model.predict(images);
        expect(digitnet::model::load_memory(model.save_memory()).predict(images) == scores, "a loaded model differs");
        std::vector<float> same(scores.size());
        digitnet::session(model).run(same, images);
        expect(same == scores, "a session differs");
        stop_by_exception(model, dataset);
        refuse(model);
    } catch (const std::exception &error) {
        std::fprintf(stderr, "wrapper.cpp: %s\n", error.what());
        return 1;
    }
}
