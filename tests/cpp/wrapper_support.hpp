// What the tests of digitnet.hpp share.
#ifndef DIGITNET_TESTS_WRAPPER_SUPPORT_HPP
#define DIGITNET_TESTS_WRAPPER_SUPPORT_HPP

#include "digitnet/digitnet.hpp"

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <doctest/doctest.h>
#include <filesystem>
#include <string>
#include <unistd.h>
#include <vector>

// The expression throws digitnet::error with this status, and with a message that has `part` in it.
#define CHECK_ERROR(wanted, part, expression)                                                    \
    do {                                                                                         \
        std::string message = "nothing";                                                         \
        digitnet_status status = DIGITNET_OK;                                                    \
        try {                                                                                    \
            static_cast<void>(expression);                                                       \
        } catch (const digitnet::error &caught) {                                                \
            status = caught.status();                                                            \
            message = caught.what();                                                             \
        }                                                                                        \
        CHECK_MESSAGE(status == (wanted), #expression " threw: ", message);                      \
        CHECK_MESSAGE(message.find(part) != std::string::npos, #expression " threw: ", message); \
    } while (false)

// A small problem: 4 x 4 images of 2 classes.
constexpr std::size_t IMAGES = 10, SIZE = 4, VALUES = SIZE * SIZE, CLASSES = 2;

// Image `image` is bright in the upper half for class 0, in the lower for class 1, with some noise.
inline std::vector<float> make_images() {
    std::vector<float> images(IMAGES * VALUES);
    for (std::size_t i = 0; i < images.size(); i++) {
        const std::size_t image = i / VALUES, half = i % VALUES / (VALUES / 2);
        images[i] = (half == image % CLASSES ? 0.75f : 0.0f) + static_cast<float>(i * 37 % 64) / 256.0f;
    }
    return images;
}

inline std::vector<std::int32_t> make_labels() {
    std::vector<std::int32_t> labels;
    for (std::size_t image = 0; image < IMAGES; image++)
        labels.push_back(static_cast<std::int32_t>(image % CLASSES));
    return labels;
}

inline digitnet::dataset make_dataset() {
    return digitnet::dataset(make_images(), make_labels(), SIZE, SIZE, 1);
}

inline digitnet::model make_model(std::uint64_t seed = 1) {
    digitnet::compile_options settings;
    settings.seed = seed;
    return digitnet::model(SIZE, SIZE, 1)
        .conv2d(3, 3, digitnet::relu)
        .flatten()
        .dense(CLASSES, digitnet::softmax)
        .compile(digitnet::adam, digitnet::sparse_categorical_crossentropy, settings);
}

// A new folder, removed with all that is in it.
class temporary_folder {
  public:
    temporary_folder() {
        REQUIRE(mkdtemp(path_) != nullptr);
    }
    temporary_folder(const temporary_folder &) = delete;
    temporary_folder &operator=(const temporary_folder &) = delete;
    ~temporary_folder() {
        std::filesystem::remove_all(path_);
    }
    std::string file(const std::string &name) const {
        return path_ + ('/' + name);
    }

  private:
    char path_[32] = "/tmp/digitnet-test-XXXXXX";
};

// What no other code throws.
struct planned {
    int number;
};

// The number of the exception that comes out of a call, 0 where none does.
template <typename Call> int thrown_by(Call call) {
    try {
        call();
    } catch (const planned &exception) {
        return exception.number;
    }
    return 0;
}

#endif
