/** @file dataset.hpp  Labelled images, as dataset.h has them. */
#ifndef DIGITNET_DATASET_HPP
#define DIGITNET_DATASET_HPP

#include "digitnet/callbacks.hpp"
#include "digitnet/dataset.h"
#include "digitnet/options.hpp"
#include "digitnet/owner.hpp"
#include "digitnet/span.hpp"
#include "digitnet/status.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <iterator>
#include <memory>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

namespace digitnet {

/** Limits for data sets that are read from files. */
using dataset_load_options = sized<digitnet_dataset_load_options>;

/** Samples that were read from a data set. */
struct samples {
    /** Image after image, height x width x channels floats each. */
    std::vector<float> images;
    /** One class number for each image. */
    std::vector<std::int32_t> labels;
};

/** What a source is asked for: `indices.size()` samples, in this order. */
struct batch {
    /** To be written: height x width x channels values for each sample; empty where they are not wanted. */
    span<float> images;
    /** To be written: one for each sample; empty where they are not wanted. */
    span<std::int32_t> labels;
    /** Which samples. */
    span<const std::size_t> indices;
    /** One number for each sample, for random augmentation; empty where nothing may be random. */
    span<const std::uint64_t> seeds;
};

/** Labelled images. */
class dataset : public owner<digitnet_dataset, digitnet_dataset_free> {
  public:
    using owner::owner;

    /**
     * Makes a data set from images of bytes, as digitnet_dataset_create_u8() does.
     *
     * @param images    labels.size() x height x width x channels bytes, image after image, row after row; copied
     * @param labels    one class number from 0 for each image; copied
     * @param height    rows of an image
     * @param width     columns of an image
     * @param channels  values of a pixel: 1 for grey
     * @throws error  with DIGITNET_ESHAPE where `images` has another number of values, or a status of
     *                digitnet_dataset_create_u8()
     */
    dataset(span<const std::uint8_t> images, span<const std::int32_t> labels, std::size_t height, std::size_t width,
            std::size_t channels)
        : dataset(create(images, labels, height, width, channels, {})) {
    }
    /**
     * Makes a data set from images of floats, as digitnet_dataset_create_f32() does.
     *
     * @param images    labels.size() x height x width x channels floats, taken as they are; copied
     * @param labels    one class number from 0 for each image; copied
     * @param height    rows of an image
     * @param width     columns of an image
     * @param channels  values of a pixel: 1 for grey
     * @throws error  with DIGITNET_ESHAPE where `images` has another number of values, or a status of
     *                digitnet_dataset_create_f32()
     */
    dataset(span<const float> images, span<const std::int32_t> labels, std::size_t height, std::size_t width,
            std::size_t channels)
        : dataset(create(images, labels, height, width, channels, {})) {
    }

    /**
     * Makes a data set that uses images and labels in place, without a copy.
     *
     * The arguments are kept until the last data set or slice that uses them is gone: containers that were moved in, or
     * else spans of memory that the program leaves unchanged so long. Their destructors run on the thread that frees
     * that one, and must not throw.
     *
     * @tparam Images  a container or span of `float` or `std::uint8_t`
     * @tparam Labels  a container or span of `std::int32_t`
     * @param images    labels.size() x height x width x channels values, image after image, row after row
     * @param labels    one class number from 0 for each image
     * @param height    rows of an image
     * @param width     columns of an image
     * @param channels  values of a pixel: 1 for grey
     * @return the data set
     * @throws error  with DIGITNET_ESHAPE where `images` has another number of values, or a status of
     *                digitnet_dataset_create_u8_ex() or digitnet_dataset_create_f32_ex()
     */
    template <typename Images, typename Labels>
    [[nodiscard]] static dataset in_place(Images images, Labels labels, std::size_t height, std::size_t width,
                                          std::size_t channels) {
        using value = std::remove_const_t<std::remove_pointer_t<decltype(std::data(images))>>;
        struct memory {
            Images images;
            Labels labels;
        };
        auto kept = std::make_unique<memory>(memory{std::move(images), std::move(labels)});
        sized<digitnet_dataset_options> options;
        options.borrow = 1;
        options.user_data = kept.get();
        options.release = [](void *user_data) noexcept { delete static_cast<memory *>(user_data); };
        dataset result(create<value>(kept->images, kept->labels, height, width, channels, options));
        static_cast<void>(kept.release());
        return result;
    }

    /**
     * Makes a data set that asks a function for its samples, as digitnet_dataset_create_source() does.
     *
     * @tparam Gather  something that can be called with a `const batch &`
     * @param count     how many samples there are
     * @param height    rows of an image
     * @param width     columns of an image
     * @param channels  values of a pixel: 1 for grey
     * @param gather    writes the samples that it is asked for, on the thread that called model::fit(),
     *                  model::evaluate() or read(), on several at once where these calls are; it may throw, which ends
     *                  the call and comes out of it. It is kept until the last data set or slice of this source is
     *                  gone.
     * @return the data set
     * @throws error  with the status of digitnet_dataset_create_source()
     */
    template <typename Gather>
    [[nodiscard]] static dataset source(std::size_t count, std::size_t height, std::size_t width, std::size_t channels,
                                        Gather gather) {
        struct gatherer {
            Gather gather;
            std::size_t values;
        };
        auto kept = std::make_unique<gatherer>(gatherer{std::move(gather), height * width * channels});
        sized<digitnet_source_options> options;
        options.count = count;
        options.height = height;
        options.width = width;
        options.channels = channels;
        options.user_data = kept.get();
        options.release = [](void *user_data) noexcept { delete static_cast<gatherer *>(user_data); };
        options.gather = [](float *images, std::int32_t *labels, const std::size_t *indices, const std::uint64_t *seeds,
                            std::size_t wanted, void *user_data) noexcept {
            gatherer &self = *static_cast<gatherer *>(user_data);
            return detail::exception_carrier::run([&] {
                self.gather(
                    batch{{images, wanted * self.values}, {labels, wanted}, {indices, wanted}, {seeds, wanted}});
                return 0;
            });
        };
        digitnet_dataset *handle = nullptr;
        check(digitnet_dataset_create_source(&handle, &options));
        static_cast<void>(kept.release());
        return dataset(handle);
    }

    /**
     * Reads a data set from two IDX files, raw or compressed by gzip, as digitnet_dataset_load_idx() does.
     *
     * @param images   the file of images
     * @param labels   the file of labels
     * @param options  the most bytes of a file; `{}` is all defaults
     * @return the data set
     * @throws error  with the status of digitnet_dataset_load_idx_ex()
     */
    [[nodiscard]] static dataset load_idx(const std::string &images, const std::string &labels,
                                          const dataset_load_options &options = {}) {
        digitnet_dataset *handle = nullptr;
        check(digitnet_dataset_load_idx_ex(&handle, images.c_str(), labels.c_str(), &options));
        return dataset(handle);
    }

    /**
     * Makes a data set of a range of the samples, as digitnet_dataset_slice() does.
     *
     * @param first  the first sample, from 0
     * @param count  how many samples
     * @return a data set that shares this one's memory, and keeps it alive
     * @throws error  with the status of digitnet_dataset_slice()
     */
    [[nodiscard]] dataset slice(std::size_t first, std::size_t count) const {
        digitnet_dataset *handle = nullptr;
        check(digitnet_dataset_slice(&handle, get(), first, count));
        return dataset(handle);
    }

    /**
     * Reads samples as floats, as training sees them, into the caller's memory. Allocates nothing.
     *
     * @param images  receives count x height x width x channels values; empty where they are not wanted
     * @param labels  receives `count` labels; empty where they are not wanted
     * @param first   the first sample, from 0
     * @param count   how many samples
     * @throws error  with the status of digitnet_dataset_read(); what a source throws comes out too
     */
    void read(span<float> images, span<std::int32_t> labels, std::size_t first, std::size_t count) const {
        detail::exception_carrier carrier;
        carrier.check(
            digitnet_dataset_read(images.data(), images.size(), labels.data(), labels.size(), get(), first, count));
    }
    /**
     * Reads samples as floats, as training sees them.
     *
     * @param first  the first sample, from 0
     * @param count  how many samples
     * @return their images and labels
     * @throws error           with the status of digitnet_dataset_read(); what a source throws comes out too
     * @throws std::bad_alloc  where there is no memory for the samples
     */
    [[nodiscard]] samples read(std::size_t first, std::size_t count) const {
        const digitnet_dataset_info info = describe();
        const std::size_t room = std::min(count, info.count); /* for more the call below throws */
        samples result;
        result.images.resize(room * info.height * info.width * info.channels);
        result.labels.resize(room);
        read(result.images, result.labels, first, count);
        return result;
    }

    /**
     * Tells how many samples there are.
     *
     * @return the number of samples; 0 for an empty owner
     */
    [[nodiscard]] std::size_t count() const noexcept {
        return digitnet_dataset_count(get());
    }
    /**
     * Tells what the data set holds, as digitnet_dataset_describe() does.
     *
     * @return how many samples there are, their shape, and the number of classes
     * @throws error  with DIGITNET_EINVAL for an empty owner
     */
    [[nodiscard]] digitnet_dataset_info describe() const {
        sized<digitnet_dataset_info> info;
        check(digitnet_dataset_describe(&info, get()));
        return info;
    }

  private:
    template <typename Value>
    static digitnet_dataset *create(span<const Value> images, span<const std::int32_t> labels, std::size_t height,
                                    std::size_t width, std::size_t channels,
                                    const sized<digitnet_dataset_options> &options) {
        static_assert(std::is_same_v<Value, float> || std::is_same_v<Value, std::uint8_t>, "bytes or floats");
        if (!is_product(images.size(), {labels.size(), height, width, channels})) {
            throw error(DIGITNET_ESHAPE, "dataset: " + std::to_string(images.size()) + " values are not " +
                                             std::to_string(labels.size()) + " images of " + std::to_string(height) +
                                             "x" + std::to_string(width) + "x" + std::to_string(channels));
        }
        digitnet_dataset *handle = nullptr;
        if constexpr (std::is_same_v<Value, float>)
            check(digitnet_dataset_create_f32_ex(&handle, images.data(), labels.data(), labels.size(), height, width,
                                                 channels, &options));
        else
            check(digitnet_dataset_create_u8_ex(&handle, images.data(), labels.data(), labels.size(), height, width,
                                                channels, &options));
        return handle;
    }

    /** Whether `size` is the product, which may overflow, of the factors. A zero among them is for C to refuse. */
    static bool is_product(std::size_t size, std::initializer_list<std::size_t> factors) noexcept {
        for (const std::size_t factor : factors) {
            if (factor == 0)
                return true;
            if (size % factor != 0)
                return false;
            size /= factor;
        }
        return size == 1;
    }
};

/** MNIST's two data sets. */
struct mnist {
    /** The training images. */
    dataset train;
    /** The test images. */
    dataset test;
};

/**
 * Reads MNIST, or any data set in its form, as digitnet_dataset_load_mnist() does. Safe from any thread.
 *
 * @param folder   where the four files are, raw or compressed by gzip
 * @param options  the most bytes of a file; `{}` is all defaults
 * @return both data sets
 * @throws error  with the status of digitnet_dataset_load_mnist_ex()
 */
[[nodiscard]] inline mnist load_mnist(const std::string &folder, const dataset_load_options &options = {}) {
    digitnet_dataset *train = nullptr, *test = nullptr;
    check(digitnet_dataset_load_mnist_ex(&train, &test, folder.c_str(), &options));
    return {dataset(train), dataset(test)};
}

/**
 * Reads the training images of MNIST alone.
 *
 * @param folder   where the two files are, raw or compressed by gzip
 * @param options  the most bytes of a file; `{}` is all defaults
 * @return the training set
 * @throws error  with the status of digitnet_dataset_load_mnist_ex()
 */
[[nodiscard]] inline dataset load_mnist_train(const std::string &folder, const dataset_load_options &options = {}) {
    digitnet_dataset *train = nullptr;
    check(digitnet_dataset_load_mnist_ex(&train, nullptr, folder.c_str(), &options));
    return dataset(train);
}

/**
 * Reads the test images of MNIST alone.
 *
 * @param folder   where the two files are, raw or compressed by gzip
 * @param options  the most bytes of a file; `{}` is all defaults
 * @return the test set
 * @throws error  with the status of digitnet_dataset_load_mnist_ex()
 */
[[nodiscard]] inline dataset load_mnist_test(const std::string &folder, const dataset_load_options &options = {}) {
    digitnet_dataset *test = nullptr;
    check(digitnet_dataset_load_mnist_ex(nullptr, &test, folder.c_str(), &options));
    return dataset(test);
}

} // namespace digitnet

#endif
