// digitnet.hpp: errors, spans, options, owners, and that nothing is left behind by any of its tests.
#define DOCTEST_CONFIG_IMPLEMENT
#include "wrapper_support.hpp"

#include <array>
#include <cstdlib>
#include <new>
#include <type_traits>
#include <utility>

TEST_CASE("an error carries the status and the message of the call") {
    CHECK_NOTHROW(digitnet::check(DIGITNET_OK));
#define CHECK_STATUS(name, value, text)                         \
    if (const auto code = DIGITNET_##name; code != DIGITNET_OK) \
        CHECK_ERROR(code, digitnet_last_error(), digitnet::check(code));
    DIGITNET_STATUS_MAP(CHECK_STATUS)
#undef CHECK_STATUS
    CHECK_ERROR(DIGITNET_EINVAL, "0x4x1", digitnet::model(0, 4, 1));
    static_assert(std::is_base_of_v<std::runtime_error, digitnet::error>);
    const digitnet::error own(DIGITNET_EIO, "the disk is full");
    CHECK(own.status() == DIGITNET_EIO);
    CHECK(std::string(own.what()) == "the disk is full");
}

template <typename To, typename From> constexpr bool converts = std::is_convertible_v<From, digitnet::span<To>>;

TEST_CASE("a span is made from whatever holds values of its type in a row") {
    static_assert(converts<const float, std::vector<float>> && converts<const float, const std::vector<float> &>);
    static_assert(converts<float, std::vector<float> &> && !converts<float, const std::vector<float> &>);
    static_assert(converts<const float, digitnet::span<float>> && !converts<float, digitnet::span<const float>>);
    static_assert(converts<float, std::array<float, 3> &> && converts<float, float(&)[3]>);
    static_assert(!converts<const float, std::vector<double>> && !converts<const float, std::vector<std::uint8_t>>);
    static_assert(!converts<const float, float> && !converts<const float, float *>);

    float values[] = {1, 2, 3};
    const digitnet::span whole(values);
    static_assert(std::is_same_v<decltype(whole), const digitnet::span<float>>);
    CHECK(whole.data() == values);
    CHECK(whole.size() == 3);
    CHECK(whole[2] == 3);
    CHECK(std::vector<float>(whole.begin(), whole.end()) == std::vector<float>{1, 2, 3});
    const digitnet::span part(values + 1, 2);
    CHECK(part[0] == 2);
    CHECK_FALSE(part.empty());
    CHECK(digitnet::span<float>().empty());
    CHECK(digitnet::span<float>(nullptr, 5).size() == 0);
    CHECK(digitnet::span<float>(values, 0).data() == nullptr);
}

TEST_CASE("options begin as all defaults") {
    static_assert(sizeof(digitnet::fit_options) == sizeof(digitnet_fit_options));
    const digitnet::fit_options options;
    CHECK(options.struct_size == sizeof(digitnet_fit_options));
    CHECK(options.epochs == 0);
    CHECK(options.validation == nullptr);
    // The C API's own way, and a struct whose size is not set.
    auto limits = DIGITNET_INIT(digitnet_model_options);
    CHECK_NOTHROW(digitnet::model(4, 4, 1, limits));
    limits.max_activation_bytes = 1;
    CHECK_ERROR(DIGITNET_ELIMIT, "", digitnet::model(4, 4, 1, limits));
    CHECK_ERROR(DIGITNET_EINVAL, "struct_size", digitnet::model(4, 4, 1, digitnet_model_options{}));
}

template <typename Owner>
constexpr bool is_owner =
    std::is_nothrow_move_constructible_v<Owner> &&std::is_nothrow_move_assignable_v<Owner> &&
    !std::is_copy_constructible_v<Owner> && !std::is_copy_assignable_v<Owner> && std::is_nothrow_destructible_v<Owner>;
static_assert(is_owner<digitnet::model> && is_owner<digitnet::dataset> && is_owner<digitnet::session> &&
              is_owner<digitnet::history>);

TEST_CASE("owners hand their object on") {
    digitnet::model first = make_model();
    digitnet_model *const handle = first.get();
    digitnet::model second = std::move(first);
    CHECK(second.get() == handle);
    CHECK(std::as_const(second).get() == handle);
    CHECK(static_cast<bool>(second));
    CHECK_FALSE(static_cast<bool>(first));
    first = make_model(2);
    first = std::move(second); // frees what it had
    CHECK(first.get() == handle);
    digitnet_model *const released = first.release();
    CHECK(released == handle);
    CHECK_FALSE(static_cast<bool>(first));
    const digitnet::model again(released);
    CHECK(again.describe().compiled == 1);
}

TEST_CASE("an owner that was moved from refuses everything") {
    digitnet::model model = make_model();
    digitnet::dataset dataset = make_dataset();
    digitnet::session session(model);
    digitnet::history history = model.fit(dataset);
    const digitnet::model other_model = std::move(model);
    const digitnet::dataset other_dataset = std::move(dataset);
    const digitnet::session other_session = std::move(session);
    const digitnet::history other_history = std::move(history);
    std::vector<float> scores(IMAGES * CLASSES), images = make_images();
    digitnet::model whole = other_model.clone();

    CHECK_ERROR(DIGITNET_EINVAL, "NULL", model.clone());
    model.conv2d(1, 1, digitnet::relu).max_pool2d(1).flatten().dense(1, digitnet::relu).dropout(0.5);
    model.activation(digitnet::relu).add({"input", "input"}).concatenate({"input", "input"}).clear_error();
    CHECK_ERROR(DIGITNET_EINVAL, "NULL", model.compile(digitnet::sgd, digitnet::sparse_categorical_crossentropy));
    CHECK_ERROR(DIGITNET_EINVAL, "NULL", model.get_learning_rate());
    CHECK_ERROR(DIGITNET_EINVAL, "NULL", model.set_learning_rate(0.1));
    CHECK_ERROR(DIGITNET_EINVAL, "NULL", model.fit(other_dataset));
    CHECK_ERROR(DIGITNET_EINVAL, "NULL", whole.fit(dataset));
    model.request_stop();
    model.clear_stop();
    CHECK_ERROR(DIGITNET_EINVAL, "NULL", model.evaluate(other_dataset));
    CHECK_ERROR(DIGITNET_EINVAL, "NULL", other_model.evaluate(dataset));
    CHECK_ERROR(DIGITNET_EINVAL, "NULL", model.predict(images));
    CHECK_ERROR(DIGITNET_EINVAL, "NULL", model.predict(scores, images));
    CHECK_ERROR(DIGITNET_EINVAL, "NULL", model.describe());
    CHECK_ERROR(DIGITNET_EINVAL, "NULL", model.layer(0));
    CHECK_ERROR(DIGITNET_EINVAL, "NULL", model.tensor(0));
    CHECK_ERROR(DIGITNET_EINVAL, "NULL", model.layer_input(0, 0));
    CHECK_ERROR(DIGITNET_EINVAL, "NULL", model.set_trainable(nullptr, false));
    CHECK_ERROR(DIGITNET_EINVAL, "NULL", model.summary());
    CHECK_ERROR(DIGITNET_EINVAL, "NULL", model.get_weights());
    CHECK_ERROR(DIGITNET_EINVAL, "NULL", model.get_weights("dense/bias"));
    CHECK_ERROR(DIGITNET_EINVAL, "NULL", model.set_weights(scores));
    CHECK_ERROR(DIGITNET_EINVAL, "NULL", model.set_weights("dense/bias", scores));
    CHECK_ERROR(DIGITNET_EINVAL, "NULL", model.save("never-written.onnx"));
    CHECK_ERROR(DIGITNET_EINVAL, "NULL", model.save_memory());
    CHECK_ERROR(DIGITNET_EINVAL, "NULL", digitnet::session(model));
    CHECK_ERROR(DIGITNET_EINVAL, "NULL", session.clone());
    CHECK_ERROR(DIGITNET_EINVAL, "NULL", session.run(scores, images));
    CHECK_ERROR(DIGITNET_EINVAL, "NULL", dataset.slice(0, 1));
    CHECK_ERROR(DIGITNET_EINVAL, "NULL", dataset.read(0, 1));
    CHECK_ERROR(DIGITNET_EINVAL, "NULL", dataset.read(images, {}, 0, 1));
    CHECK_ERROR(DIGITNET_EINVAL, "NULL", dataset.describe());
    CHECK(dataset.count() == 0);
    CHECK_ERROR(DIGITNET_EINVAL, "NULL", history.write_csv("never-written.csv"));
    CHECK(history.series(DIGITNET_METRIC_LOSS).empty());
    CHECK(history.first_epoch() == 0);
    CHECK(history.end() == DIGITNET_STOP_FAILED);
}

// Memory from malloc() until there is none any more.
static void *allocate(void *left, std::size_t size, std::size_t alignment) {
    std::size_t &count = *static_cast<std::size_t *>(left);
    return count > 0 ? (count--, std::aligned_alloc(alignment, (size + alignment - 1) / alignment * alignment))
                     : nullptr;
}

static void release(void *, void *memory, std::size_t, std::size_t) {
    std::free(memory);
}

TEST_CASE("without memory there is an error, and nothing is left") {
    std::size_t left = 0, failures = 0;
    auto hook = DIGITNET_INIT(digitnet_allocator);
    hook.user_data = &left;
    hook.allocate = allocate;
    hook.release = release;
    digitnet::check(digitnet_set_allocator(&hook));
    for (bool done = false; !done; failures++) {
        left = failures;
        try {
            const digitnet::dataset dataset =
                digitnet::dataset::in_place(make_images(), make_labels(), SIZE, SIZE, 1).slice(0, 4);
            const digitnet::dataset source = digitnet::dataset::source(1, 1, 1, 1, [](const digitnet::batch &) {});
            digitnet::model model = make_model();
            const digitnet::history history = model.fit(dataset);
            const digitnet::session session = digitnet::session(model).clone();
            const digitnet::model copy = digitnet::model::load_memory(model.clone().save_memory());
            done = true;
        } catch (const digitnet::error &error) {
            REQUIRE(error.status() == DIGITNET_ENOMEM);
        }
    }
    CHECK(failures > 30);
    CHECK(digitnet_set_allocator(nullptr) == DIGITNET_OK); // refused while there is any object
}

int main(int argc, char **argv) {
    const int failed = doctest::Context(argc, argv).run();
    if (digitnet_set_allocator(nullptr) != DIGITNET_OK) {
        std::fprintf(stderr, "A test left an object behind: %s\n", digitnet_last_error());
        return 1;
    }
    return failed;
}
