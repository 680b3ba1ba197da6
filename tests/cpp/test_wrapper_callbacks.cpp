// Callbacks in C++: what they may be, how they end a fit, and how their exceptions get past the C frames.
#include "wrapper_support.hpp"

#include <atomic>
#include <stdexcept>
#include <thread>
#include <utility>

// Throws at one event, and counts all of them.
struct thrower {
    digitnet_event_kind at;
    int number;
    int told = 0, ended = 0;

    void operator()(const digitnet_event &event) {
        told++;
        ended += event.kind == DIGITNET_EVENT_FIT_END;
        if (event.kind == at)
            throw planned{number};
    }
};

static int calls_of_function = 0;

static void function(const digitnet_event &) {
    calls_of_function++;
}

static int c_function(const digitnet_event *event, void *user_data) {
    CHECK(event->struct_size == sizeof *event);
    ++*static_cast<int *>(user_data);
    return 0;
}

static digitnet_callback in_c_callback(digitnet_callback_fn call, void *user_data) {
    digitnet::sized<digitnet_callback> made;
    made.call = call;
    made.user_data = user_data;
    return made;
}

TEST_CASE("a callback is anything that can be called with an event") {
    const digitnet::dataset dataset = make_dataset();
    digitnet::model model = make_model();
    int calls = 0;
    const auto constant = [&calls](const digitnet_event &) { calls++; };
    thrower state{};
    const digitnet_callback in_c = in_c_callback(c_function, &calls);
    const digitnet::history history = model.fit(
        dataset, {}, constant, [&calls](const digitnet_event &) -> int { return calls++ < 0; }, state, function,
        &function, in_c, in_c_callback(c_function, &calls));
    const int events = 5; // of one epoch of one batch
    CHECK(history.end() == DIGITNET_STOP_COMPLETED);
    CHECK(calls == 4 * events);
    CHECK(calls_of_function == 2 * events);
    CHECK(state.told == events); // not those of a copy
}

TEST_CASE("callbacks are called in their order, those in the options first") {
    const digitnet::dataset dataset = make_dataset();
    digitnet::model model = make_model();
    std::string order;
    const digitnet_callback first = in_c_callback(
        [](const digitnet_event *, void *text) { return *static_cast<std::string *>(text) += 'a', 0; }, &order);
    const digitnet_callback second = in_c_callback(
        [](const digitnet_event *, void *text) { return *static_cast<std::string *>(text) += 'b', 0; }, &order);
    const digitnet_callback *const own[] = {&first, &second};
    digitnet::fit_options options;
    options.callbacks = own;
    options.callback_count = 2;
    model.fit(dataset, options);
    CHECK(order == "ababababab");
    order.clear();
    model.fit(
        dataset, options, [&order](const digitnet_event &) { order += 'c'; },
        [&order](const digitnet_event &event) {
            order += 'd';
            return event.kind == DIGITNET_EVENT_FIT_BEGIN;
        });
    CHECK(order == "abcdabcd"); // FIT_BEGIN and FIT_END
}

static void count_release(void *released) {
    ++*static_cast<int *>(released);
}

TEST_CASE("a callback in C that owns its data releases it, whatever comes out of the fit") {
    const digitnet::dataset dataset = make_dataset();
    digitnet::model model = make_model();
    int released = 0;
    digitnet_callback owner = in_c_callback([](const digitnet_event *, void *) { return 0; }, &released);
    owner.release = count_release;
    model.fit(dataset, {}, owner);
    CHECK(released == 1);
    digitnet::fit_options options;
    options.threads = 1000;
    CHECK_ERROR(DIGITNET_EINVAL, "1000", model.fit(dataset, options, owner));
    CHECK(released == 2);
    thrower later{DIGITNET_EVENT_EPOCH_BEGIN, 7};
    CHECK(thrown_by([&] { model.fit(dataset, {}, owner, later); }) == 7);
    CHECK(released == 3);
}

TEST_CASE("a callable with a snapshot may keep and restore it") {
    const digitnet::dataset dataset = make_dataset();
    digitnet::model model = make_model(), once = make_model();
    once.fit(dataset);
    digitnet::fit_options options;
    options.epochs = 3;
    const auto keep_first = [](const digitnet_event &event) {
        return event.kind == DIGITNET_EVENT_EPOCH_END && event.epoch == 1
                   ? DIGITNET_CALLBACK_KEEP | DIGITNET_CALLBACK_RESTORE
                   : DIGITNET_CALLBACK_CONTINUE;
    };
    CHECK_ERROR(DIGITNET_ECALLBACK, "without uses_snapshot", model.fit(dataset, options, keep_first));
    model = make_model();
    const auto history = model.fit(dataset, options, digitnet::with_snapshot(keep_first));
    CHECK(history.series(DIGITNET_METRIC_LOSS).size() == 3);
    CHECK(model.save_memory() == once.save_memory());
    // One with a name is referred to; one without may give nothing.
    thrower state{};
    model.fit(dataset, {}, digitnet::with_snapshot(state));
    CHECK(state.told == 5);
    int calls = 0;
    model.fit(dataset, {}, digitnet::with_snapshot([&calls](const digitnet_event &) { calls++; }));
    CHECK(calls == 5);
}

TEST_CASE("what a callback gives ends the fit as in C") {
    const digitnet::dataset dataset = make_dataset();
    digitnet::model model = make_model();
    const auto giving = [](int result) {
        return [result](const digitnet_event &event) { return event.kind == DIGITNET_EVENT_BATCH_END ? result : 0; };
    };
    digitnet::fit_options options;
    options.epochs = 3;
    CHECK(model.fit(dataset, options, giving(0)).end() == DIGITNET_STOP_COMPLETED);
    const digitnet::history stopped = model.fit(dataset, options, giving(1));
    CHECK(stopped.end() == DIGITNET_STOP_CALLBACK);
    CHECK(model.describe().epochs_done == 3);
    CHECK(model.describe().batches_done == 1);
    CHECK_ERROR(DIGITNET_EIO, "callback 1 ended the fit", model.fit(dataset, options, function, giving(DIGITNET_EIO)));
    CHECK_ERROR(DIGITNET_ECALLBACK, "callback 0 returned 7", model.fit(dataset, options, giving(7)));
    options.callback_count = 1;
    CHECK_ERROR(DIGITNET_EINVAL, "callbacks is NULL", model.fit(dataset, options));
}

TEST_CASE("what a callback throws stops the fit and is thrown on after it") {
    const digitnet::dataset dataset = make_dataset();
    digitnet::fit_options options;
    options.epochs = 2;
    options.batch_size = 5;
    const auto events_until = [](digitnet_event_kind kind) {
        return kind == DIGITNET_EVENT_BATCH_END ? 3 : kind == DIGITNET_EVENT_EPOCH_END ? 5 : static_cast<int>(kind);
    };
    for (const auto kind :
         {DIGITNET_EVENT_FIT_BEGIN, DIGITNET_EVENT_EPOCH_BEGIN, DIGITNET_EVENT_BATCH_END, DIGITNET_EVENT_EPOCH_END}) {
        CAPTURE(kind);
        digitnet::model model = make_model();
        thrower before{}, at{kind, 42}, after{};
        digitnet::history history;
        CHECK(thrown_by([&] { model.fit(history, dataset, options, before, at, after); }) == 42);
        CHECK(at.told == events_until(kind) + 1); // FIT_END comes all the same
        CHECK(at.ended == 1);
        CHECK(before.ended == 1);
        CHECK(after.ended == (kind == DIGITNET_EVENT_FIT_BEGIN ? 0 : 1)); // it was not told of the beginning
        CHECK(history.end() == DIGITNET_STOP_FAILED);
        CHECK(history.series(DIGITNET_METRIC_LOSS).size() == (kind == DIGITNET_EVENT_EPOCH_END ? 1 : 0));
        // The model is in nobody's use, and stands after the last whole step.
        CHECK(model.describe().epochs_done == (kind == DIGITNET_EVENT_EPOCH_END ? 1 : 0));
        CHECK(model.describe().batches_done == (kind == DIGITNET_EVENT_BATCH_END ? 1 : 0));
        digitnet::model unstopped = make_model();
        options.epochs = 0;
        options.until_epoch = 2;
        model.fit(dataset, options);
        unstopped.fit(dataset, options);
        CHECK(model.get_weights() == unstopped.get_weights());
        options.epochs = 2;
        options.until_epoch = 0;
    }
    digitnet::model model = make_model();
    thrower at_end{DIGITNET_EVENT_FIT_END, 43};
    digitnet::history history;
    CHECK(thrown_by([&] { model.fit(history, dataset, options, at_end); }) == 43);
    CHECK(history.end() == DIGITNET_STOP_COMPLETED);
    CHECK(model.describe().epochs_done == 2);
}

TEST_CASE("of several exceptions the first is thrown on, whatever its type") {
    const digitnet::dataset dataset = make_dataset();
    digitnet::model model = make_model();
    thrower first{DIGITNET_EVENT_EPOCH_BEGIN, 1}, at_end{DIGITNET_EVENT_FIT_END, 2};
    CHECK(thrown_by([&] { model.fit(dataset, {}, first, at_end); }) == 1);
    CHECK(at_end.ended == 1);
    CHECK_THROWS_AS(model.fit(dataset, {}, [](const digitnet_event &) { throw "no class"; }), const char *);
    CHECK_THROWS_WITH_AS(model.fit(dataset, {}, [](const digitnet_event &) { throw std::out_of_range("far out"); }),
                         "far out", std::out_of_range);
    CHECK_ERROR(DIGITNET_EUNSUPPORTED, "own words", model.fit(dataset, {}, [](const digitnet_event &) {
        throw digitnet::error(DIGITNET_EUNSUPPORTED, "own words");
    }));
    CHECK(model.fit(dataset).end() == DIGITNET_STOP_COMPLETED); // nothing of them is left
}

// A source of which sample `bad` cannot be had.
static digitnet::dataset make_source(std::size_t bad, int number) {
    return digitnet::dataset::source(IMAGES, SIZE, SIZE, 1,
                                     [bad, number, whole = make_dataset()](const digitnet::batch &batch) {
                                         for (std::size_t i = 0; i < batch.indices.size(); i++) {
                                             const std::size_t index = batch.indices[i];
                                             if (index == bad)
                                                 throw planned{number};
                                             digitnet::span<float> image;
                                             if (!batch.images.empty())
                                                 image = {batch.images.data() + i * VALUES, VALUES};
                                             digitnet::span<std::int32_t> label;
                                             if (!batch.labels.empty())
                                                 label = {batch.labels.data() + i, 1};
                                             whole.read(image, label, index, 1);
                                         }
                                     });
}

TEST_CASE("what a source throws comes out of fit, evaluate and read") {
    const digitnet::dataset dataset = make_dataset(), source = make_source(7, 11), sound = make_source(IMAGES, 12);
    digitnet::model model = make_model(), other = make_model();
    std::vector<float> images(IMAGES * VALUES);
    CHECK(thrown_by([&] { model.fit(source); }) == 11);
    CHECK(thrown_by([&] { static_cast<void>(model.evaluate(source)); }) == 11);
    CHECK(thrown_by([&] { static_cast<void>(source.read(0, IMAGES)); }) == 11);
    CHECK(thrown_by([&] { source.read(images, {}, 7, 1); }) == 11);
    CHECK(thrown_by([&] { static_cast<void>(source.slice(6, 4).read(1, 1)); }) == 11);
    CHECK(source.slice(0, 7).read(0, 7).images == dataset.read(0, 7).images);
    digitnet::fit_options options;
    options.validation = source.get();
    digitnet::history history;
    thrower listener{};
    CHECK(thrown_by([&] { model.fit(history, dataset, options, listener); }) == 11);
    CHECK(history.end() == DIGITNET_STOP_FAILED);
    CHECK(listener.ended == 1);
    // Without an exception a source is as good as memory.
    model = make_model();
    model.fit(sound);
    other.fit(dataset);
    CHECK(model.get_weights() == other.get_weights());
    CHECK(model.evaluate(sound).loss == model.evaluate(dataset).loss);
}

TEST_CASE("an exception belongs to the call that it was thrown in") {
    const digitnet::dataset dataset = make_dataset(), source = make_source(7, 11);
    digitnet::model model = make_model();
    auto metrics = DIGITNET_INIT(digitnet_metrics);
    // Through the C API it can only be a status.
    CHECK(digitnet_model_evaluate(&metrics, model.get(), source.get(), nullptr) == DIGITNET_ECALLBACK);
    CHECK(model.evaluate(dataset).count == IMAGES);
    // A callback deals with an exception of its own, ...
    int caught = 0;
    model.fit(dataset, {}, [&](const digitnet_event &) {
        caught += thrown_by([&] { static_cast<void>(model.evaluate(source)); }) == 11;
        CHECK(digitnet_model_evaluate(&metrics, model.get(), source.get(), nullptr) == DIGITNET_ECALLBACK);
    });
    CHECK(caught == 5);
    // ... or does not.
    CHECK(thrown_by([&] {
              model.fit(dataset, {}, [&](const digitnet_event &) { static_cast<void>(model.evaluate(source)); });
          }) == 11);
    // A callback in C may call C++.
    const auto in_c = [](const digitnet_event *, void *images) {
        CHECK(static_cast<const digitnet::dataset *>(images)->read(0, 1).images.size() == VALUES);
        return 0;
    };
    thrower later{DIGITNET_EVENT_BATCH_END, 3};
    CHECK(thrown_by([&] {
              model.fit(dataset, {}, in_c_callback(in_c, const_cast<digitnet::dataset *>(&dataset)), later);
          }) == 3);
    // A fit in the callback of another, each with an exception of its own.
    digitnet::model inner = make_model();
    CHECK(thrown_by([&] {
              model.fit(dataset, {}, [&](const digitnet_event &) {
                  thrower other{DIGITNET_EVENT_EPOCH_BEGIN, 5};
                  throw planned{thrown_by([&] { inner.fit(dataset, {}, other); }) + 1};
              });
          }) == 6);
}

// Waits, when a fit begins, until two have; a callback in C, which no exception can come from.
static int meet(const digitnet_event *event, void *user_data) {
    std::atomic<int> &begun = *static_cast<std::atomic<int> *>(user_data);
    if (event->kind == DIGITNET_EVENT_FIT_BEGIN)
        begun++;
    while (begun < 2)
        std::this_thread::yield();
    return 0;
}

TEST_CASE("threads get each its own exception") {
    const digitnet::dataset dataset = make_dataset();
    std::atomic<int> begun{0};
    int thrown[2] = {0, 0};
    const auto fit = [&](int number) {
        digitnet::model model = make_model();
        thrower own{DIGITNET_EVENT_EPOCH_BEGIN, number + 1};
        try {
            thrown[number] = thrown_by([&] { model.fit(dataset, {}, own, in_c_callback(meet, &begun)); });
        } catch (const digitnet::error &) {
            thrown[number] = -1;
        }
    };
    std::thread other(fit, 1);
    fit(0);
    other.join();
    CHECK(thrown[0] == 1);
    CHECK(thrown[1] == 2);
}

TEST_CASE("a request to stop") {
    const digitnet::dataset dataset = make_dataset();
    digitnet::model model = make_model();
    digitnet::fit_options options;
    options.epochs = 1000000;
    const digitnet::history history = model.fit(dataset, options, [&model](const digitnet_event &event) {
        if (event.kind == DIGITNET_EVENT_EPOCH_END && event.epoch == 3)
            model.request_stop();
    });
    CHECK(history.end() == DIGITNET_STOP_REQUESTED);
    CHECK(model.describe().epochs_done == 3);
    model.request_stop();
    model.clear_stop();
    CHECK(model.fit(dataset).end() == DIGITNET_STOP_COMPLETED);
}

TEST_CASE("the history tells what a fit came to") {
    const digitnet::dataset dataset = make_dataset();
    digitnet::model model = make_model();
    model.fit(dataset);
    digitnet::fit_options options;
    options.epochs = 2;
    options.validation = dataset.get();
    std::vector<double> losses;
    const digitnet::history history = model.fit(dataset, options, [&](const digitnet_event &event) {
        CHECK(event.model == model.get());
        if (event.kind == DIGITNET_EVENT_EPOCH_END)
            losses.push_back(event.loss);
    });
    const auto series = history.series(DIGITNET_METRIC_LOSS);
    CHECK(std::vector<double>(series.begin(), series.end()) == losses);
    CHECK(history.series(DIGITNET_METRIC_VALIDATION_LOSS)[1] == model.evaluate(dataset).loss);
    CHECK(history.first_epoch() == 2);
    CHECK_ERROR(DIGITNET_EIO, "nowhere", history.write_csv("nowhere/history.csv"));

    const std::vector<float> sound = model.get_weights();
    digitnet::compile_options wild;
    wild.learning_rate = 1e30;
    digitnet::history diverged;
    model.compile(digitnet::sgd, digitnet::sparse_categorical_crossentropy, wild);
    CHECK(model.get_learning_rate() == 1e30);
    CHECK_ERROR(DIGITNET_EDIVERGED, "", model.fit(diverged, dataset, options));
    CHECK(diverged.end() == DIGITNET_STOP_FAILED);
    model.set_learning_rate(0.01);
    CHECK(model.get_learning_rate() == 0.01);
    CHECK_ERROR(DIGITNET_EINVAL, "", model.set_learning_rate(-1));
    model.set_weights(sound);
    model.fit(diverged, dataset);
    CHECK(diverged.end() == DIGITNET_STOP_COMPLETED);
}
