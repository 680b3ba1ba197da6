/** @file dataset.hpp  Images with labels and targets, as dataset.h and augmentation.h have them. */
#ifndef DIGITNET_DATASET_HPP
#define DIGITNET_DATASET_HPP

#include "digitnet/augmentation.h"
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

/** How data sets are read from files. */
using dataset_load_options = sized<digitnet_dataset_load_options>;

/** What a source is: how many samples, their sizes, and what they hold. Its functions are set by dataset::source(). */
using source_options = sized<digitnet_source_options>;

/** What is done to images while a network learns from them; what is zero is left out. */
using augment_options = sized<digitnet_augment_options>;

/** How a data set is split. */
using split_options = sized<digitnet_split_options>;

/** What is known of images, as digitnet_dataset_options has it. A span is empty where there is nothing of its kind. */
struct annotations {
    /** max_labels class numbers from 0 for each image. */
    span<const std::int32_t> labels = {};
    /** The most labels of one image. */
    std::size_t max_labels = 1;
    /** How many labels each image has, 0 .. max_labels; empty: each has max_labels. */
    span<const std::int32_t> label_counts = {};
    /** target_values finite floats for each image. */
    span<const float> targets = {};
    /** Targets of one image. */
    std::size_t target_values = 0;
    /** One finite weight that is not negative for each image; empty: each counts 1. */
    span<const float> sample_weights = {};
};

/** Images and labels that were read from a data set. */
struct samples {
    /** Image after image, height x width x channels floats each. */
    std::vector<float> images;
    /** max_labels class numbers for each image, -1 behind its last one; none where the data set has no labels. */
    std::vector<std::int32_t> labels;
};

/** Samples by index, as digitnet_batch has them. A span that is to be written is empty where it is not wanted. */
struct batch {
    /** Which samples, in this order. */
    span<const std::size_t> indices = {};
    /** One number for each sample, for random augmentation; empty where nothing may be random. */
    span<const std::uint64_t> seeds = {};
    /** To be written: height x width x channels values for each sample. */
    span<float> images = {};
    /** To be written: max_labels class numbers for each sample. */
    span<std::int32_t> labels = {};
    /** To be written: how many labels each sample has; empty for a source of one label each. */
    span<std::int32_t> label_counts = {};
    /** To be written: target_values values for each sample. */
    span<float> targets = {};
    /** To be written: one weight for each sample; empty for a source without weights. */
    span<float> sample_weights = {};
};

/** Images with labels, targets or both. */
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
        : dataset(create(images, to_annotations(labels), height, width, channels, {})) {
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
        : dataset(create(images, to_annotations(labels), height, width, channels, {})) {
    }
    /**
     * Makes a data set of bytes with targets, weights or several labels, as digitnet_dataset_create_u8_ex() does.
     *
     * @param images    height x width x channels bytes for each image; copied
     * @param known     labels, targets or both; copied
     * @param height    rows of an image
     * @param width     columns of an image
     * @param channels  values of a pixel: 1 for grey
     * @throws error  with DIGITNET_ESHAPE where the numbers of values do not fit each other, or a status of
     *                digitnet_dataset_create_u8_ex()
     */
    dataset(span<const std::uint8_t> images, const annotations &known, std::size_t height, std::size_t width,
            std::size_t channels)
        : dataset(create(images, known, height, width, channels, {})) {
    }
    /**
     * Makes a data set of floats with targets, weights or several labels, as digitnet_dataset_create_f32_ex() does.
     *
     * @param images    height x width x channels floats for each image, taken as they are; copied
     * @param known     labels, targets or both; copied
     * @param height    rows of an image
     * @param width     columns of an image
     * @param channels  values of a pixel: 1 for grey
     * @throws error  with DIGITNET_ESHAPE where the numbers of values do not fit each other, or a status of
     *                digitnet_dataset_create_f32_ex()
     */
    dataset(span<const float> images, const annotations &known, std::size_t height, std::size_t width,
            std::size_t channels)
        : dataset(create(images, known, height, width, channels, {})) {
    }

    /**
     * Makes a data set that uses images and labels in place, without a copy.
     *
     * The arguments are kept until the last data set or slice that uses them is gone: containers that were moved in, or
     * else spans of memory that the program leaves unchanged so long. Their destructors run on the thread that frees
     * that one, and must not throw.
     *
     * @tparam Images  a container or span of `float` or `std::uint8_t`
     * @tparam Labels  a container or span of `std::int32_t`, or annotations
     * @param images    labels.size() x height x width x channels values, image after image, row after row
     * @param labels    one class number from 0 for each image; or annotations, whose spans are used in place too
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
        const span<const value> values(kept->images);
        const annotations known = to_annotations(kept->labels);
        count_samples(values.size(), known, height, width, channels);
        static_cast<void>(kept.release()); // C deletes it from here on, whatever happens
        return dataset(create<value>(values, known, height, width, channels, options));
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
        source_options options;
        options.count = count;
        options.height = height;
        options.width = width;
        options.channels = channels;
        return source(options, std::move(gather));
    }
    /**
     * Makes a data set that asks a function for its samples: with targets, weights or several labels.
     *
     * @tparam Gather  something that can be called with a `const batch &`
     * @param options  how many samples there are, and what they hold; `gather`, `release` and `user_data` are ignored
     * @param gather   writes the samples that it is asked for, as above
     * @return the data set
     * @throws error  with the status of digitnet_dataset_create_source()
     */
    template <typename Gather> [[nodiscard]] static dataset source(source_options options, Gather gather) {
        struct gatherer {
            Gather gather;
            std::size_t values, max_labels, target_values;
        };
        auto kept =
            std::make_unique<gatherer>(gatherer{std::move(gather), options.height * options.width * options.channels,
                                                std::max<std::size_t>(options.max_labels, 1), options.target_values});
        options.user_data = kept.release(); // C deletes it from here on, whatever happens
        options.release = [](void *user_data) noexcept { delete static_cast<gatherer *>(user_data); };
        options.gather = [](digitnet_batch *wanted, void *user_data) noexcept {
            gatherer &self = *static_cast<gatherer *>(user_data);
            const std::size_t size = wanted->count;
            return detail::exception_carrier::run([&] {
                self.gather(batch{{wanted->indices, size},
                                  {wanted->seeds, size},
                                  {wanted->images, size * self.values},
                                  {wanted->labels, size * self.max_labels},
                                  {wanted->label_counts, size},
                                  {wanted->targets, size * self.target_values},
                                  {wanted->sample_weights, size}});
                return 0;
            });
        };
        digitnet_dataset *handle = nullptr;
        check(digitnet_dataset_create_source(&handle, &options));
        return dataset(handle);
    }

    /**
     * Reads a data set from two IDX files, raw or compressed by gzip, as digitnet_dataset_load_idx() does.
     *
     * @param images   the file of images
     * @param labels   the file of labels
     * @param options  the most bytes of a file, and how its content lies; `{}` is all defaults
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
     * Writes the data set as two IDX files, as digitnet_dataset_save_idx() does.
     *
     * @param images  the file of images to make or to replace; compressed where its name ends in `.gz`
     * @param labels  the file of labels
     * @throws error  with the status of digitnet_dataset_save_idx(); what a source throws comes out too
     */
    void save_idx(const std::string &images, const std::string &labels) const {
        detail::exception_carrier carrier;
        carrier.check(digitnet_dataset_save_idx(get(), images.c_str(), labels.c_str()));
    }

    /**
     * Makes a data set that gives the samples with random changes, as digitnet_dataset_augment() does.
     *
     * @param options  the changes
     * @return a data set that shares this one's memory, and keeps it alive
     * @throws error  with the status of digitnet_dataset_augment()
     */
    [[nodiscard]] dataset augment(const augment_options &options) const {
        digitnet_dataset *handle = nullptr;
        check(digitnet_dataset_augment(&handle, get(), &options));
        return dataset(handle);
    }

    /**
     * Splits the samples into two parts, as digitnet_dataset_split() does.
     *
     * @param fraction  the second part's share of the samples, above 0 and below 1
     * @param options   which samples that are; `{}`: the last ones
     * @return the first and the second part, which share this one's memory, and keep it alive
     * @throws error  with the status of digitnet_dataset_split(); what a source throws comes out too
     */
    [[nodiscard]] std::pair<dataset, dataset> split(double fraction, const split_options &options = {}) const {
        digitnet_dataset *first = nullptr, *second = nullptr;
        detail::exception_carrier carrier;
        carrier.check(digitnet_dataset_split(&first, &second, get(), fraction, &options));
        return {dataset(first), dataset(second)};
    }

    /**
     * Counts how many samples there are of each class, as digitnet_dataset_count_classes() does.
     *
     * @param classes  how many classes there may be
     * @return one number for each class
     * @throws error  with DIGITNET_EBUFFER where there are more classes, or another status of
     *                digitnet_dataset_count_classes(); what a source throws comes out too
     */
    [[nodiscard]] std::vector<std::size_t> count_classes(std::size_t classes) const {
        std::vector<std::size_t> counts(std::max<std::size_t>(classes, 1));
        detail::exception_carrier carrier;
        carrier.check(digitnet_dataset_count_classes(counts.data(), classes, get()));
        counts.resize(classes);
        return counts;
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
     * @param labels  receives count x max_labels labels, -1 behind an image's last one; empty where they are not wanted
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
     * Reads all that is known of samples, by index, as digitnet_dataset_read_batch() does. Allocates nothing. A
     * source's function may hand its own batch on.
     *
     * @param wanted  which samples, and the memory that receives them
     * @throws error  with DIGITNET_ESHAPE where a span has another number of values, or the status of
     *                digitnet_dataset_read_batch(); what a source throws comes out too
     */
    void read(const batch &wanted) const {
        const digitnet_dataset_info info = describe();
        const std::size_t size = wanted.indices.size();
        if (!wanted.images.empty())
            check_images(wanted.images.size(), size, info.height, info.width, info.channels);
        check_size("labels", wanted.labels.size(), size, info.max_labels);
        check_size("label counts", wanted.label_counts.size(), size, 1);
        check_size("targets", wanted.targets.size(), size, info.target_values);
        check_size("sample weights", wanted.sample_weights.size(), size, 1);
        check_size("seeds", wanted.seeds.size(), size, 1);
        sized<digitnet_batch> handed;
        handed.count = size;
        handed.indices = wanted.indices.data();
        handed.seeds = wanted.seeds.data();
        handed.images = wanted.images.data();
        handed.labels = wanted.labels.data();
        handed.label_counts = wanted.label_counts.data();
        handed.targets = wanted.targets.data();
        handed.sample_weights = wanted.sample_weights.data();
        detail::exception_carrier carrier;
        carrier.check(digitnet_dataset_read_batch(&handed, get()));
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
        result.labels.resize(room * info.max_labels);
        read(result.images, result.labels, first, count);
        return result;
    }

    /**
     * Gives how many samples there are.
     *
     * @return the number of samples; 0 for an empty owner
     */
    [[nodiscard]] std::size_t count() const noexcept {
        return digitnet_dataset_count(get());
    }
    /**
     * Describes what the data set holds, as digitnet_dataset_describe() does.
     *
     * @return how many samples there are, their shape, the number of classes, and what else they have
     * @throws error  with DIGITNET_EINVAL for an empty owner
     */
    [[nodiscard]] digitnet_dataset_info describe() const {
        sized<digitnet_dataset_info> info;
        check(digitnet_dataset_describe(&info, get()));
        return info;
    }

  private:
    static annotations to_annotations(const annotations &known) noexcept {
        return known;
    }
    static annotations to_annotations(span<const std::int32_t> labels) noexcept {
        return annotations{labels};
    }

    /** How many samples these are. */
    static std::size_t count_samples(std::size_t values, const annotations &known, std::size_t height,
                                     std::size_t width, std::size_t channels) {
        const std::size_t max_labels = std::max<std::size_t>(known.max_labels, 1);
        const std::size_t count = known.labels.empty()
                                      ? known.targets.size() / std::max<std::size_t>(known.target_values, 1)
                                      : known.labels.size() / max_labels;
        check_images(values, count, height, width, channels);
        check_size("labels", known.labels.size(), count, max_labels);
        check_size("label counts", known.label_counts.size(), count, 1);
        check_size("targets", known.targets.size(), count, known.target_values);
        check_size("sample weights", known.sample_weights.size(), count, 1);
        return count;
    }

    template <typename Value>
    static digitnet_dataset *create(span<const Value> images, const annotations &known, std::size_t height,
                                    std::size_t width, std::size_t channels, sized<digitnet_dataset_options> options) {
        static_assert(std::is_same_v<Value, float> || std::is_same_v<Value, std::uint8_t>, "bytes or floats");
        const std::size_t count = count_samples(images.size(), known, height, width, channels);
        options.targets = known.targets.data();
        options.target_values = known.target_values;
        options.sample_weights = known.sample_weights.data();
        options.max_labels = known.labels.empty() ? 0 : std::max<std::size_t>(known.max_labels, 1);
        options.label_counts = known.label_counts.data();
        digitnet_dataset *handle = nullptr;
        if constexpr (std::is_same_v<Value, float>)
            check(digitnet_dataset_create_f32_ex(&handle, images.data(), known.labels.data(), count, height, width,
                                                 channels, &options));
        else
            check(digitnet_dataset_create_u8_ex(&handle, images.data(), known.labels.data(), count, height, width,
                                                channels, &options));
        return handle;
    }

    static void check_images(std::size_t values, std::size_t count, std::size_t height, std::size_t width,
                             std::size_t channels) {
        if (!is_product(values, {count, height, width, channels})) {
            throw error(DIGITNET_ESHAPE, "dataset: " + std::to_string(values) + " values are not " +
                                             std::to_string(count) + " images of " + std::to_string(height) + "x" +
                                             std::to_string(width) + "x" + std::to_string(channels));
        }
    }

    /** None, or `each` for each sample. */
    static void check_size(const char *what, std::size_t size, std::size_t count, std::size_t each) {
        if (size > 0 && !is_product(size, {count, each})) {
            throw error(DIGITNET_ESHAPE, "dataset: " + std::to_string(size) + " " + what + " are not " +
                                             std::to_string(each) + " for each of " + std::to_string(count) +
                                             " samples");
        }
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
 * @param options  the most bytes of a file, and how its content lies; `{}` is all defaults
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
 * @param options  the most bytes of a file, and how its content lies; `{}` is all defaults
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
 * @param options  the most bytes of a file, and how its content lies; `{}` is all defaults
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
