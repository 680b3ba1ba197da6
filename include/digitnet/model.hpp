/** @file model.hpp  Models, as model.h, layers.h, training.h and inference.h have them. */
#ifndef DIGITNET_MODEL_HPP
#define DIGITNET_MODEL_HPP

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "digitnet/callbacks.hpp"
#include "digitnet/dataset.hpp"
#include "digitnet/inference.h"
#include "digitnet/layers.hpp"
#include "digitnet/model.h"
#include "digitnet/options.hpp"
#include "digitnet/owner.hpp"
#include "digitnet/span.hpp"
#include "digitnet/status.hpp"
#include "digitnet/training.hpp"

namespace digitnet {

/** Limits of a model. */
using model_options = sized<digitnet_model_options>;
/** What a load accepts. */
using model_load_options = sized<digitnet_model_load_options>;

/**
 * A network. Builders, conv2d() to activation(), do not throw: after the first that fails the later ones do nothing,
 * and compile() throws its error. On a temporary they and compile() hand the model on, so that a chain makes a model.
 */
class model : public detail::owner<digitnet_model, digitnet_model_free> {
  public:
    using owner::owner;

    /** An empty model for images of this shape. */
    model(std::size_t height, std::size_t width, std::size_t channels, const model_options &options = {})
        : model(create(height, width, channels, options)) {
    }
    /** From an ONNX file. */
    [[nodiscard]] static model load(const std::string &path, const model_load_options &options = {}) {
        digitnet_model *handle = nullptr;
        check(digitnet_model_load_ex(&handle, path.c_str(), &options));
        return model(handle);
    }
    /** From an ONNX file's bytes, which are not needed after the call. */
    [[nodiscard]] static model load_memory(span<const std::uint8_t> bytes, const model_load_options &options = {}) {
        digitnet_model *handle = nullptr;
        check(digitnet_model_load_memory_ex(&handle, bytes.data(), bytes.size(), &options));
        return model(handle);
    }
    /** A copy with all state. */
    [[nodiscard]] model clone() const {
        digitnet_model *handle = nullptr;
        check(digitnet_model_clone(&handle, get()));
        return model(handle);
    }

    /** A convolution; with options `kernel` is its height. */
    model &conv2d(std::size_t filters, std::size_t kernel, digitnet_activation function,
                  const conv2d_options &options = {}) & {
        digitnet_model_add_conv2d_ex(get(), filters, kernel, function, &options);
        return *this;
    }
    /** The same on a temporary. */
    model conv2d(std::size_t filters, std::size_t kernel, digitnet_activation function,
                 const conv2d_options &options = {}) && {
        return std::move(conv2d(filters, kernel, function, options));
    }
    /** The maximum of each window; with options `pool` is its height. */
    model &max_pool2d(std::size_t pool, const max_pool2d_options &options = {}) & {
        digitnet_model_add_max_pool2d_ex(get(), pool, &options);
        return *this;
    }
    /** The same on a temporary. */
    model max_pool2d(std::size_t pool, const max_pool2d_options &options = {}) && {
        return std::move(max_pool2d(pool, options));
    }
    /** Height x width x channels into one row of values. */
    model &flatten(const layer_options &options = {}) & {
        digitnet_model_add_flatten_ex(get(), &options);
        return *this;
    }
    /** The same on a temporary. */
    model flatten(const layer_options &options = {}) && {
        return std::move(flatten(options));
    }
    /** A fully connected layer. */
    model &dense(std::size_t units, digitnet_activation function, const dense_options &options = {}) & {
        digitnet_model_add_dense_ex(get(), units, function, &options);
        return *this;
    }
    /** The same on a temporary. */
    model dense(std::size_t units, digitnet_activation function, const dense_options &options = {}) && {
        return std::move(dense(units, function, options));
    }
    /** Sets values to zero with probability `rate` while training. */
    model &dropout(double rate, const layer_options &options = {}) & {
        digitnet_model_add_dropout_ex(get(), rate, &options);
        return *this;
    }
    /** The same on a temporary. */
    model dropout(double rate, const layer_options &options = {}) && {
        return std::move(dropout(rate, options));
    }
    /** An activation as a layer of its own. */
    model &activation(digitnet_activation function, const layer_options &options = {}) & {
        digitnet_model_add_activation_ex(get(), function, &options);
        return *this;
    }
    /** The same on a temporary. */
    model activation(digitnet_activation function, const layer_options &options = {}) && {
        return std::move(activation(function, options));
    }
    /** Takes back the error of a builder that failed. */
    void clear_error() noexcept {
        digitnet_model_clear_error(get());
    }

    /** Makes the model ready to train; throws the first error of a builder too. */
    model &compile(digitnet_optimizer optimizer, digitnet_loss loss, const compile_options &options = {}) & {
        check(digitnet_model_compile_ex(get(), optimizer, loss, &options));
        return *this;
    }
    /** The same on a temporary. */
    model compile(digitnet_optimizer optimizer, digitnet_loss loss, const compile_options &options = {}) && {
        return std::move(compile(optimizer, loss, options));
    }
    /** The optimizer's learning rate. */
    [[nodiscard]] double get_learning_rate() const {
        double rate = 0;
        check(digitnet_model_get_learning_rate(&rate, get()));
        return rate;
    }
    /** Changes it, between fits or from a callback. */
    void set_learning_rate(double rate) {
        check(digitnet_model_set_learning_rate(get(), rate));
    }

    /**
     * Trains the model. Each callback is called with a `const digitnet_event &`, after those in `options`, and gives
     * nothing, or a number as a digitnet_callback_fn does: 0 goes on, 1 stops. A digitnet_callback is one too.
     */
    template <typename... Callbacks>
    history fit(const dataset &train, const fit_options &options = {}, Callbacks &&...callbacks) {
        history result;
        fit(result, train, options, callbacks...);
        return result;
    }
    /** The same; `out` receives the epochs that were finished even where an error is thrown. */
    template <typename... Callbacks>
    void fit(history &out, const dataset &train, const fit_options &options = {}, Callbacks &&...callbacks) {
        run_fit(out, train, options, {detail::listener<std::remove_reference_t<Callbacks>>{callbacks}.callback()...});
    }
    /** Asks the fit that runs, or the next one, to stop. From any thread, and from a signal handler. */
    void request_stop() noexcept {
        digitnet_model_request_stop(get());
    }
    /** Takes a request to stop back. From any thread. */
    void clear_stop() noexcept {
        digitnet_model_clear_stop(get());
    }
    /** Loss and accuracy on a data set. */
    [[nodiscard]] digitnet_metrics evaluate(const dataset &images, const evaluate_options &options = {}) const {
        sized<digitnet_metrics> result;
        detail::exception_carrier carrier;
        carrier.check(digitnet_model_evaluate(&result, get(), images.get(), &options));
        return result;
    }

    /** Scores of one or more images, into the caller's memory. Any number of threads may predict at once. */
    void predict(span<float> scores, span<const float> images) const {
        check(digitnet_model_predict(scores.data(), scores.size(), get(), images.data(), images.size()));
    }
    /** predict() of bytes. */
    void predict(span<float> scores, span<const std::uint8_t> images) const {
        check(digitnet_model_predict_u8(scores.data(), scores.size(), get(), images.data(), images.size()));
    }
    /** Scores of one or more images, `describe().outputs` for each. */
    [[nodiscard]] std::vector<float> predict(span<const float> images) const {
        std::vector<float> scores(score_values(images.size()));
        predict(scores, images);
        return scores;
    }
    /** predict() of bytes. */
    [[nodiscard]] std::vector<float> predict(span<const std::uint8_t> images) const {
        std::vector<float> scores(score_values(images.size()));
        predict(scores, images);
        return scores;
    }

    /** What the model is. */
    [[nodiscard]] digitnet_model_info describe() const {
        sized<digitnet_model_info> info;
        check(digitnet_model_describe(&info, get()));
        return info;
    }
    /** The layer at `index`, from 0; its names are valid as long as the model. */
    [[nodiscard]] digitnet_layer_info layer(std::size_t index) const {
        sized<digitnet_layer_info> info;
        check(digitnet_model_layer(&info, get(), index));
        return info;
    }
    /** The tensor at `index`, from 0; its name is valid as long as the model. */
    [[nodiscard]] digitnet_tensor_info tensor(std::size_t index) const {
        sized<digitnet_tensor_info> info;
        check(digitnet_model_tensor(&info, get(), index));
        return info;
    }
    /** The table of layers. */
    [[nodiscard]] std::string summary() const {
        auto text = grown<std::string>([this](char *buffer, std::size_t capacity, std::size_t *needed) {
            return digitnet_model_summary(buffer, capacity, needed, get());
        });
        text.pop_back(); /* the final zero, which a string has besides */
        return text;
    }

    /** The weights of all tensors, one after the other, in Keras's layout. */
    [[nodiscard]] std::vector<float> get_weights() const {
        std::vector<float> values(describe().parameters);
        check(digitnet_model_get_weights(values.data(), values.size(), get(), nullptr));
        return values;
    }
    /** The weights of one tensor, by its name. */
    [[nodiscard]] std::vector<float> get_weights(const std::string &name) const {
        std::vector<float> values(1); /* for an unknown name, which the call below refuses */
        for (std::size_t index = 0; index < describe().tensors; index++) {
            const digitnet_tensor_info info = tensor(index);
            if (name == info.name)
                values.resize(info.values);
        }
        check(digitnet_model_get_weights(values.data(), values.size(), get(), name.c_str()));
        return values;
    }
    /** Sets the weights of all tensors. */
    void set_weights(span<const float> values) {
        check(digitnet_model_set_weights(get(), nullptr, values.data(), values.size()));
    }
    /** Sets the weights of one tensor. */
    void set_weights(const std::string &name, span<const float> values) {
        check(digitnet_model_set_weights(get(), name.c_str(), values.data(), values.size()));
    }

    /** Writes the model to an ONNX file. */
    void save(const std::string &path) const {
        check(digitnet_model_save(get(), path.c_str()));
    }
    /** The bytes of such a file. */
    [[nodiscard]] std::vector<std::uint8_t> save_memory() const {
        return grown<std::vector<std::uint8_t>>([this](void *bytes, std::size_t capacity, std::size_t *needed) {
            return digitnet_model_save_memory(bytes, capacity, needed, get());
        });
    }

  private:
    static digitnet_model *create(std::size_t height, std::size_t width, std::size_t channels,
                                  const model_options &options) {
        digitnet_model *handle = nullptr;
        check(digitnet_model_create_ex(&handle, height, width, channels, &options));
        return handle;
    }

    void run_fit(history &out, const dataset &train, const fit_options &options,
                 std::initializer_list<digitnet_callback> callbacks) {
        digitnet_fit_options own = options;
        std::vector<digitnet_callback> list(callbacks);
        if (options.callbacks != nullptr)
            list.insert(list.begin(), options.callbacks, options.callbacks + options.callback_count);
        if (callbacks.size() > 0) {
            own.callbacks = list.data();
            own.callback_count = list.size();
        }
        digitnet_history *handle = nullptr;
        detail::exception_carrier carrier;
        const digitnet_status status = digitnet_model_fit(&handle, get(), train.get(), &own);
        out = history(handle);
        carrier.check(status);
    }

    /** The scores of so many values of images, but never none: the images are for C to refuse. */
    std::size_t score_values(std::size_t image_values) const {
        const digitnet_model_info info = describe();
        const std::size_t images = image_values / (info.height * info.width * info.channels);
        return std::max<std::size_t>(images, 1) * info.outputs;
    }

    /** A string or vector that is as large as `write` needs it. */
    template <typename Buffer, typename Write> static Buffer grown(Write write) {
        Buffer buffer;
        std::size_t needed = 0;
        digitnet_status status = DIGITNET_OK;
        do {
            buffer.resize(needed);
            status = write(buffer.data(), buffer.size(), &needed);
        } while (status == DIGITNET_ESHAPE && needed > buffer.size());
        check(status);
        buffer.resize(needed);
        return buffer;
    }
};

} // namespace digitnet

#endif
