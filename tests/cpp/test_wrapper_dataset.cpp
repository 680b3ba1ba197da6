// Data sets in C++: copied, in place, from a source, from files.
#include "wrapper_support.hpp"

#include <cstdint>
#include <cstdio>
#include <memory>
#include <stdexcept>
#include <utility>

TEST_CASE("a data set copies floats and bytes") {
    const digitnet::dataset floats = make_dataset();
    const auto [images, labels] = floats.read(0, IMAGES);
    CHECK(images == make_images());
    CHECK(labels == make_labels());
    CHECK(floats.count() == IMAGES);
    const digitnet_dataset_info info = floats.describe();
    CHECK(info.count == IMAGES);
    CHECK(info.height * info.width * info.channels == VALUES);
    CHECK(info.classes == CLASSES);

    const std::uint8_t pixels[] = {0, 51, 102, 153, 204, 255};
    const std::int32_t classes[] = {4, 2};
    const digitnet::dataset bytes(pixels, classes, 1, 3, 1);
    CHECK(bytes.describe().classes == 5);
    CHECK(bytes.read(1, 1).images == std::vector<float>{153 / 255.0f, 204 / 255.0f, 1});
    CHECK(bytes.read(1, 1).labels == std::vector<std::int32_t>{2});
}

TEST_CASE("images and labels must fit each other") {
    const std::vector<float> values(12);
    const std::vector<std::int32_t> labels(3);
    const std::vector<std::int32_t> negative{0, -1, 0};
    const std::vector<float> infinite{0, 1 / 0.0f, 0};
    const std::size_t half = SIZE_MAX / 2 + 1; // half x 2 is 0
    CHECK_NOTHROW(digitnet::dataset(values, labels, 2, 2, 1));
    CHECK_ERROR(DIGITNET_ESHAPE, "12 values are not 3 images of 2x1x1", digitnet::dataset(values, labels, 2, 1, 1));
    CHECK_ERROR(DIGITNET_ESHAPE, "12 values are not 3 images of 2x2x2", digitnet::dataset(values, labels, 2, 2, 2));
    CHECK_ERROR(DIGITNET_ESHAPE, "13 values", digitnet::dataset(std::vector<float>(13), labels, 2, 2, 1));
    CHECK_ERROR(DIGITNET_ESHAPE, "5x1x1", digitnet::dataset(values, labels, 5, 1, 1));
    CHECK_ERROR(DIGITNET_ESHAPE, "0 values", digitnet::dataset(digitnet::span<const float>(), labels, half, 2, 1));
    CHECK_ERROR(DIGITNET_ESHAPE, "", digitnet::dataset(std::vector<std::uint8_t>(12), labels, 1, 1, 1));
    CHECK_ERROR(DIGITNET_ESHAPE, "", digitnet::dataset::in_place(values, labels, 4, 4, 4));
    CHECK_ERROR(DIGITNET_EINVAL, "zero", digitnet::dataset(values, labels, 0, 2, 1));
    CHECK_ERROR(DIGITNET_EINVAL, "", digitnet::dataset(values, std::vector<std::int32_t>(), 2, 2, 1));
    CHECK_ERROR(DIGITNET_EINVAL, "sample 1, label 0 is -1", digitnet::dataset(values, negative, 2, 2, 1));
    CHECK_ERROR(DIGITNET_EINVAL, "image 1, value 0 is inf", digitnet::dataset(infinite, labels, 1, 1, 1));
}

TEST_CASE("reading goes into the caller's memory, and no further") {
    const digitnet::dataset dataset = make_dataset();
    std::vector<float> images(2 * VALUES);
    std::vector<std::int32_t> labels(2);
    dataset.read(images, {}, 3, 2);
    CHECK(images == dataset.read(3, 2).images);
    dataset.read({}, labels, 3, 2);
    CHECK(labels == dataset.read(3, 2).labels);
    CHECK_ERROR(DIGITNET_EBUFFER, "room", dataset.read(images, labels, 0, 3));
    CHECK_ERROR(DIGITNET_EBUFFER, "room", dataset.read({}, labels, 0, 3));
    CHECK_ERROR(DIGITNET_EINVAL, "11 samples from 0 on", dataset.read(0, IMAGES + 1));
    CHECK_ERROR(DIGITNET_EINVAL, "1 samples from 10 on", dataset.read(IMAGES, 1));
    CHECK_ERROR(DIGITNET_EINVAL, "", dataset.read(0, SIZE_MAX));
    CHECK_ERROR(DIGITNET_EINVAL, "count is 0", dataset.read(0, 0));
}

// Values that tell when they are gone.
template <typename Value> struct tracked {
    std::vector<Value> values;
    std::shared_ptr<int> alive;

    const Value *data() const {
        return values.data();
    }
    std::size_t size() const {
        return values.size();
    }
};

TEST_CASE("memory in place is kept as long as a data set or slice uses it") {
    const auto alive = std::make_shared<int>();
    tracked<float> images{make_images(), alive};
    tracked<std::int32_t> labels{make_labels(), alive};
    const float *const memory = images.data();
    const auto slice = [&] {
        const auto whole = digitnet::dataset::in_place(std::move(images), std::move(labels), SIZE, SIZE, 1);
        CHECK(whole.read(0, IMAGES).images == make_images());
        const_cast<float *>(memory)[VALUES] = 5; // seen only where it was not copied
        return whole.slice(1, 2);
    };
    {
        const digitnet::dataset part = slice();
        CHECK(part.count() == 2);
        CHECK(part.read(0, 1).images[0] == 5);
        CHECK(part.read(0, 2).labels == std::vector<std::int32_t>{1, 0});
        CHECK(alive.use_count() == 3);
    }
    CHECK(alive.use_count() == 1);
    // Where it is refused, the containers are gone as well.
    CHECK_ERROR(
        DIGITNET_EINVAL, "sample 0, label 0 is -1",
        digitnet::dataset::in_place(tracked<std::uint8_t>{{1}, alive}, tracked<std::int32_t>{{-1}, alive}, 1, 1, 1));
    CHECK(alive.use_count() == 1);
}

TEST_CASE("memory in place may be the program's own") {
    std::uint8_t pixels[] = {0, 255};
    const std::int32_t labels[] = {0, 1};
    const auto dataset = digitnet::dataset::in_place(digitnet::span(pixels), digitnet::span(labels), 1, 1, 1);
    pixels[0] = 51;
    CHECK(dataset.read(0, 2).images == std::vector<float>{51 / 255.0f, 1});
}

TEST_CASE("a source is asked for samples, and kept as long as it is used") {
    auto alive = std::make_shared<int>();
    bool is_random = false, wants_images = true, wants_labels = true;
    auto gather = [&, alive](const digitnet::batch &batch) {
        wants_images = !batch.images.empty();
        wants_labels = !batch.labels.empty();
        is_random = !batch.seeds.empty();
        if (wants_images)
            REQUIRE(batch.images.size() == 2 * batch.indices.size());
        for (std::size_t i = 0; i < batch.indices.size(); i++) {
            for (std::size_t value = 0; wants_images && value < 2; value++)
                batch.images[2 * i + value] = static_cast<float>(batch.indices[i] + value);
            if (wants_labels)
                batch.labels[i] = static_cast<std::int32_t>(batch.indices[i] % 2);
        }
    };
    auto source = digitnet::dataset::source(100, 1, 2, 1, std::move(gather));
    auto slice = source.slice(40, 10);
    CHECK(slice.read(1, 2).images == std::vector<float>{41, 42, 42, 43});
    CHECK(slice.read(1, 2).labels == std::vector<std::int32_t>{1, 0});
    CHECK_FALSE(is_random);
    std::int32_t label = -1;
    source.read({}, {&label, 1}, 7, 1);
    CHECK(label == 1);
    CHECK_FALSE(wants_images);
    float image[2];
    source.read(image, {}, 7, 1);
    CHECK(image[1] == 8);
    CHECK_FALSE(wants_labels);

    auto model = digitnet::model(1, 2, 1).flatten().dense(2, digitnet::softmax);
    model.compile(digitnet::adam, digitnet::sparse_categorical_crossentropy);
    CHECK(model.fit(source).end() == DIGITNET_STOP_COMPLETED);
    CHECK(is_random);
    CHECK(model.evaluate(slice).count == 10);

    source = make_dataset();
    CHECK(alive.use_count() == 2);
    slice = make_dataset();
    CHECK(alive.use_count() == 1);
    CHECK_ERROR(DIGITNET_EINVAL, "zero",
                digitnet::dataset::source(0, 1, 1, 1, [alive](const digitnet::batch &) { static_cast<void>(alive); }));
    CHECK(alive.use_count() == 1);
}

TEST_CASE("a data set has targets, weights and sequences of labels") {
    const std::vector<float> images{1, 2, 3, 4, 5, 6};
    const std::vector<std::int32_t> labels{3, 9, 1, 2, 9, 9}, label_counts{1, 2, 0};
    const std::vector<float> targets{0.5f, 1.5f, -2}, weights{1, 0, 2};
    digitnet::annotations known;
    known.labels = labels;
    known.max_labels = 2;
    known.label_counts = label_counts;
    known.targets = targets;
    known.target_values = 1;
    known.sample_weights = weights;
    const auto check_dataset = [&](const digitnet::dataset &dataset) {
        const auto info = dataset.describe();
        CHECK(info.count == 3);
        CHECK(info.max_labels == 2);
        CHECK(info.target_values == 1);
        CHECK(info.weighted == 1);
        const std::size_t indices[] = {2, 1};
        std::vector<float> read_images(4), read_targets(2), read_weights(2);
        std::vector<std::int32_t> read_labels(4), read_counts(2);
        digitnet::batch batch;
        batch.indices = indices;
        batch.images = read_images;
        batch.labels = read_labels;
        batch.label_counts = read_counts;
        batch.targets = read_targets;
        batch.sample_weights = read_weights;
        dataset.read(batch);
        CHECK(read_images == std::vector<float>{5, 6, 3, 4});
        CHECK(read_labels == std::vector<std::int32_t>{-1, -1, 1, 2});
        CHECK(read_counts == std::vector<std::int32_t>{0, 2});
        CHECK(read_targets == std::vector<float>{-2, 1.5f});
        CHECK(read_weights == std::vector<float>{2, 0});
        CHECK(dataset.read(0, 2).labels == std::vector<std::int32_t>{3, -1, 1, 2});
        batch.images = {read_images.data(), 3};
        CHECK_ERROR(DIGITNET_ESHAPE, "3 values are not 2 images of 1x2x1", dataset.read(batch));
        batch.images = {};
        batch.labels = {read_labels.data(), 3};
        CHECK_ERROR(DIGITNET_ESHAPE, "3 labels are not 2 for each of 2 samples", dataset.read(batch));
        batch.labels = {};
        CHECK_ERROR(DIGITNET_EINVAL, "labels is NULL", dataset.read(batch));
        batch.label_counts = {read_counts.data(), 1};
        CHECK_ERROR(DIGITNET_ESHAPE, "1 label counts", dataset.read(batch));
        batch.label_counts = {};
        batch.targets = {read_targets.data(), 1};
        CHECK_ERROR(DIGITNET_ESHAPE, "1 targets", dataset.read(batch));
        batch.targets = {};
        batch.sample_weights = {read_weights.data(), 1};
        CHECK_ERROR(DIGITNET_ESHAPE, "1 sample weights", dataset.read(batch));
    };
    check_dataset(digitnet::dataset(images, known, 1, 2, 1));
    check_dataset(digitnet::dataset(std::vector<float>(images), known, 1, 2, 1));
    check_dataset(digitnet::dataset::in_place(images, known, 1, 2, 1));

    const std::vector<std::uint8_t> bytes(6);
    CHECK(digitnet::dataset(bytes, known, 1, 2, 1).describe().weighted == 1);
    digitnet::annotations only_targets;
    only_targets.targets = targets;
    only_targets.target_values = 1;
    const digitnet::dataset unlabelled(bytes, only_targets, 1, 2, 1);
    CHECK(unlabelled.describe().max_labels == 0);
    CHECK(unlabelled.read(0, 3).labels.empty());
    known.targets = {targets.data(), 2};
    CHECK_ERROR(DIGITNET_ESHAPE, "2 targets", digitnet::dataset(images, known, 1, 2, 1));
    known.targets = {};
    CHECK_ERROR(DIGITNET_EINVAL, "targets is NULL", digitnet::dataset(images, known, 1, 2, 1));
    CHECK_ERROR(DIGITNET_EINVAL, "labels is NULL", digitnet::dataset(images, digitnet::annotations(), 0, 2, 1));
}

TEST_CASE("what a source throws is the reason in a call of C") {
    const auto source = digitnet::dataset::source(
        1, 1, 1, 1, [](const digitnet::batch &) { throw std::runtime_error("the file is gone"); });
    float image;
    CHECK(digitnet_dataset_read(&image, 1, nullptr, 0, source.get(), 0, 1) == DIGITNET_ECALLBACK);
    CHECK(std::string(digitnet_last_error()).find("for sample 0: the file is gone") != std::string::npos);
}

TEST_CASE("a source gives all that a batch can have, and hands it on") {
    digitnet::source_options options;
    options.count = 10;
    options.height = options.width = options.channels = 1;
    options.max_labels = 3;
    options.target_values = 2;
    options.weighted = 1;
    const auto inner = digitnet::dataset::source(options, [](const digitnet::batch &batch) {
        for (std::size_t i = 0; i < batch.indices.size(); i++) {
            const auto index = batch.indices[i];
            if (!batch.images.empty())
                batch.images[i] = static_cast<float>(index);
            if (!batch.labels.empty()) {
                batch.labels[3 * i] = static_cast<std::int32_t>(index);
                batch.label_counts[i] = 1;
            }
            for (std::size_t k = 0; !batch.targets.empty() && k < 2; k++)
                batch.targets[2 * i + k] = static_cast<float>(index + k);
            if (!batch.sample_weights.empty() && index % 2 == 0)
                batch.sample_weights[i] = 0.5f;
        }
    });
    const auto outer =
        digitnet::dataset::source(options, [&inner](const digitnet::batch &batch) { inner.read(batch); });
    const std::size_t indices[] = {4, 7};
    std::vector<float> images(2), targets(4), weights(2);
    std::vector<std::int32_t> labels(6), label_counts(2);
    outer.read({indices, {}, images, labels, label_counts, targets, weights});
    CHECK(images == std::vector<float>{4, 7});
    CHECK(labels == std::vector<std::int32_t>{4, -1, -1, 7, -1, -1});
    CHECK(label_counts == std::vector<std::int32_t>{1, 1});
    CHECK(targets == std::vector<float>{4, 5, 7, 8});
    CHECK(weights == std::vector<float>{0.5f, 1});
}

TEST_CASE("an augmented data set changes samples that have seeds") {
    const digitnet::dataset dataset = make_dataset();
    digitnet::augment_options options;
    options.rotate = 20;
    options.mixup = 1;
    const digitnet::dataset augmented = dataset.augment(options);
    CHECK(augmented.describe().target_values == CLASSES);
    CHECK(augmented.read(0, 2).images == dataset.read(0, 2).images);
    const std::size_t indices[] = {4};
    const std::uint64_t seeds[] = {7};
    std::vector<float> images(VALUES), targets(CLASSES);
    augmented.read({indices, seeds, images, {}, {}, targets, {}});
    CHECK(images != dataset.read(4, 1).images);
    CHECK(targets[0] + targets[1] == doctest::Approx(1));
    options.rotate = 200;
    CHECK_ERROR(DIGITNET_EINVAL, "rotate is 200", dataset.augment(options));
    CHECK_ERROR(DIGITNET_EINVAL, "augmented already", augmented.augment({}));
}

TEST_CASE("a data set is split, and its classes are counted") {
    const digitnet::dataset dataset = make_dataset();
    CHECK(dataset.count_classes(3) == std::vector<std::size_t>{5, 5, 0});
    const auto [first, last] = dataset.split(0.4);
    CHECK(first.count() == 6);
    CHECK(last.read(0, 4).images == dataset.read(6, 4).images);
    digitnet::split_options options;
    options.stratified = 1;
    const auto [most, rest] = dataset.split(0.2, options);
    CHECK(rest.count_classes(2) == std::vector<std::size_t>{1, 1});
    CHECK(most.count() == 8);
    CHECK_ERROR(DIGITNET_EBUFFER, "label", dataset.count_classes(1));
    CHECK_ERROR(DIGITNET_EBUFFER, "label", dataset.count_classes(0));
    CHECK_ERROR(DIGITNET_EINVAL, "fraction is 2", dataset.split(2));
    const auto failing =
        digitnet::dataset::source(4, 1, 1, 1, [](const digitnet::batch &) { throw std::runtime_error("no disk"); });
    CHECK_THROWS_WITH_AS(static_cast<void>(failing.count_classes(2)), "no disk", std::runtime_error);
    CHECK_THROWS_WITH_AS(static_cast<void>(failing.split(0.5, options)), "no disk", std::runtime_error);
    CHECK_THROWS_WITH_AS(failing.save_idx("/nonexistent/a", "/nonexistent/b"), "no disk", std::runtime_error);
}

TEST_CASE("a fit warns of classes that a part lacks") {
    const digitnet::dataset sorted(make_images(), std::vector<std::int32_t>{0, 0, 0, 0, 0, 0, 0, 1, 1, 1}, SIZE, SIZE,
                                   1);
    digitnet::fit_options options;
    options.validation_fraction = 0.2;
    auto model = make_model();
    CHECK(std::string(model.fit(sorted, options).warning()).find("none of class 0") != std::string::npos);
    options.validation_stratified = 1;
    CHECK(model.fit(sorted, options).warning() == nullptr);
    options.sharded = 1;
    CHECK_ERROR(DIGITNET_EINVAL, "sharded is 1", model.fit(sorted, options));
}

TEST_CASE("IDX files are written") {
    const std::uint8_t pixels[] = {0, 51, 102, 153, 204, 255};
    const std::int32_t classes[] = {4, 2};
    const digitnet::dataset bytes(pixels, classes, 1, 3, 1);
    const std::string images = "/tmp/digitnet-wrapper-images.gz", labels = "/tmp/digitnet-wrapper-labels";
    bytes.save_idx(images, labels);
    digitnet::dataset_load_options options;
    options.transpose = 1;
    options.label_offset = 2;
    const digitnet::dataset read = digitnet::dataset::load_idx(images, labels, options);
    CHECK(read.describe().height == 3);
    CHECK(read.read(0, 2).images == bytes.read(0, 2).images);
    CHECK(read.read(0, 2).labels == std::vector<std::int32_t>{2, 0});
    CHECK_ERROR(DIGITNET_EIO, "nonexistent", bytes.save_idx("/nonexistent/a", labels));
    std::remove(images.c_str());
    std::remove(labels.c_str());
}

TEST_CASE("MNIST's files") {
    const std::string folder = "data/mnist-subset";
    const auto [train, test] = digitnet::load_mnist(folder);
    CHECK(train.describe().height == 28);
    CHECK(test.describe().classes == 10);
    CHECK(digitnet::load_mnist_train(folder).read(0, 2).images == train.read(0, 2).images);
    CHECK(digitnet::load_mnist_test(folder).read(0, 2).images == test.read(0, 2).images);
    const std::string images = folder + "/t10k-images-idx3-ubyte.gz", labels = folder + "/t10k-labels-idx1-ubyte.gz";
    CHECK(digitnet::dataset::load_idx(images, labels).read(0, test.count()).labels ==
          test.read(0, test.count()).labels);
    digitnet::dataset_load_options halves;
    halves.shards = 2;
    halves.shard = 1;
    const digitnet::dataset second = digitnet::load_mnist_train(folder, halves);
    CHECK(second.count() == train.count() / 2);
    CHECK(second.read(0, 2).images == train.read(train.count() / 2, 2).images);
    CHECK_ERROR(DIGITNET_ENOTFOUND, "nowhere", digitnet::load_mnist("nowhere"));
    CHECK_ERROR(DIGITNET_ENOTFOUND, "nowhere", digitnet::load_mnist_train("nowhere"));
    CHECK_ERROR(DIGITNET_ENOTFOUND, "nowhere", digitnet::load_mnist_test("nowhere"));
    CHECK_ERROR(DIGITNET_EFORMAT, "", digitnet::dataset::load_idx(images, images));
    digitnet::dataset_load_options limits;
    limits.max_bytes = 1000;
    CHECK_ERROR(DIGITNET_ELIMIT, "", digitnet::load_mnist(folder, limits));
    CHECK_ERROR(DIGITNET_ELIMIT, "", digitnet::load_mnist_train(folder, limits));
    CHECK_ERROR(DIGITNET_ELIMIT, "", digitnet::load_mnist_test(folder, limits));
    CHECK_ERROR(DIGITNET_ELIMIT, "", digitnet::dataset::load_idx(images, labels, limits));
}
