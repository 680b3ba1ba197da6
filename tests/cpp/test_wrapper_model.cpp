// Models in C++: builders, training, prediction, sessions, weights and files, the same as through the C API.
#include "wrapper_support.hpp"

#include <algorithm>
#include <cstdio>
#include <fstream>
#include <thread>
#include <utility>

static_assert(std::is_same_v<decltype(std::declval<digitnet::model &>().flatten()), digitnet::model &>);
static_assert(std::is_same_v<decltype(std::declval<digitnet::model>().flatten()), digitnet::model>);
static_assert(std::is_same_v<decltype(std::declval<digitnet::model &>().add({"input"})), digitnet::model &>);
static_assert(std::is_same_v<decltype(std::declval<digitnet::model>().add({"input"})), digitnet::model>);
static_assert(std::is_same_v<decltype(std::declval<digitnet::model &>().concatenate({"input"})), digitnet::model &>);
static_assert(std::is_same_v<decltype(std::declval<digitnet::model>().concatenate({"input"})), digitnet::model>);

// make_model(), and its training, through the C API.
static digitnet_model *make_in_c() {
    digitnet_model *model = nullptr;
    auto settings = DIGITNET_INIT(digitnet_compile_options);
    settings.seed = 1;
    REQUIRE(digitnet_model_create(&model, SIZE, SIZE, 1) == DIGITNET_OK);
    digitnet_model_add_conv2d(model, 3, 3, DIGITNET_ACTIVATION_RELU);
    digitnet_model_add_flatten(model);
    digitnet_model_add_dense(model, CLASSES, DIGITNET_ACTIVATION_SOFTMAX);
    REQUIRE(digitnet_model_compile_ex(model, DIGITNET_OPTIMIZER_ADAM, DIGITNET_LOSS_SPARSE_CATEGORICAL_CROSSENTROPY,
                                      &settings) == DIGITNET_OK);
    return model;
}

TEST_CASE("training and prediction give the C API's bits") {
    const digitnet::dataset dataset = make_dataset();
    const std::vector<float> images = make_images();
    digitnet::model model = make_model();
    digitnet::fit_options options;
    options.epochs = 3;
    options.batch_size = 4;
    model.fit(dataset, options);

    const digitnet::model in_c(make_in_c());
    std::vector<float> scores(IMAGES * CLASSES);
    auto metrics = DIGITNET_INIT(digitnet_metrics);
    REQUIRE(digitnet_model_fit(const_cast<digitnet_model *>(in_c.get()), dataset.get(), &options) == DIGITNET_OK);
    REQUIRE(digitnet_model_predict(scores.data(), scores.size(), in_c.get(), images.data(), images.size()) ==
            DIGITNET_OK);
    REQUIRE(digitnet_model_evaluate(&metrics, in_c.get(), dataset.get(), nullptr) == DIGITNET_OK);
    CHECK(model.get_weights() == in_c.get_weights());
    CHECK(model.predict(images) == scores);
    CHECK(model.evaluate(dataset).loss == metrics.loss);
    CHECK(model.evaluate(dataset).accuracy == metrics.accuracy);
    CHECK(model.evaluate(dataset).count == IMAGES);
    CHECK(model.summary() == in_c.summary());
    CHECK(model.save_memory() == in_c.save_memory());
}

TEST_CASE("settings of optimizers begin with Keras's values") {
    digitnet::adam_options adam;
    CHECK(adam.struct_size == sizeof(digitnet_adam_options));
    CHECK(adam.beta_1 == 0.9);
    CHECK(adam.beta_2 == 0.999);
    CHECK(adam.epsilon == 1e-7);
    digitnet::sgd_options sgd;
    CHECK(sgd.momentum == 0);
    digitnet::compile_options options;
    options.adam = &adam;
    digitnet::model model = make_model();
    model.compile(digitnet::adam, digitnet::sparse_categorical_crossentropy, options);
    CHECK_ERROR(DIGITNET_EINVAL, "another",
                model.compile(digitnet::sgd, digitnet::sparse_categorical_crossentropy, options));
    adam.beta_1 = 1;
    CHECK_ERROR(DIGITNET_EINVAL, "beta_1 is 1",
                model.compile(digitnet::adam, digitnet::sparse_categorical_crossentropy, options));
    sgd.nesterov = 1;
    options.adam = nullptr;
    options.sgd = &sgd;
    CHECK_ERROR(DIGITNET_EINVAL, "nesterov",
                model.compile(digitnet::sgd, digitnet::sparse_categorical_crossentropy, options));
}

TEST_CASE("every optimizer, schedules, and the average of the weights") {
    const digitnet::dataset dataset = make_dataset();
    const digitnet_loss loss = digitnet::sparse_categorical_crossentropy;
    digitnet::model model = make_model();
    for (digitnet_optimizer optimizer :
         {digitnet::sgd, digitnet::adam, digitnet::adamw, digitnet::nadam, digitnet::rmsprop, digitnet::lion}) {
        model.compile(optimizer, loss);
        model.fit(dataset);
    }
    digitnet::nadam_options nadam;
    CHECK(nadam.momentum_decay == 1);
    digitnet::rmsprop_options rmsprop;
    CHECK(rmsprop.rho == 0.9);
    CHECK(rmsprop.epsilon == 1e-7);
    digitnet::lion_options lion;
    CHECK(lion.beta_2 == 0.99);
    digitnet::reduce_on_plateau plateau;
    CHECK(plateau.patience == 10);
    CHECK(plateau.factor == 0.1);
    CHECK(plateau.min_delta == 1e-4);
    CHECK(plateau.monitor == DIGITNET_METRIC_VALIDATION_LOSS);

    digitnet::schedule schedule;
    schedule.kind = DIGITNET_SCHEDULE_EXPONENTIAL_DECAY;
    schedule.learning_rate = 0.5;
    schedule.decay_steps = 2;
    schedule.decay_rate = 0.25;
    CHECK(digitnet::schedule_rate(schedule, 0) == 0.5);
    CHECK(digitnet::schedule_rate(schedule, 2) == 0.125);
    digitnet::compile_options options;
    options.schedule = &schedule;
    options.ema_momentum = 0.5;
    model.compile(digitnet::sgd, loss, options);
    CHECK(model.get_learning_rate() == 0.5);
    model.fit(dataset);
    model.fit(dataset);
    CHECK(model.get_learning_rate() == 0.125);
    const auto before = model.get_weights();
    model.finalize_weights();
    CHECK(model.get_weights() != before);
    schedule.decay_steps = 0;
    CHECK_ERROR(DIGITNET_EINVAL, "decay_steps is 0", digitnet::schedule_rate(schedule, 0));
    CHECK_ERROR(DIGITNET_EINVAL, "decay_steps is 0", model.compile(digitnet::sgd, loss, options));
    options = {};
    model.compile(digitnet::sgd, loss, options);
    CHECK_ERROR(DIGITNET_ESTATE, "without ema_momentum", model.finalize_weights());
}

TEST_CASE("every layer, with its options") {
    digitnet::conv2d_options convolution;
    convolution.name = "first";
    convolution.kernel_width = 2;
    convolution.stride_height = 2;
    convolution.padding = digitnet::same;
    convolution.no_bias = 1;
    digitnet::max_pool2d_options pool;
    pool.stride_height = 1;
    pool.padding = digitnet::valid;
    digitnet::dense_options dense;
    dense.name = "last";
    dense.no_bias = 1;
    digitnet::flatten_options named;
    named.name = "between";
    digitnet::model model(8, 8, 2);
    model.conv2d(5, 3, digitnet::linear, convolution).max_pool2d(2, pool).activation(digitnet::relu).flatten(named);
    model.dropout(0.25).dense(3, digitnet::softmax, dense);
    const auto info = model.describe();
    CHECK(info.layers == 6);
    CHECK(info.outputs == 3);
    CHECK(info.compiled == 0);
    CHECK(std::string(model.layer(0).name) == "first");
    CHECK(std::string(model.layer(0).kind) == "conv2d");
    CHECK(model.layer(0).height == 4);
    CHECK(model.layer(0).width == 4);
    CHECK(model.layer(0).parameters == 3 * 2 * 2 * 5);
    CHECK(model.layer(1).height == 3);
    CHECK(std::string(model.layer(3).name) == "between");
    CHECK(std::string(model.layer(4).kind) == "dropout");
    CHECK(std::string(model.tensor(1).name) == "last/kernel");
    CHECK(model.tensor(1).values == 3 * 2 * 5 * 3);
    CHECK_ERROR(DIGITNET_ENOTFOUND, "", model.layer(6));
    CHECK_ERROR(DIGITNET_ENOTFOUND, "", model.tensor(2));
    CHECK(model.summary().find("last (Dense)") != std::string::npos);
    CHECK(model.summary().back() == '\n');
    // The same as one chain on a temporary.
    const digitnet::model chained = digitnet::model(8, 8, 2)
                                        .conv2d(5, 3, digitnet::linear, convolution)
                                        .max_pool2d(2, pool)
                                        .activation(digitnet::relu)
                                        .flatten(named)
                                        .dropout(0.25)
                                        .dense(3, digitnet::softmax, dense);
    CHECK(chained.summary() == model.summary());
}

TEST_CASE("layers of images, with their options") {
    digitnet::average_pool2d_options means;
    means.stride_height = 1;
    means.count_include_pad = 1;
    means.padding = digitnet::same;
    digitnet::global_average_pool2d_options mean;
    mean.name = "mean";
    mean.keepdims = 1;
    digitnet::up_sampling2d_options larger;
    larger.size_width = 3;
    larger.interpolation = digitnet::bilinear;
    digitnet::global_max_pool2d_options most;
    most.input = "average_pooling2d";
    digitnet::multiply_options product;
    product.name = "product";
    digitnet::permute_options turned;
    turned.input = "product";
    digitnet::model model(6, 5, 2);
    model.zero_padding2d(1, 0, 2, 0).cropping2d(0, 1, 1, 0).up_sampling2d(2, larger);
    CHECK(model.layer(0).height == 7);
    CHECK(model.layer(0).width == 7);
    CHECK(model.layer(1).height == 6);
    CHECK(model.layer(1).width == 6);
    CHECK(model.layer(2).height == 12);
    CHECK(model.layer(2).width == 18);
    model.average_pool2d(2, means).global_average_pool2d(mean);
    model.multiply({"average_pooling2d", "mean"}, digitnet::relu, product).reshape(0, 0, 12 * 9 * 2);
    model.global_max_pool2d(most).concatenate({"reshape", "global_max_pooling2d"});
    model.permute(3, 1, 2, turned).permute(2, 1, 3);
    CHECK(model.layer(3).height == 12);
    CHECK(model.layer(3).width == 9);
    CHECK(model.layer(4).height == 1);
    CHECK(std::string(model.layer(5).name) == "product");
    CHECK(model.layer(5).activation == digitnet::relu);
    CHECK(model.layer(6).channels == 12 * 9 * 2);
    CHECK(model.layer(7).channels == 2);
    CHECK(model.layer(8).channels == 12 * 9 * 2 + 2);
    CHECK(model.layer(9).height == 2);
    CHECK(model.layer(9).channels == 9);
    CHECK(model.layer(10).height == 12);
    CHECK(model.layer(10).width == 2);
    CHECK(model.describe().outputs == 12 * 2 * 9);
    // The same as one chain on a temporary.
    const digitnet::model chained = digitnet::model(6, 5, 2)
                                        .zero_padding2d(1, 0, 2, 0)
                                        .cropping2d(0, 1, 1, 0)
                                        .up_sampling2d(2, larger)
                                        .average_pool2d(2, means)
                                        .global_average_pool2d(mean)
                                        .multiply({"average_pooling2d", "mean"}, digitnet::relu, product)
                                        .reshape(0, 0, 12 * 9 * 2)
                                        .global_max_pool2d(most)
                                        .concatenate({"reshape", "global_max_pooling2d"})
                                        .permute(3, 1, 2, turned)
                                        .permute(2, 1, 3);
    CHECK(chained.summary() == model.summary());
}

TEST_CASE("groups of channels, with their options") {
    digitnet::group_normalization_options plain;
    plain.name = "plain";
    plain.no_center = plain.no_scale = 1;
    digitnet::model model(3, 4, 6);
    model.group_normalization(2).group_normalization(0, plain);
    CHECK(std::string(model.layer(0).kind) == "group_normalization");
    CHECK(model.layer(0).parameters == 2 * 6);
    CHECK(std::string(model.layer(1).name) == "plain");
    CHECK(model.layer(1).parameters == 0);
    digitnet::channel_slice_options behind;
    behind.name = "behind";
    behind.input = "group_normalization";
    model.channel_slice(0, 2).channel_slice(4, 2, behind).concatenate({"behind", "channel_slice"});
    CHECK(model.layer(2).channels == 2);
    CHECK(model.layer(4).channels == 4);
    const digitnet::model chained = digitnet::model(3, 4, 6)
                                        .group_normalization(2)
                                        .group_normalization(0, plain)
                                        .channel_slice(0, 2)
                                        .channel_slice(4, 2, behind)
                                        .concatenate({"behind", "channel_slice"});
    CHECK(chained.summary() == model.summary());
}

TEST_CASE("convolutions of each kind") {
    digitnet::conv2d_options grouped;
    grouped.groups = 2;
    grouped.dilation_height = 2;
    digitnet::depthwise_conv2d_options depthwise;
    depthwise.depth_multiplier = 3;
    depthwise.padding = digitnet::same;
    digitnet::separable_conv2d_options separable;
    separable.stride_height = 2;
    digitnet::conv2d_transpose_options transpose;
    transpose.stride_height = 2;
    transpose.padding = digitnet::same;
    digitnet::model model(9, 9, 4);
    model.conv2d(6, 3, digitnet::relu, grouped).depthwise_conv2d(3, digitnet::relu, depthwise);
    model.separable_conv2d(8, 3, digitnet::relu, separable).conv2d_transpose(2, 3, digitnet::linear, transpose);
    CHECK(model.layer(0).height == 5);
    CHECK(model.layer(0).parameters == 3 * 3 * 2 * 6 + 6);
    CHECK(model.layer(1).channels == 18);
    CHECK(model.layer(2).height == 2);
    CHECK(model.layer(3).height == 4);
    CHECK(std::string(model.layer(3).kind) == "conv2d_transpose");
    digitnet::conv2d_options padded;
    padded.padding = digitnet::explicit_padding;
    padded.top = padded.left = 1;
    CHECK(digitnet::model(4, 4, 1).conv2d(1, 3, digitnet::relu, padded).layer(0).height == 3);
    const digitnet::model chained = digitnet::model(9, 9, 4)
                                        .conv2d(6, 3, digitnet::relu, grouped)
                                        .depthwise_conv2d(3, digitnet::relu, depthwise)
                                        .separable_conv2d(8, 3, digitnet::relu, separable)
                                        .conv2d_transpose(2, 3, digitnet::linear, transpose);
    CHECK(chained.summary() == model.summary());
}

// A residual block and, beside it, a branch from the input.
static digitnet::model make_residual_model() {
    digitnet::conv2d_options body, branch;
    body.padding = branch.padding = digitnet::same;
    branch.name = "branch";
    branch.input = "input";
    digitnet::add_options sum;
    sum.name = "sum";
    digitnet::concatenate_options both;
    both.name = "both";
    return digitnet::model(SIZE, SIZE, 1)
        .conv2d(2, 3, digitnet::relu, body)
        .conv2d(2, 3, digitnet::linear, body)
        .add({"conv2d_1", "conv2d"}, digitnet::relu, sum)
        .conv2d(3, 1, digitnet::sigmoid, branch)
        .concatenate({"sum", "branch", "input"}, both)
        .flatten()
        .dense(CLASSES, digitnet::softmax);
}

// The same through the C API.
static digitnet_model *make_residual_model_in_c() {
    const char *const block[] = {"conv2d_1", "conv2d"}, *const ends[] = {"sum", "branch", "input"};
    digitnet_model *model = nullptr;
    auto convolution = DIGITNET_INIT(digitnet_conv2d_options);
    auto sum = DIGITNET_INIT(digitnet_add_options);
    auto both = DIGITNET_INIT(digitnet_concatenate_options);
    convolution.padding = DIGITNET_PADDING_SAME;
    sum.name = "sum";
    both.name = "both";
    REQUIRE(digitnet_model_create(&model, SIZE, SIZE, 1) == DIGITNET_OK);
    digitnet_model_add_conv2d_ex(model, 2, 3, DIGITNET_ACTIVATION_RELU, &convolution);
    digitnet_model_add_conv2d_ex(model, 2, 3, DIGITNET_ACTIVATION_LINEAR, &convolution);
    digitnet_model_add_add_ex(model, block, 2, DIGITNET_ACTIVATION_RELU, &sum);
    convolution.name = "branch";
    convolution.input = "input";
    digitnet_model_add_conv2d_ex(model, 3, 1, DIGITNET_ACTIVATION_SIGMOID, &convolution);
    digitnet_model_add_concatenate_ex(model, ends, 3, &both);
    digitnet_model_add_flatten(model);
    REQUIRE(digitnet_model_add_dense(model, CLASSES, DIGITNET_ACTIVATION_SOFTMAX) == DIGITNET_OK);
    return model;
}

TEST_CASE("layers that join outputs") {
    digitnet::model model = make_residual_model(), in_c(make_residual_model_in_c());
    CHECK(model.summary() == in_c.summary());
    model.compile(digitnet::adam, digitnet::sparse_categorical_crossentropy);
    in_c.compile(digitnet::adam, digitnet::sparse_categorical_crossentropy);
    model.fit(make_dataset());
    in_c.fit(make_dataset());
    CHECK(model.save_memory() == in_c.save_memory());
    CHECK(model.layer(2).inputs == 2);
    CHECK(model.layer(3).activation == digitnet::sigmoid);
    CHECK(model.layer(4).channels == 6);
    CHECK(std::string(model.layer_input(0, 0)) == "input");
    CHECK(std::string(model.layer_input(2, 1)) == "conv2d");
    CHECK(std::string(model.layer_input(4, 0)) == "sum");
    CHECK_ERROR(DIGITNET_ENOTFOUND, "layer 4 with an input 3", model.layer_input(4, 3));
    CHECK_ERROR(DIGITNET_ENOTFOUND, "layer 7 with an input 0", model.layer_input(7, 0));
    CHECK_ERROR(DIGITNET_ENOTFOUND, "'nobody'",
                digitnet::model(SIZE, SIZE, 1)
                    .add({"input", "nobody"})
                    .compile(digitnet::adam, digitnet::sparse_categorical_crossentropy));
    CHECK_ERROR(DIGITNET_EINVAL, "input_count is 1",
                digitnet::model(SIZE, SIZE, 1)
                    .concatenate({"input"})
                    .compile(digitnet::adam, digitnet::sparse_categorical_crossentropy));
}

TEST_CASE("frozen layers") {
    digitnet::model model = make_model();
    const auto convolution = model.get_weights("conv2d/kernel"), dense = model.get_weights("dense/kernel");
    model.set_trainable("conv2d", false);
    CHECK(model.layer(0).trainable == 0);
    CHECK(model.tensor(0).trainable == 0);
    CHECK(model.tensor(2).trainable == 1);
    model.fit(make_dataset());
    CHECK(model.get_weights("conv2d/kernel") == convolution);
    CHECK(model.get_weights("dense/kernel") != dense);
    model.set_trainable(nullptr, true);
    CHECK(model.tensor(0).trainable == 1);
    model.fit(make_dataset());
    CHECK(model.get_weights("conv2d/kernel") != convolution);
    CHECK_ERROR(DIGITNET_ENOTFOUND, "'nobody'", model.set_trainable("nobody", false));
}

TEST_CASE("every loss") {
    struct {
        digitnet_loss loss, in_c;
        digitnet_activation activation;
    } const cases[] = {
        {digitnet::categorical_crossentropy, DIGITNET_LOSS_CATEGORICAL_CROSSENTROPY, digitnet::softmax},
        {digitnet::binary_crossentropy, DIGITNET_LOSS_BINARY_CROSSENTROPY, digitnet::sigmoid},
        {digitnet::mean_squared_error, DIGITNET_LOSS_MEAN_SQUARED_ERROR, digitnet::linear},
    };
    std::vector<float> targets;
    for (const std::int32_t label : make_labels()) {
        targets.push_back(label == 0 ? 1.0f : 0.0f);
        targets.push_back(label == 1 ? 1.0f : 0.0f);
    }
    digitnet::annotations known;
    known.targets = targets;
    known.target_values = CLASSES;
    const digitnet::dataset dataset(make_images(), known, SIZE, SIZE, 1);
    digitnet::fit_options options;
    options.epochs = 30;
    for (const auto &with : cases) {
        CHECK(with.loss == with.in_c);
        auto model =
            digitnet::model(SIZE, SIZE, 1).flatten().dense(CLASSES, with.activation).compile(digitnet::adam, with.loss);
        const double before = model.evaluate(dataset).loss;
        model.fit(dataset, options);
        CHECK(model.evaluate(dataset).loss < before);
        CHECK_ERROR(DIGITNET_EINVAL, "no targets", model.fit(make_dataset()));
    }
}

TEST_CASE("compile throws the first error of a chain of builders") {
    auto model = digitnet::model(SIZE, SIZE, 1)
                     .conv2d(2, 3, digitnet::relu)
                     .max_pool2d(3) // does not fit 2 x 2
                     .flatten()
                     .dense(0, digitnet::softmax);
    CHECK_ERROR(DIGITNET_ESHAPE, "max_pool", model.compile(digitnet::adam, digitnet::sparse_categorical_crossentropy));
    CHECK(model.describe().layers == 1);
    model.clear_error();
    model.flatten().dense(CLASSES, digitnet::softmax);
    model.compile(digitnet::sgd, digitnet::sparse_categorical_crossentropy);
    CHECK(model.get_learning_rate() == 0.01);
    CHECK_ERROR(DIGITNET_ESHAPE, "",
                digitnet::model(SIZE, SIZE, 1)
                    .dense(2, digitnet::relu)
                    .compile(digitnet::adam, digitnet::sparse_categorical_crossentropy));
    CHECK_ERROR(DIGITNET_ESTATE, "",
                digitnet::model(1, 1, 1).compile(digitnet::adam, digitnet::sparse_categorical_crossentropy));
}

TEST_CASE("predictions of floats and bytes") {
    const digitnet::model model = make_model();
    const std::vector<float> images = make_images();
    const std::vector<std::uint8_t> bytes(2 * VALUES, 51);
    std::vector<float> scores(2 * CLASSES);
    model.predict(scores, {images.data(), 2 * VALUES});
    CHECK(scores == model.predict({images.data(), 2 * VALUES}));
    model.predict(scores, bytes);
    CHECK(scores == model.predict(bytes));
    CHECK(scores == model.predict(std::vector<float>(2 * VALUES, 51 / 255.0f)));
    CHECK_ERROR(DIGITNET_ESHAPE, "", model.predict({images.data(), VALUES + 1}));
    CHECK_ERROR(DIGITNET_ESHAPE, "", model.predict({images.data(), VALUES - 1}));
    CHECK_ERROR(DIGITNET_ESHAPE, "", model.predict({bytes.data(), VALUES - 1}));
    CHECK_ERROR(DIGITNET_EBUFFER, "", model.predict(scores, images));
    CHECK_ERROR(DIGITNET_EINVAL, "images is NULL", model.predict(std::vector<float>()));
    CHECK_ERROR(DIGITNET_EINVAL, "", model.predict(std::vector<float>(VALUES, 0 / 0.0f)));
    CHECK_ERROR(DIGITNET_ESTATE, "", digitnet::model(SIZE, SIZE, 1).flatten().predict(images));
}

TEST_CASE("threads predict with one model, and with sessions of it") {
    const std::vector<float> images = make_images();
    const std::vector<std::uint8_t> bytes(VALUES, 200);
    digitnet::model model = make_model();
    const std::vector<float> expected = model.predict(images), expected_of_bytes = model.predict(bytes);
    digitnet::session_options options;
    options.batch_size = 3;
    const digitnet::session session(model, options);
    std::vector<int> wrong(4);
    std::vector<std::thread> threads;
    for (int &count : wrong) {
        threads.emplace_back([&, own = session.clone()]() mutable {
            std::vector<float> scores(expected.size()), one(CLASSES);
            for (int round = 0; round < 50; round++) {
                own.run(scores, images);
                own.run(one, bytes);
                count += scores != expected || one != expected_of_bytes || model.predict(images) != expected;
            }
        });
    }
    for (std::thread &thread : threads)
        thread.join();
    CHECK(wrong == std::vector<int>(4));
}

TEST_CASE("a session outlives its model") {
    const std::vector<float> images = make_images();
    digitnet::model model = make_model();
    const std::vector<float> expected = model.predict(images);
    digitnet::session session(model);
    model.fit(make_dataset());
    CHECK(model.predict(images) != expected);
    model = digitnet::model(1, 1, 1);
    std::vector<float> scores(expected.size());
    session.run(scores, images);
    CHECK(scores == expected);
    CHECK_ERROR(DIGITNET_EBUFFER, "", session.run({scores.data(), 1}, images));
    CHECK_ERROR(DIGITNET_ESHAPE, "", session.run(scores, std::vector<std::uint8_t>(VALUES + 1)));
    CHECK_ERROR(DIGITNET_ESTATE, "", digitnet::session(model));
    digitnet::session_options many;
    many.threads = 257;
    CHECK_ERROR(DIGITNET_EINVAL, "257", digitnet::session(make_model(), many));
}

TEST_CASE("weights by name") {
    digitnet::model model = make_model();
    std::vector<float> all = model.get_weights();
    CHECK(all.size() == model.describe().parameters);
    const std::vector<float> kernel = model.get_weights("conv2d/kernel");
    CHECK(kernel.size() == 9 * 3);
    CHECK(std::equal(kernel.begin(), kernel.end(), all.begin()));
    model.set_weights("dense/bias", std::vector<float>{0.25f, -0.5f});
    CHECK(model.get_weights("dense/bias") == std::vector<float>{0.25f, -0.5f});
    model.set_weights(all);
    CHECK(model.get_weights() == all);
    CHECK_ERROR(DIGITNET_ENOTFOUND, "nobody", model.get_weights("nobody"));
    CHECK_ERROR(DIGITNET_ENOTFOUND, "nobody", model.set_weights("nobody", all));
    CHECK_ERROR(DIGITNET_ESHAPE, "", model.set_weights("dense/bias", all));
    all.pop_back();
    CHECK_ERROR(DIGITNET_ESHAPE, "", model.set_weights(all));
    const auto fresh = digitnet::model(SIZE, SIZE, 1).flatten().dense(1, digitnet::relu);
    CHECK_ERROR(DIGITNET_ESTATE, "", fresh.get_weights());
}

TEST_CASE("a model comes back from a file and from memory, and trains on") {
    const digitnet::dataset dataset = make_dataset();
    const temporary_folder folder;
    const std::string path = folder.file("model.onnx");
    digitnet::model model = make_model();
    model.fit(dataset);
    model.save(path);
    const std::vector<std::uint8_t> bytes = model.save_memory();
    digitnet::model from_file = digitnet::model::load(path), from_memory = digitnet::model::load_memory(bytes);
    digitnet::model copy = model.clone();
    for (digitnet::model *each : {&model, &from_file, &from_memory, &copy}) {
        CHECK(each->save_memory() == bytes);
        each->fit(dataset);
    }
    CHECK(model.save_memory() != bytes);
    CHECK(from_file.save_memory() == model.save_memory());
    CHECK(from_memory.save_memory() == model.save_memory());
    CHECK(copy.save_memory() == model.save_memory());

    digitnet::model_load_options options;
    options.ignore_metadata = 1;
    CHECK(digitnet::model::load_memory(bytes, options).describe().compiled == 0);
    CHECK(digitnet::model::load(path, options).describe().compiled == 0);
    digitnet::model_load_options untrained;
    untrained.skip_training = 1;
    CHECK(digitnet::model::load(path, untrained).describe().compiled == 0);
    digitnet::model_save_options weights;
    weights.weights_only = 1;
    model.save(folder.file("weights.onnx"), weights);
    CHECK(digitnet::model::load(folder.file("weights.onnx")).save_memory() == model.save_memory(weights));
    CHECK(digitnet::model::load_memory(model.save_memory(weights)).get_weights() == model.get_weights());
    options.max_bytes = 100;
    CHECK_ERROR(DIGITNET_ELIMIT, "100", digitnet::model::load(path, options));
    CHECK_ERROR(DIGITNET_ELIMIT, "100", digitnet::model::load_memory(bytes, options));
    CHECK_ERROR(DIGITNET_EFORMAT, "", digitnet::model::load_memory({bytes.data(), bytes.size() - 1}));
    CHECK_ERROR(DIGITNET_ENOTFOUND, "nothing.onnx", digitnet::model::load(folder.file("nothing.onnx")));
    CHECK_ERROR(DIGITNET_EIO, "", model.save(folder.file("nowhere/model.onnx")));
    CHECK_ERROR(DIGITNET_ESTATE, "", digitnet::model(SIZE, SIZE, 1).flatten().save_memory());
    CHECK_ERROR(DIGITNET_ESTATE, "", digitnet::model(SIZE, SIZE, 1).flatten().save(path));
    CHECK_ERROR(DIGITNET_ESTATE, "", digitnet::model(SIZE, SIZE, 1).max_pool2d(9).clone());
    CHECK(digitnet::model::load(path).save_memory() == bytes); // no failure has touched it
}

TEST_CASE("images are scaled by a layer in front of the others") {
    digitnet::model model = make_model(), scaled = model.clone();
    const std::vector<float> image(SIZE * SIZE, 0.5F), same(SIZE * SIZE, 0.0F);
    scaled.set_input_scaling(2, -1);
    CHECK(std::string(scaled.layer(0).name) == "input_scaling");
    CHECK(scaled.predict(image) == model.predict(same));
    scaled.set_input_scaling(2);
    CHECK(scaled.predict(same) == model.predict(same));
    CHECK_ERROR(DIGITNET_EINVAL, "the scale is 0", scaled.set_input_scaling(0));
}

TEST_CASE("a new end behind layers that keep their weights") {
    digitnet::model model = make_model();
    const std::string first = model.tensor(0).name;
    const std::vector<float> weights = model.get_weights(first);
    CHECK_ERROR(DIGITNET_ENOTFOUND, "'nobody'", model.remove_layers_after("nobody"));
    model.remove_layers_after(model.layer(0).name);
    CHECK(model.describe().layers == 1);
    CHECK(model.get_weights(first) == weights);
    model.flatten().dense(2, digitnet::softmax);
    CHECK_ERROR(DIGITNET_ESTATE, "added last", model.get_weights());
    model.compile(digitnet::adam, digitnet::sparse_categorical_crossentropy);
    CHECK(model.get_weights(first) == weights);
    CHECK(model.describe().outputs == 2);
}

TEST_CASE("the history's table") {
    const temporary_folder folder;
    digitnet::fit_options options;
    options.epochs = 2;
    make_model().fit(make_dataset(), options).write_csv(folder.file("history.csv"));
    std::ifstream table(folder.file("history.csv"));
    std::string line;
    std::getline(table, line);
    CHECK(line == "epoch,loss,accuracy,val_loss,val_accuracy,train_seconds,learning_rate");
    std::getline(table, line);
    CHECK(line.rfind("1,", 0) == 0);
    std::getline(table, line);
    CHECK(line.rfind("2,", 0) == 0);
    CHECK_FALSE(std::getline(table, line));
}

TEST_CASE("a picture is brought into MNIST's frame") {
    digitnet::image picture;
    picture.width = 40;
    picture.height = 30;
    picture.stride = 50;
    std::vector<std::uint8_t> pixels((picture.height - 1) * picture.stride + picture.width, 255);
    for (std::size_t row = 5; row < 25; row++)
        for (std::size_t column = 18; column < 22; column++)
            pixels[row * picture.stride + column] = 0;
    digitnet::image in_c = picture;
    in_c.pixels = pixels.data();
    digitnet::frame expected{};
    REQUIRE(digitnet_image_frame_digit(expected.data(), expected.size(), &in_c) == DIGITNET_OK);
    CHECK(digitnet::frame_digit(pixels, picture) == expected);
    CHECK(*std::max_element(expected.begin(), expected.end()) == 1);
    picture.max_pixels = 1199;
    CHECK_ERROR(DIGITNET_ELIMIT, "1199", digitnet::frame_digit(pixels, picture));

    const auto shaped = [](std::size_t width, std::size_t height, std::size_t stride) {
        digitnet::image layout;
        layout.width = width;
        layout.height = height;
        layout.stride = stride;
        return layout;
    };
    CHECK(digitnet::frame_digit(pixels, shaped(50, 29, 0)) == expected); // other margins, the same digit
    pixels.pop_back();
    CHECK_ERROR(DIGITNET_ESHAPE, "too few for 30 rows of 40, 50 apart",
                digitnet::frame_digit(pixels, shaped(40, 30, 50)));
    CHECK_ERROR(DIGITNET_ESHAPE, "", digitnet::frame_digit(pixels, shaped(8, SIZE_MAX / 8 + 2, 0))); // 8 x that is 8
    CHECK_ERROR(DIGITNET_ESHAPE, "", digitnet::frame_digit(pixels, shaped(pixels.size() + 1, 1, 0)));
    CHECK_ERROR(DIGITNET_EINVAL, "", digitnet::frame_digit(pixels, shaped(0, 30, 0)));
    CHECK_ERROR(DIGITNET_EINVAL, "", digitnet::frame_digit(pixels, shaped(40, 0, 0)));
    CHECK_ERROR(DIGITNET_EINVAL, "", digitnet::frame_digit(pixels, shaped(40, 30, 1)));
    CHECK_ERROR(DIGITNET_ENOTFOUND, "", digitnet::frame_digit(std::vector<std::uint8_t>(400, 9), shaped(20, 20, 0)));
}
