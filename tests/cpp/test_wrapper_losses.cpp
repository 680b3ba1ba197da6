// Losses in C++: settings, functions of the program's own and what they throw, and single batches.
#include "wrapper_support.hpp"

#include <atomic>
#include <chrono>
#include <memory>
#include <stdexcept>
#include <thread>
#include <utility>

// The mean of the outputs that are not the label's, for each sample.
static void wrong_outputs(const digitnet_loss_range &range) {
    for (std::size_t row = 0; row < range.count; row++) {
        range.losses[row] = 0;
        for (std::size_t k = 0; k < range.output_values; k++) {
            const bool wrong = range.labels[row] != static_cast<std::int32_t>(k);
            const std::size_t at = row * range.output_values + k;
            range.losses[row] += wrong ? static_cast<double>(range.outputs[at]) : 0;
            if (range.gradient != nullptr)
                range.gradient[at] = wrong ? 1.0f : 0.0f;
        }
    }
}

static digitnet::model make_custom() {
    return digitnet::model(SIZE, SIZE, 1)
        .flatten()
        .dense(CLASSES, digitnet::softmax)
        .compile(digitnet::adam, digitnet::custom_loss);
}

static digitnet::train_batch make_batch(const std::vector<float> &images, const std::vector<std::int32_t> &labels) {
    digitnet::train_batch batch;
    batch.count = labels.size();
    batch.images = images.data();
    batch.labels = labels.data();
    return batch;
}

TEST_CASE("a loss has settings") {
    digitnet::model model = make_model();
    const digitnet::dataset dataset = make_dataset();
    const double plain = model.evaluate(dataset).loss;
    digitnet::loss_options loss;
    loss.label_smoothing = 0.5;
    digitnet::compile_options options;
    options.loss = &loss;
    model.compile(digitnet::adam, digitnet::sparse_categorical_crossentropy, options);
    CHECK(model.evaluate(dataset).loss != plain);
    loss.gamma = 1;
    CHECK_ERROR(DIGITNET_EINVAL, "gamma is set",
                model.compile(digitnet::adam, digitnet::sparse_categorical_crossentropy, options));
    loss.label_smoothing = 0;
    model.compile(digitnet::adam, digitnet::categorical_focal_crossentropy, options);
    model.fit(dataset);
}

TEST_CASE("a loss is anything that can be called with a range") {
    const digitnet::dataset dataset = make_dataset();
    digitnet::model model = make_custom(), other = make_custom(), third = make_custom();
    std::atomic<std::size_t> samples{0};
    CHECK_ERROR(DIGITNET_ESTATE, "digitnet_model_set_loss()", model.fit(dataset));
    model.set_loss(wrong_outputs);
    other.set_loss([&samples](const digitnet_loss_range &range) -> int {
        samples += range.count;
        wrong_outputs(range);
        return 0;
    });
    const auto named = [owned = std::make_shared<int>(0)](const digitnet_loss_range &range) { wrong_outputs(range); };
    third.set_loss(named); // copied
    const double before = model.evaluate(dataset).loss;
    digitnet::fit_options options;
    options.epochs = 20;
    options.threads = 3;
    model.fit(dataset, options);
    other.fit(dataset, options);
    third.fit(dataset, options);
    CHECK(model.evaluate(dataset).loss < before);
    CHECK(samples == 20 * IMAGES);
    CHECK(model.save_memory() == other.save_memory());
    CHECK(model.save_memory() == third.save_memory());
}

TEST_CASE("a loss lives as long as the models that have it") {
    const digitnet::dataset dataset = make_dataset();
    const auto owned = std::make_shared<int>(0);
    digitnet::model model = make_custom();
    model.set_loss([owned](const digitnet_loss_range &range) { wrong_outputs(range); });
    CHECK(owned.use_count() == 2);
    digitnet::model copy = model.clone();
    digitnet::model moved = std::move(model);
    moved.fit(dataset);
    copy.fit(dataset);
    CHECK(moved.save_memory() == copy.save_memory());
    moved.set_loss(wrong_outputs);
    CHECK(owned.use_count() == 2);
    copy = digitnet::model();
    CHECK(owned.use_count() == 1);
    digitnet::model handle = make_custom();
    handle.set_loss([owned](const digitnet_loss_range &range) { wrong_outputs(range); });
    digitnet_model *raw = handle.release();
    handle = digitnet::model();
    CHECK(owned.use_count() == 2); // the C model's
    digitnet_model_free(raw);
    CHECK(owned.use_count() == 1);
}

TEST_CASE("what a loss throws comes out of the call that it is called in, from any thread") {
    const digitnet::dataset dataset = make_dataset();
    digitnet::model model = make_custom();
    digitnet::fit_options options;
    options.threads = 4;
    const digitnet::model before = model.clone();
    model.set_loss([](const digitnet_loss_range &) { throw planned{7}; });
    CHECK(thrown_by([&] { model.fit(dataset, options); }) == 7);
    CHECK(thrown_by([&] { static_cast<void>(model.evaluate(dataset)); }) == 7);
    const std::vector<float> images = make_images();
    const std::vector<std::int32_t> labels = make_labels();
    const digitnet::train_batch batch = make_batch(images, labels);
    CHECK(thrown_by([&] { model.train_batch(batch); }) == 7);
    CHECK(model.get_weights() == before.get_weights());
    // On a thread that is not the caller's alone.
    const std::thread::id caller = std::this_thread::get_id();
    std::atomic<bool> other_takes_part{false};
    const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(20);
    model.set_loss([caller, deadline, &other_takes_part](const digitnet_loss_range &range) {
        wrong_outputs(range);
        if (std::this_thread::get_id() != caller) {
            other_takes_part = true;
            throw planned{8};
        }
        while (!other_takes_part && std::chrono::steady_clock::now() < deadline)
            std::this_thread::yield();
    });
    const int other_thread = thrown_by([&] { model.fit(dataset, options); });
    CHECK((other_thread == 8 || std::thread::hardware_concurrency() == 1));
    // An exception of a callback comes first.
    const auto throwing = [](const digitnet_event &) { throw planned{9}; };
    CHECK(thrown_by([&] { model.fit(dataset, options, throwing); }) == 9);
}

TEST_CASE("a loss that returns a status or throws in C is an error with its text") {
    const digitnet::dataset dataset = make_dataset();
    digitnet::model model = make_custom();
    model.set_loss([](const digitnet_loss_range &) -> int { return DIGITNET_EIO; });
    CHECK_ERROR(DIGITNET_EIO, "the loss returned", model.fit(dataset));
    model.set_loss([](const digitnet_loss_range &) { throw std::runtime_error("no reference today"); });
    CHECK(digitnet_model_fit(model.get(), dataset.get(), nullptr) == DIGITNET_ECALLBACK);
    CHECK(std::string(digitnet_last_error()).find("no reference today") != std::string::npos);
    // What nobody took is not thrown later.
    model.set_loss([](const digitnet_loss_range &) -> int { return DIGITNET_ECALLBACK; });
    CHECK_ERROR(DIGITNET_ECALLBACK, "the loss returned", model.fit(dataset));
    CHECK_THROWS_AS(model.set_loss([](const digitnet_loss_range &) { throw std::runtime_error("later"); });
                    model.fit(dataset), std::runtime_error);
}

TEST_CASE("evaluations at once each throw") {
    const digitnet::dataset dataset = make_dataset();
    digitnet::model model = make_custom();
    model.set_loss([](const digitnet_loss_range &) { throw planned{7}; });
    std::atomic<int> thrown{0};
    std::vector<std::thread> threads;
    for (int i = 0; i < 4; i++)
        threads.emplace_back([&] {
            try {
                static_cast<void>(model.evaluate(dataset));
            } catch (const planned &) {
                thrown++;
            } catch (const digitnet::error &failed) {
                thrown += failed.status() == DIGITNET_ECALLBACK;
            }
        });
    for (std::thread &each : threads)
        each.join();
    CHECK(thrown == 4);
}

TEST_CASE("a batch of arrays is a step of fit") {
    const digitnet::dataset dataset = make_dataset();
    digitnet::model model = make_model(), once = make_model();
    digitnet::fit_options options;
    options.batch_size = IMAGES;
    options.no_shuffle = 1;
    const digitnet::history history = once.fit(dataset, options);
    const std::vector<float> images = make_images();
    const std::vector<std::int32_t> labels = make_labels();
    digitnet::train_batch batch = make_batch(images, labels);
    const digitnet_metrics metrics = model.train_batch(batch);
    CHECK(metrics.count == IMAGES);
    CHECK(metrics.loss == history.series(DIGITNET_METRIC_LOSS)[0]);
    CHECK(metrics.accuracy == history.series(DIGITNET_METRIC_ACCURACY)[0]);
    CHECK(model.get_weights() == once.get_weights());
    batch.labels = nullptr;
    CHECK_ERROR(DIGITNET_EINVAL, "the batch's samples have no labels", model.train_batch(batch));
}
