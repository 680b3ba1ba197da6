// Reports, predictions over data sets and ready callbacks in C++.
#include "wrapper_support.hpp"

#include <fstream>
#include <iterator>
#include <stdexcept>

TEST_CASE("a report has the figures of its scores") {
    const std::vector<float> scores{0.75f, 0.25f, 0.5f, 0.5f, 0.25f, 0.75f};
    const std::vector<std::int32_t> labels{0, 1, 1};
    digitnet::report_options options;
    options.bins = 4;
    const digitnet::report report(scores, labels, options);
    CHECK(report.describe().count == 3);
    CHECK(report.describe().right == 2);
    CHECK(report.describe().bins == 4);
    CHECK(report.describe_class(1).recall == 0.5);
    CHECK(report.describe_bin(1).count == 1);
    const auto confusion = report.confusion();
    CHECK(std::vector<std::size_t>(confusion.begin(), confusion.end()) == std::vector<std::size_t>{1, 0, 1, 1});
    CHECK(report.text().find("2 of 3 images are right: accuracy 0.6667") == 0);
    CHECK(report.text().back() == '\n');
    CHECK_ERROR(DIGITNET_ENOTFOUND, "class 2", report.describe_class(2));
    CHECK_ERROR(DIGITNET_ENOTFOUND, "bin 4", report.describe_bin(4));
    const std::vector<std::int32_t> two{0, 1};
    CHECK_ERROR(DIGITNET_EINVAL, "label 7", digitnet::report(scores, std::vector<std::int32_t>{0, 1, 7}));
    CHECK_ERROR(DIGITNET_ESHAPE, "3 scores", digitnet::report(digitnet::span<const float>(scores.data(), 3), two));
    const digitnet::report none;
    CHECK_ERROR(DIGITNET_EINVAL, "report is NULL", none.describe());
    CHECK_ERROR(DIGITNET_EINVAL, "report is NULL", none.text());
    CHECK(none.confusion().empty());
}

TEST_CASE("a model's report is that of its predictions over the data set") {
    const digitnet::dataset dataset = make_dataset();
    const digitnet::model model = make_model();
    std::size_t told = 0;
    auto count = [&told](std::size_t done, std::size_t all) {
        CHECK(done == all);
        told += done;
    };
    const std::vector<float> scores = model.predict(dataset, digitnet::with_progress(count));
    CHECK(told == IMAGES);
    CHECK(scores == model.predict(make_images()));
    const auto labels = dataset.read(0, IMAGES).labels;
    const digitnet::predict_options predict = digitnet::with_progress(count);
    digitnet::report_options options;
    options.predict = &predict;
    CHECK(digitnet::report(model, dataset, options).text() == digitnet::report(scores, labels).text());
    CHECK(told == 2 * IMAGES);
    auto give = [](std::size_t, std::size_t) -> int { return DIGITNET_EIO; };
    CHECK_ERROR(DIGITNET_EIO, "the progress function", model.predict(dataset, digitnet::with_progress(give)));
    auto thrower = [](std::size_t, std::size_t) { throw std::out_of_range("planned"); };
    CHECK_THROWS_AS(static_cast<void>(model.predict(dataset, digitnet::with_progress(thrower))), std::out_of_range);
    CHECK_ERROR(DIGITNET_EINVAL, "NULL", model.predict(digitnet::dataset()));
}

TEST_CASE("a gradient by an image has its values") {
    const digitnet::model model = make_model();
    const std::vector<float> images = make_images();
    const digitnet::span<const float> first(images.data(), VALUES);
    const auto by_first = model.input_gradient(first, 0), by_second = model.input_gradient(first, 1);
    CHECK(by_first.size() == VALUES);
    CHECK(by_first != by_second);
    CHECK(model.input_gradient(first, 0, DIGITNET_GRADIENT_OF_LOSS) != by_first);
    CHECK_ERROR(DIGITNET_EINVAL, "no output 2", model.input_gradient(first, CLASSES));
    CHECK_ERROR(DIGITNET_ESHAPE, "one image", model.input_gradient(images, 0));
}

TEST_CASE("an interval holds its part") {
    const digitnet::interval ends = digitnet::wilson_interval(9, 10);
    CHECK(ends.low < 0.9);
    CHECK(ends.high > 0.9);
    CHECK_ERROR(DIGITNET_EINVAL, "11 successes", digitnet::wilson_interval(11, 10));
}

TEST_CASE("ready callbacks are handed to fit as others are") {
    const digitnet::dataset dataset = make_dataset();
    digitnet::model model = make_model();
    digitnet::early_stopping_options stopping;
    stopping.monitor = DIGITNET_MONITOR_LOSS;
    stopping.min_delta = 1000;
    stopping.restore_best = 1;
    const digitnet::callback early = digitnet::callback::early_stopping(stopping);
    digitnet::callback log = digitnet::callback::csv_log("wrapper-log.csv");
    digitnet::fit_options options;
    options.epochs = 5;
    int events = 0;
    const auto history = model.fit(dataset, options, early, log, digitnet::callback::time_limit(1000),
                                   digitnet::callback::learning_rate_log("wrapper-rates.csv"),
                                   digitnet::callback::checkpoint("wrapper-{epoch}.onnx"),
                                   [&events](const digitnet_event &) { events++; });
    CHECK(history.end() == DIGITNET_STOP_CALLBACK);
    CHECK(history.series(DIGITNET_METRIC_LOSS).size() == 2);
    CHECK(events == 8);
    CHECK(model.describe().epochs_done == 1);
    CHECK(digitnet::model::load("wrapper-2.onnx").describe().epochs_done == 2);
    std::ifstream file("wrapper-log.csv"), rates("wrapper-rates.csv");
    const std::string text{std::istreambuf_iterator<char>(file), {}}, rate{std::istreambuf_iterator<char>(rates), {}};
    CHECK(text.find("epoch,loss") == 0);
    CHECK(rate.find("epoch,learning_rate\n1,") == 0);
    for (const char *name : {"wrapper-log.csv", "wrapper-rates.csv", "wrapper-1.onnx", "wrapper-2.onnx"})
        CHECK(std::remove(name) == 0);
    const digitnet::callback none;
    CHECK_ERROR(DIGITNET_EINVAL, "callbacks[0] is NULL", model.fit(dataset, options, none));
    CHECK_ERROR(DIGITNET_EINVAL, "seconds is 0", digitnet::callback::time_limit(0));
    CHECK_ERROR(DIGITNET_EINVAL, "path is empty", digitnet::callback::csv_log(""));
    CHECK_ERROR(DIGITNET_EINVAL, "{what}", digitnet::callback::checkpoint("{what}"));
}
