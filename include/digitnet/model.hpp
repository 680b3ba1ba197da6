/** @file model.hpp  Models, as model.h, layers.h, training.h and inference.h have them. */
#ifndef DIGITNET_MODEL_HPP
#define DIGITNET_MODEL_HPP

#include "digitnet/callbacks.hpp"
#include "digitnet/dataset.hpp"
#include "digitnet/inference.h"
#include "digitnet/layers.hpp"
#include "digitnet/model.h"
#include "digitnet/options.hpp"
#include "digitnet/owner.hpp"
#include "digitnet/report.h"
#include "digitnet/span.hpp"
#include "digitnet/status.hpp"
#include "digitnet/training.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <memory>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

namespace digitnet {

/** Limits of a model. */
using model_options = sized<digitnet_model_options>;
/** What a save writes. */
using model_save_options = sized<digitnet_model_save_options>;
/** What a load accepts. */
using model_load_options = sized<digitnet_model_load_options>;

/**
 * A network with its weights, and what its training needs.
 *
 * Builders, conv2d() to activation(), do not throw: after the first that fails the later ones do nothing, and compile()
 * throws its error. On a temporary they and compile() hand the model on, so that a chain makes a model.
 *
 * Any number of threads may call `const` functions of one model at once; the others need it for themselves. A call that
 * meets another one that it must not meet throws error with DIGITNET_ESTATE at once.
 */
class model : public owner<digitnet_model, digitnet_model_free> {
  public:
    using owner::owner;

    /**
     * Makes a model without layers, as digitnet_model_create() does.
     *
     * @param height    rows of an image
     * @param width     columns of an image
     * @param channels  values of a pixel: 1 for grey
     * @param options   limits; `{}` is all defaults
     * @throws error  with the status of digitnet_model_create_ex()
     */
    model(std::size_t height, std::size_t width, std::size_t channels, const model_options &options = {})
        : model(create(height, width, channels, options)) {
    }
    /**
     * Reads a model from an ONNX file, as digitnet_model_load() does.
     *
     * @param path     the file
     * @param options  limits, which output, how images are scaled, what is left out; `{}` is all defaults
     * @return the model, ready to be trained further where save() has written it
     * @throws error  with the status of digitnet_model_load_ex()
     */
    [[nodiscard]] static model load(const std::string &path, const model_load_options &options = {}) {
        digitnet_model *handle = nullptr;
        check(digitnet_model_load_ex(&handle, path.c_str(), &options));
        return model(handle);
    }
    /**
     * Reads a model from an ONNX file in memory, as digitnet_model_load_memory() does.
     *
     * @param bytes    the file, which is not needed after the call
     * @param options  limits, which output, how images are scaled, what is left out; `{}` is all defaults
     * @return the model, ready to be trained further where save_memory() has written it
     * @throws error  with the status of digitnet_model_load_memory_ex()
     */
    [[nodiscard]] static model load_memory(span<const std::uint8_t> bytes, const model_load_options &options = {}) {
        digitnet_model *handle = nullptr;
        check(digitnet_model_load_memory_ex(&handle, bytes.data(), bytes.size(), &options));
        return model(handle);
    }
    /**
     * Copies the model with all its state, as digitnet_model_clone() does.
     *
     * @return the copy: limits, layers, weights, optimizer, place in the training
     * @throws error  with the status of digitnet_model_clone()
     */
    [[nodiscard]] model clone() const {
        digitnet_model *handle = nullptr;
        check(digitnet_model_clone(&handle, get()));
        model copy(handle);
        copy.loss_ = loss_;
        return copy;
    }

    /** @{ */
    /**
     * Adds a two-dimensional convolution, as digitnet_model_add_conv2d() does.
     *
     * @param filters   how many kernels, and so channels of the output
     * @param kernel    rows and columns of each kernel; its rows, where `options` sets another width
     * @param function  what is applied to the sums
     * @param options   width, strides, dilation, groups, padding, biases, name; `{}` is all defaults
     * @return this model
     */
    model &conv2d(std::size_t filters, std::size_t kernel, digitnet_activation function,
                  const conv2d_options &options = {}) &noexcept {
        digitnet_model_add_conv2d_ex(get(), filters, kernel, function, &options);
        return *this;
    }
    model conv2d(std::size_t filters, std::size_t kernel, digitnet_activation function,
                 const conv2d_options &options = {}) &&noexcept {
        return std::move(conv2d(filters, kernel, function, options));
    }
    /** @} */
    /** @{ */
    /**
     * Adds a depthwise convolution, as digitnet_model_add_depthwise_conv2d() does.
     *
     * @param kernel    rows and columns of each kernel; its rows, where `options` sets another width
     * @param function  what is applied to the sums
     * @param options   kernels of each channel, width, strides, dilation, padding, biases, name; `{}` is all defaults
     * @return this model
     */
    model &depthwise_conv2d(std::size_t kernel, digitnet_activation function,
                            const depthwise_conv2d_options &options = {}) &noexcept {
        digitnet_model_add_depthwise_conv2d_ex(get(), kernel, function, &options);
        return *this;
    }
    model depthwise_conv2d(std::size_t kernel, digitnet_activation function,
                           const depthwise_conv2d_options &options = {}) &&noexcept {
        return std::move(depthwise_conv2d(kernel, function, options));
    }
    /** @} */
    /** @{ */
    /**
     * Adds a depthwise separable convolution, as digitnet_model_add_separable_conv2d() does.
     *
     * @param filters   channels of the output
     * @param kernel    rows and columns of each depthwise kernel; its rows, where `options` sets another width
     * @param function  what is applied to the sums of the second convolution
     * @param options   kernels of each channel, width, strides, dilation, padding, biases, name; `{}` is all defaults
     * @return this model
     */
    model &separable_conv2d(std::size_t filters, std::size_t kernel, digitnet_activation function,
                            const separable_conv2d_options &options = {}) &noexcept {
        digitnet_model_add_separable_conv2d_ex(get(), filters, kernel, function, &options);
        return *this;
    }
    model separable_conv2d(std::size_t filters, std::size_t kernel, digitnet_activation function,
                           const separable_conv2d_options &options = {}) &&noexcept {
        return std::move(separable_conv2d(filters, kernel, function, options));
    }
    /** @} */
    /** @{ */
    /**
     * Adds a transposed convolution, as digitnet_model_add_conv2d_transpose() does.
     *
     * @param filters   channels of the output
     * @param kernel    rows and columns of each kernel; its rows, where `options` sets another width
     * @param function  what is applied to the sums
     * @param options   width, strides, padding, biases, name; `{}` is all defaults
     * @return this model
     */
    model &conv2d_transpose(std::size_t filters, std::size_t kernel, digitnet_activation function,
                            const conv2d_transpose_options &options = {}) &noexcept {
        digitnet_model_add_conv2d_transpose_ex(get(), filters, kernel, function, &options);
        return *this;
    }
    model conv2d_transpose(std::size_t filters, std::size_t kernel, digitnet_activation function,
                           const conv2d_transpose_options &options = {}) &&noexcept {
        return std::move(conv2d_transpose(filters, kernel, function, options));
    }
    /** @} */
    /** @{ */
    /**
     * Adds a layer that takes the maximum of each window, as digitnet_model_add_max_pool2d() does.
     *
     * @param pool     rows and columns of a window; its rows, where `options` sets another width
     * @param options  width, strides, padding, name; `{}` is all defaults
     * @return this model
     */
    model &max_pool2d(std::size_t pool, const max_pool2d_options &options = {}) &noexcept {
        digitnet_model_add_max_pool2d_ex(get(), pool, &options);
        return *this;
    }
    model max_pool2d(std::size_t pool, const max_pool2d_options &options = {}) &&noexcept {
        return std::move(max_pool2d(pool, options));
    }
    /** @} */
    /** @{ */
    /**
     * Adds a layer that takes the mean of each window, as digitnet_model_add_average_pool2d() does.
     *
     * @param pool     rows and columns of a window; its rows, where `options` sets another width
     * @param options  width, strides, padding and whether it counts, name; `{}` is all defaults
     * @return this model
     */
    model &average_pool2d(std::size_t pool, const average_pool2d_options &options = {}) &noexcept {
        digitnet_model_add_average_pool2d_ex(get(), pool, &options);
        return *this;
    }
    model average_pool2d(std::size_t pool, const average_pool2d_options &options = {}) &&noexcept {
        return std::move(average_pool2d(pool, options));
    }
    /** @} */
    /** @{ */
    /**
     * Adds a layer that takes the maximum of each channel, as digitnet_model_add_global_max_pool2d() does.
     *
     * @param options  whether rows and columns are kept, name; `{}` is all defaults
     * @return this model
     */
    model &global_max_pool2d(const global_max_pool2d_options &options = {}) &noexcept {
        digitnet_model_add_global_max_pool2d_ex(get(), &options);
        return *this;
    }
    model global_max_pool2d(const global_max_pool2d_options &options = {}) &&noexcept {
        return std::move(global_max_pool2d(options));
    }
    /** @} */
    /** @{ */
    /**
     * Adds a layer that takes the mean of each channel, as digitnet_model_add_global_average_pool2d() does.
     *
     * @param options  whether rows and columns are kept, name; `{}` is all defaults
     * @return this model
     */
    model &global_average_pool2d(const global_average_pool2d_options &options = {}) &noexcept {
        digitnet_model_add_global_average_pool2d_ex(get(), &options);
        return *this;
    }
    model global_average_pool2d(const global_average_pool2d_options &options = {}) &&noexcept {
        return std::move(global_average_pool2d(options));
    }
    /** @} */
    /** @{ */
    /**
     * Adds a layer that puts zeros around an image, as digitnet_model_add_zero_padding2d() does.
     *
     * @param top      rows above
     * @param bottom   rows below
     * @param left     columns on the left
     * @param right    columns on the right
     * @param options  the layer's name and input; `{}` is all defaults
     * @return this model
     */
    model &zero_padding2d(std::size_t top, std::size_t bottom, std::size_t left, std::size_t right,
                          const zero_padding2d_options &options = {}) &noexcept {
        digitnet_model_add_zero_padding2d_ex(get(), top, bottom, left, right, &options);
        return *this;
    }
    model zero_padding2d(std::size_t top, std::size_t bottom, std::size_t left, std::size_t right,
                         const zero_padding2d_options &options = {}) &&noexcept {
        return std::move(zero_padding2d(top, bottom, left, right, options));
    }
    /** @} */
    /** @{ */
    /**
     * Adds a layer that cuts rows and columns off an image, as digitnet_model_add_cropping2d() does.
     *
     * @param top      rows above
     * @param bottom   rows below
     * @param left     columns on the left
     * @param right    columns on the right
     * @param options  the layer's name and input; `{}` is all defaults
     * @return this model
     */
    model &cropping2d(std::size_t top, std::size_t bottom, std::size_t left, std::size_t right,
                      const cropping2d_options &options = {}) &noexcept {
        digitnet_model_add_cropping2d_ex(get(), top, bottom, left, right, &options);
        return *this;
    }
    model cropping2d(std::size_t top, std::size_t bottom, std::size_t left, std::size_t right,
                     const cropping2d_options &options = {}) &&noexcept {
        return std::move(cropping2d(top, bottom, left, right, options));
    }
    /** @} */
    /** @{ */
    /**
     * Adds a layer that makes several rows and columns of each, as digitnet_model_add_up_sampling2d() does.
     *
     * @param size     how many rows and columns become of one; rows, where `options` sets another width
     * @param options  width, interpolation, name; `{}` is all defaults
     * @return this model
     */
    model &up_sampling2d(std::size_t size, const up_sampling2d_options &options = {}) &noexcept {
        digitnet_model_add_up_sampling2d_ex(get(), size, &options);
        return *this;
    }
    model up_sampling2d(std::size_t size, const up_sampling2d_options &options = {}) &&noexcept {
        return std::move(up_sampling2d(size, options));
    }
    /** @} */
    /** @{ */
    /**
     * Adds a layer that makes height x width x channels into one row of values, as digitnet_model_add_flatten() does.
     *
     * @param options  the layer's name and input; `{}` is all defaults
     * @return this model
     */
    model &flatten(const flatten_options &options = {}) &noexcept {
        digitnet_model_add_flatten_ex(get(), &options);
        return *this;
    }
    model flatten(const flatten_options &options = {}) &&noexcept {
        return std::move(flatten(options));
    }
    /** @} */
    /** @{ */
    /**
     * Adds a layer that gives the same values another shape, as digitnet_model_add_reshape() does.
     *
     * @param height    rows of the output; 0, as `width`, for one row of values
     * @param width     columns of the output
     * @param channels  channels of the output
     * @param options   the layer's name and input; `{}` is all defaults
     * @return this model
     */
    model &reshape(std::size_t height, std::size_t width, std::size_t channels,
                   const reshape_options &options = {}) &noexcept {
        digitnet_model_add_reshape_ex(get(), height, width, channels, &options);
        return *this;
    }
    model reshape(std::size_t height, std::size_t width, std::size_t channels,
                  const reshape_options &options = {}) &&noexcept {
        return std::move(reshape(height, width, channels, options));
    }
    /** @} */
    /** @{ */
    /**
     * Adds a layer that puts rows, columns and channels in another order, as digitnet_model_add_permute() does.
     *
     * @param rows      the axis of the input that becomes the output's rows; 1 is rows, 2 columns, 3 channels
     * @param columns   the axis that becomes its columns
     * @param channels  the axis that becomes its channels
     * @param options   the layer's name and input; `{}` is all defaults
     * @return this model
     */
    model &permute(std::size_t rows, std::size_t columns, std::size_t channels,
                   const permute_options &options = {}) &noexcept {
        digitnet_model_add_permute_ex(get(), rows, columns, channels, &options);
        return *this;
    }
    model permute(std::size_t rows, std::size_t columns, std::size_t channels,
                  const permute_options &options = {}) &&noexcept {
        return std::move(permute(rows, columns, channels, options));
    }
    /** @} */
    /** @{ */
    /**
     * Adds a fully connected layer, as digitnet_model_add_dense() does.
     *
     * @param units     how many values it gives: for the last layer of a classifier, the classes
     * @param function  what is applied to the sums
     * @param options   biases, name; `{}` is all defaults
     * @return this model
     */
    model &dense(std::size_t units, digitnet_activation function, const dense_options &options = {}) &noexcept {
        digitnet_model_add_dense_ex(get(), units, function, &options);
        return *this;
    }
    model dense(std::size_t units, digitnet_activation function, const dense_options &options = {}) &&noexcept {
        return std::move(dense(units, function, options));
    }
    /** @} */
    /** @{ */
    /**
     * Adds a layer that sets values to zero while training, as digitnet_model_add_dropout() does.
     *
     * @param rate     the probability, at least 0 and below 1
     * @param options  the layer's name and input; `{}` is all defaults
     * @return this model
     */
    model &dropout(double rate, const dropout_options &options = {}) &noexcept {
        digitnet_model_add_dropout_ex(get(), rate, &options);
        return *this;
    }
    model dropout(double rate, const dropout_options &options = {}) &&noexcept {
        return std::move(dropout(rate, options));
    }
    /** @} */
    /** @{ */
    /**
     * Adds an activation as a layer of its own, as digitnet_model_add_activation() does.
     *
     * @param function  what is applied to each value, or to the channels of each place
     * @param options   the layer's name and input; `{}` is all defaults
     * @return this model
     */
    model &activation(digitnet_activation function, const activation_options &options = {}) &noexcept {
        digitnet_model_add_activation_ex(get(), function, &options);
        return *this;
    }
    model activation(digitnet_activation function, const activation_options &options = {}) &&noexcept {
        return std::move(activation(function, options));
    }
    /** @} */
    /** @{ */
    /**
     * Adds a layer that sums up several outputs of one shape, as digitnet_model_add_add() does.
     *
     * @param inputs    names of layers, or "input"
     * @param function  what is applied to the sums
     * @param options   the layer's name; `{}` is all defaults
     * @return this model
     */
    model &add(std::initializer_list<const char *> inputs, digitnet_activation function = linear,
               const add_options &options = {}) &noexcept {
        digitnet_model_add_add_ex(get(), inputs.begin(), inputs.size(), function, &options);
        return *this;
    }
    model add(std::initializer_list<const char *> inputs, digitnet_activation function = linear,
              const add_options &options = {}) &&noexcept {
        return std::move(add(inputs, function, options));
    }
    /** @} */
    /** @{ */
    /**
     * Adds a layer that multiplies several outputs, as digitnet_model_add_multiply() does.
     *
     * @param inputs    names of layers, or "input"
     * @param function  what is applied to the products
     * @param options   the layer's name; `{}` is all defaults
     * @return this model
     */
    model &multiply(std::initializer_list<const char *> inputs, digitnet_activation function = linear,
                    const multiply_options &options = {}) &noexcept {
        digitnet_model_add_multiply_ex(get(), inputs.begin(), inputs.size(), function, &options);
        return *this;
    }
    model multiply(std::initializer_list<const char *> inputs, digitnet_activation function = linear,
                   const multiply_options &options = {}) &&noexcept {
        return std::move(multiply(inputs, function, options));
    }
    /** @} */
    /** @{ */
    /**
     * Adds a layer that puts the channels of several outputs one after the other, as digitnet_model_add_concatenate()
     * does.
     *
     * @param inputs   names of layers, or "input"
     * @param options  the layer's name; `{}` is all defaults
     * @return this model
     */
    model &concatenate(std::initializer_list<const char *> inputs, const concatenate_options &options = {}) &noexcept {
        digitnet_model_add_concatenate_ex(get(), inputs.begin(), inputs.size(), &options);
        return *this;
    }
    model concatenate(std::initializer_list<const char *> inputs, const concatenate_options &options = {}) &&noexcept {
        return std::move(concatenate(inputs, options));
    }
    /** @} */
    /** @{ */
    /**
     * Adds a batch normalization, as digitnet_model_add_batch_normalization() does.
     *
     * @param options  epsilon, momentum, gamma and beta, name; `{}` is all defaults
     * @return this model
     */
    model &batch_normalization(const batch_normalization_options &options = {}) &noexcept {
        digitnet_model_add_batch_normalization_ex(get(), &options);
        return *this;
    }
    model batch_normalization(const batch_normalization_options &options = {}) &&noexcept {
        return std::move(batch_normalization(options));
    }
    /** @} */
    /** @{ */
    /**
     * Adds a layer that passes some of the channels, as digitnet_model_add_channel_slice() does.
     *
     * @param first  the first channel, counted from 0
     * @param count  how many there are
     * @param options  the layer's name and input; `{}` is all defaults
     * @return this model
     */
    model &channel_slice(std::size_t first, std::size_t count, const channel_slice_options &options = {}) &noexcept {
        digitnet_model_add_channel_slice_ex(get(), first, count, &options);
        return *this;
    }
    model channel_slice(std::size_t first, std::size_t count, const channel_slice_options &options = {}) &&noexcept {
        return std::move(channel_slice(first, count, options));
    }
    /** @} */
    /** @{ */
    /**
     * Adds an activation whose slope below 0 is trained, as digitnet_model_add_prelu() does.
     *
     * @param options  the layer's name and input, which slopes are shared; `{}` is all defaults
     * @return this model
     */
    model &prelu(const prelu_options &options = {}) &noexcept {
        digitnet_model_add_prelu_ex(get(), &options);
        return *this;
    }
    model prelu(const prelu_options &options = {}) &&noexcept {
        return std::move(prelu(options));
    }
    /** @} */
    /** @{ */
    /**
     * Adds a layer that normalizes the channels of each place, as digitnet_model_add_layer_normalization() does.
     *
     * @param options  the layer's name and input, epsilon, what is left out; `{}` is all defaults
     * @return this model
     */
    model &layer_normalization(const layer_normalization_options &options = {}) &noexcept {
        digitnet_model_add_layer_normalization_ex(get(), &options);
        return *this;
    }
    model layer_normalization(const layer_normalization_options &options = {}) &&noexcept {
        return std::move(layer_normalization(options));
    }
    /** @} */
    /** @{ */
    /**
     * Adds a layer that normalizes groups of an image's channels, as digitnet_model_add_group_normalization() does.
     *
     * @param groups  how many; 0: one for each channel
     * @param options  the layer's name and input, epsilon, what is left out; `{}` is all defaults
     * @return this model
     */
    model &group_normalization(std::size_t groups, const group_normalization_options &options = {}) &noexcept {
        digitnet_model_add_group_normalization_ex(get(), groups, &options);
        return *this;
    }
    model group_normalization(std::size_t groups, const group_normalization_options &options = {}) &&noexcept {
        return std::move(group_normalization(groups, options));
    }
    /** @} */
    /** @{ */
    /**
     * Adds a layer that multiplies by one number and adds another, as digitnet_model_add_rescaling() does.
     *
     * @param scale  what values are multiplied by
     * @param offset  what is then added
     * @param options  the layer's name and input; `{}` is all defaults
     * @return this model
     */
    model &rescaling(double scale, double offset, const rescaling_options &options = {}) &noexcept {
        digitnet_model_add_rescaling_ex(get(), scale, offset, &options);
        return *this;
    }
    model rescaling(double scale, double offset, const rescaling_options &options = {}) &&noexcept {
        return std::move(rescaling(scale, offset, options));
    }
    /** @} */
    /** @{ */
    /**
     * Adds a layer that gives x to the power of an exponent, as digitnet_model_add_power() does.
     *
     * @param exponent  the exponent, the same for all values
     * @param options  the layer's name and input; `{}` is all defaults
     * @return this model
     */
    model &power(double exponent, const power_options &options = {}) &noexcept {
        digitnet_model_add_power_ex(get(), exponent, &options);
        return *this;
    }
    model power(double exponent, const power_options &options = {}) &&noexcept {
        return std::move(power(exponent, options));
    }
    /** @} */
    /** @{ */
    /**
     * Adds a layer that normalizes each channel by a mean and a variance that model::adapt() sets, as
     * digitnet_model_add_normalization() does.
     *
     * @param options  the layer's name and input; `{}` is all defaults
     * @return this model
     */
    model &normalization(const normalization_options &options = {}) &noexcept {
        digitnet_model_add_normalization_ex(get(), &options);
        return *this;
    }
    model normalization(const normalization_options &options = {}) &&noexcept {
        return std::move(normalization(options));
    }
    /** @} */
    /** @{ */
    /**
     * Adds a layer that sets whole channels to zero while training, as digitnet_model_add_spatial_dropout2d() does.
     *
     * @param rate  at least 0 and below 1
     * @param options  the layer's name and input; `{}` is all defaults
     * @return this model
     */
    model &spatial_dropout2d(double rate, const spatial_dropout2d_options &options = {}) &noexcept {
        digitnet_model_add_spatial_dropout2d_ex(get(), rate, &options);
        return *this;
    }
    model spatial_dropout2d(double rate, const spatial_dropout2d_options &options = {}) &&noexcept {
        return std::move(spatial_dropout2d(rate, options));
    }
    /** @} */
    /** @{ */
    /**
     * Adds a layer that adds noise while training, as digitnet_model_add_gaussian_noise() does.
     *
     * @param stddev  the standard deviation of the noise: 0 or more, and finite
     * @param options  the layer's name and input; `{}` is all defaults
     * @return this model
     */
    model &gaussian_noise(double stddev, const gaussian_noise_options &options = {}) &noexcept {
        digitnet_model_add_gaussian_noise_ex(get(), stddev, &options);
        return *this;
    }
    model gaussian_noise(double stddev, const gaussian_noise_options &options = {}) &&noexcept {
        return std::move(gaussian_noise(stddev, options));
    }
    /** @} */
    /** @{ */
    /**
     * Adds a layer that multiplies by noise around 1 while training, as digitnet_model_add_gaussian_dropout() does.
     *
     * @param rate  at least 0 and below 1
     * @param options  the layer's name and input; `{}` is all defaults
     * @return this model
     */
    model &gaussian_dropout(double rate, const gaussian_dropout_options &options = {}) &noexcept {
        digitnet_model_add_gaussian_dropout_ex(get(), rate, &options);
        return *this;
    }
    model gaussian_dropout(double rate, const gaussian_dropout_options &options = {}) &&noexcept {
        return std::move(gaussian_dropout(rate, options));
    }
    /** @} */
    /** Takes back the error of a builder that failed: building goes on after the last layer that was added. */
    void clear_error() noexcept {
        digitnet_model_clear_error(get());
    }

    /** @{ */
    /**
     * Makes the model ready to train, as digitnet_model_compile() does.
     *
     * @param optimizer  how weights are changed
     * @param loss       what is made small
     * @param options    the optimizer's settings, and the seed; `{}` is all defaults
     * @return this model
     * @throws error  with the status of the first builder that failed, or of digitnet_model_compile_ex()
     */
    model &compile(digitnet_optimizer optimizer, digitnet_loss loss, const compile_options &options = {}) & {
        check(digitnet_model_compile_ex(get(), optimizer, loss, &options));
        return *this;
    }
    model compile(digitnet_optimizer optimizer, digitnet_loss loss, const compile_options &options = {}) && {
        return std::move(compile(optimizer, loss, options));
    }
    /** @} */
    /**
     * Reads the optimizer's learning rate.
     *
     * @return the rate
     * @throws error  with the status of digitnet_model_get_learning_rate()
     */
    [[nodiscard]] double get_learning_rate() const {
        double rate = 0;
        check(digitnet_model_get_learning_rate(&rate, get()));
        return rate;
    }
    /**
     * Changes the optimizer's learning rate, between fits or from a callback.
     *
     * @param rate  finite and positive
     * @throws error  with the status of digitnet_model_set_learning_rate()
     */
    void set_learning_rate(double rate) {
        check(digitnet_model_set_learning_rate(get(), rate));
    }
    /**
     * Puts the average of the weights in the place of the weights, as digitnet_model_finalize_weights() does.
     *
     * @throws error  with the status of digitnet_model_finalize_weights()
     */
    void finalize_weights() {
        check(digitnet_model_finalize_weights(get()));
    }

    /**
     * Sets the loss of a model that is compiled, or will be, with custom_loss, as digitnet_model_set_loss() does.
     * Clones share it, files do not hold it.
     *
     * @tparam Loss  something that can be called with a `const digitnet_loss_range &`, on several threads at once
     * @param loss  what gives losses and derivatives, copied or moved; it gives nothing, or what a digitnet_loss_fn
     *              does. What it throws comes out of the call that it is called in; where that fails on several threads
     *              at once, or in several evaluations, it is one of these exceptions, or an error with its text.
     * @throws error           with the status of digitnet_model_set_loss()
     * @throws std::bad_alloc  where there is no memory for the loss
     */
    template <typename Loss> void set_loss(Loss &&loss) {
        std::shared_ptr<detail::loss_function> own =
            std::make_shared<detail::loss_callable<std::decay_t<Loss>>>(std::forward<Loss>(loss));
        auto shared = std::make_unique<std::shared_ptr<detail::loss_function>>(own);
        check(
            digitnet_model_set_loss(get(), detail::loss_function::call, shared.get(), detail::loss_function::release));
        static_cast<void>(shared.release()); /* the model's */
        loss_ = std::move(own);
    }
    /**
     * Trains the model on one batch of arrays, as digitnet_model_train_batch() does.
     *
     * @param batch  images, with the labels or targets that the loss wants
     * @return loss and accuracy of the batch as it was before the step
     * @throws error  with the status of digitnet_model_train_batch(); what the loss throws comes out too
     */
    digitnet_metrics train_batch(const digitnet::train_batch &batch) {
        sized<digitnet_metrics> result;
        detail::exception_carrier carrier;
        forget_exceptions();
        carrier.check(digitnet_model_train_batch(&result, get(), &batch), loss_.get());
        return result;
    }
    /**
     * Trains the model, as digitnet_model_fit() does.
     *
     * @tparam Callbacks  things that can be called with a `const digitnet_event &`, callback, or digitnet_callback
     * @param train      the images to learn, of the model's shape, with labels below its number of outputs
     * @param options    epochs, batches, threads, validation; `{}` is all defaults. Its `history` is not looked at.
     * @param callbacks  called after those in `options`, in this order, on the calling thread; each gives nothing, or
     * what a digitnet_callback_fn does: DIGITNET_CALLBACK_STOP stops. They are referred to, not copied.
     * @return the figures, epoch by epoch
     * @throws error           with the status of digitnet_model_fit(); what a callback, a source or the loss throws
     *                         comes out too
     * @throws std::bad_alloc  where there is no memory for the list of callbacks; nothing has begun then, and no
     *                         digitnet_callback is released
     */
    template <typename... Callbacks>
    history fit(const dataset &train, const fit_options &options = {}, Callbacks &&...callbacks) {
        history result;
        fit(result, train, options, callbacks...);
        return result;
    }
    /**
     * Trains the model, and gives its figures even where it throws.
     *
     * @tparam Callbacks  things that can be called with a `const digitnet_event &`, callback, or digitnet_callback
     * @param out        receives the figures of the epochs that were finished; empty where the fit was refused
     * @param train      the images to learn, of the model's shape, with labels below its number of outputs
     * @param options    epochs, batches, threads, validation; `{}` is all defaults. Its `history` is not looked at.
     * @param callbacks  as in the other form
     * @throws error           with the status of digitnet_model_fit(); what a callback, a source or the loss throws
     *                         comes out too
     * @throws std::bad_alloc  where there is no memory for the list of callbacks; nothing has begun then, and no
     *                         digitnet_callback is released
     */
    template <typename... Callbacks>
    void fit(history &out, const dataset &train, const fit_options &options = {}, Callbacks &&...callbacks) {
        run_fit(out, train, options, {detail::listener<std::remove_reference_t<Callbacks>>(callbacks).callback()...});
    }
    /** Asks the fit that runs, or the next one, to stop: from any thread, and from a signal handler. */
    void request_stop() noexcept {
        digitnet_model_request_stop(get());
    }
    /** Takes a request to stop back: from any thread, and from a signal handler. */
    void clear_stop() noexcept {
        digitnet_model_clear_stop(get());
    }
    /**
     * Gives a normalization the mean and the variance of each channel of a data set, as digitnet_model_adapt() does.
     *
     * @param layer   the name of a layer of kind "normalization" that takes the model's own input
     * @param images  images of the model's shape
     * @throws error  with the status of digitnet_model_adapt(); what a source throws comes out too
     */
    void adapt(const char *layer, const dataset &images) {
        detail::exception_carrier carrier;
        carrier.check(digitnet_model_adapt(get(), layer, images.get()));
    }
    /**
     * Gives loss and accuracy on a data set, as digitnet_model_evaluate() does.
     *
     * @param images   images of the model's shape, with labels below its number of outputs
     * @param options  threads, and images at a time; `{}` is all defaults
     * @return means over the images
     * @throws error  with the status of digitnet_model_evaluate(); what a source or the loss throws comes out too
     */
    [[nodiscard]] digitnet_metrics evaluate(const dataset &images, const evaluate_options &options = {}) const {
        sized<digitnet_metrics> result;
        detail::exception_carrier carrier;
        carrier.check(digitnet_model_evaluate(&result, get(), images.get(), &options), loss_.get());
        return result;
    }

    /**
     * Gives the scores of one or more images, as digitnet_model_predict() does.
     *
     * @param scores  receives images x outputs values, image after image; as it was after a failure
     * @param images  images of floats, NHWC, with values as in training
     * @throws error  with the status of digitnet_model_predict()
     */
    void predict(span<float> scores, span<const float> images) const {
        check(digitnet_model_predict(scores.data(), scores.size(), get(), images.data(), images.size()));
    }
    /**
     * Gives the scores of one or more images of bytes, as digitnet_model_predict_u8() does.
     *
     * @param scores  receives images x outputs values, image after image; as it was after a failure
     * @param images  images of bytes, NHWC, which are scaled to [0, 1]
     * @throws error  with the status of digitnet_model_predict_u8()
     */
    void predict(span<float> scores, span<const std::uint8_t> images) const {
        check(digitnet_model_predict_u8(scores.data(), scores.size(), get(), images.data(), images.size()));
    }
    /**
     * Gives the scores of one or more images, as digitnet_model_predict() does.
     *
     * @param images  images of floats, NHWC, with values as in training
     * @return images x describe().outputs values, image after image
     * @throws error           with the status of digitnet_model_predict()
     * @throws std::bad_alloc  where there is no memory for the scores
     */
    [[nodiscard]] std::vector<float> predict(span<const float> images) const {
        std::vector<float> scores(score_values(images.size()));
        predict(scores, images);
        return scores;
    }
    /**
     * Gives the scores of one or more images of bytes, as digitnet_model_predict_u8() does.
     *
     * @param images  images of bytes, NHWC, which are scaled to [0, 1]
     * @return images x describe().outputs values, image after image
     * @throws error           with the status of digitnet_model_predict_u8()
     * @throws std::bad_alloc  where there is no memory for the scores
     */
    [[nodiscard]] std::vector<float> predict(span<const std::uint8_t> images) const {
        std::vector<float> scores(score_values(images.size()));
        predict(scores, images);
        return scores;
    }

    /**
     * Gives the scores of all images of a data set, as digitnet_model_predict_dataset() does.
     *
     * @param scores   receives images x outputs values, image after image; after a failure some may be written
     * @param images   images of the model's shape
     * @param options  threads, and with_progress(); `{}` is all defaults
     * @throws error  with the status of digitnet_model_predict_dataset(); what a source or a progress function throws
     *                comes out too
     */
    void predict(span<float> scores, const dataset &images, const predict_options &options = {}) const {
        detail::exception_carrier carrier;
        carrier.check(digitnet_model_predict_dataset(scores.data(), scores.size(), get(), images.get(), &options));
    }
    /**
     * Gives the scores of all images of a data set, as digitnet_model_predict_dataset() does.
     *
     * @param images   images of the model's shape
     * @param options  threads, and with_progress(); `{}` is all defaults
     * @return images x describe().outputs values, image after image
     * @throws error           with the status of digitnet_model_predict_dataset(); what a source or a progress function
     *                         throws comes out too
     * @throws std::bad_alloc  where there is no memory for the scores
     */
    [[nodiscard]] std::vector<float> predict(const dataset &images, const predict_options &options = {}) const {
        std::vector<float> scores(std::max<std::size_t>(images.count(), 1) * describe().outputs);
        predict(scores, images, options);
        return scores;
    }
    /**
     * Gives the gradient by the values of an image, as digitnet_model_input_gradient() does.
     *
     * @param values  one image of floats, with values as in training
     * @param output  the score's place among the outputs; of a loss, the class
     * @param of      what the gradient is of
     * @return as many values as the image has
     * @throws error           with the status of digitnet_model_input_gradient()
     * @throws std::bad_alloc  where there is no memory for the values
     */
    [[nodiscard]] std::vector<float> input_gradient(span<const float> values, std::size_t output,
                                                    digitnet_gradient_of of = DIGITNET_GRADIENT_OF_SCORE) const {
        std::vector<float> gradient(values.size());
        check(digitnet_model_input_gradient(gradient.data(), gradient.size(), get(), values.data(), values.size(),
                                            output, of));
        return gradient;
    }

    /**
     * Describes the model, as digitnet_model_describe() does.
     *
     * @return its shapes, numbers of layers, tensors and weights, and how far it is trained
     * @throws error  with the status of digitnet_model_describe()
     */
    [[nodiscard]] digitnet_model_info describe() const {
        sized<digitnet_model_info> info;
        check(digitnet_model_describe(&info, get()));
        return info;
    }
    /**
     * Describes a layer, as digitnet_model_describe_layer() does.
     *
     * @param index  the layer's place, from 0
     * @return its name, kind and shape; the name is valid as long as the model, or until its layers are changed
     * @throws error  with DIGITNET_ENOTFOUND where there is none, or another status of digitnet_model_describe_layer()
     */
    [[nodiscard]] digitnet_layer_info layer(std::size_t index) const {
        sized<digitnet_layer_info> info;
        check(digitnet_model_describe_layer(&info, get(), index));
        return info;
    }
    /**
     * Gives the name of a layer whose output another one takes, as digitnet_model_describe_input() does.
     *
     * @param layer  the taking layer's place, from 0
     * @param index  which of its inputs, from 0
     * @return the name, valid as long as the model, or until its layers are changed
     * @throws error  with DIGITNET_ENOTFOUND where there is none, or another status of digitnet_model_describe_input()
     */
    [[nodiscard]] const char *layer_input(std::size_t layer, std::size_t index) const {
        const char *name = nullptr;
        check(digitnet_model_describe_input(&name, get(), layer, index));
        return name;
    }
    /**
     * Freezes a layer or thaws it, as digitnet_model_set_trainable() does.
     *
     * @param layer      its name; nullptr is all layers
     * @param trainable  false freezes it
     * @throws error  with the status of digitnet_model_set_trainable()
     */
    void set_trainable(const char *layer, bool trainable) {
        check(digitnet_model_set_trainable(get(), layer, trainable));
    }
    /**
     * Describes a tensor of weights, as digitnet_model_describe_tensor() does.
     *
     * @param index  the tensor's place, from 0, in the order of the layers
     * @return its name and dimensions; the name is valid as long as the model, or until its layers are changed
     * @throws error  with DIGITNET_ENOTFOUND where there is none, or another status of digitnet_model_describe_tensor()
     */
    [[nodiscard]] digitnet_tensor_info tensor(std::size_t index) const {
        sized<digitnet_tensor_info> info;
        check(digitnet_model_describe_tensor(&info, get(), index));
        return info;
    }
    /**
     * Gives a table of layers, output shapes and parameters, as digitnet_model_summary() does.
     *
     * @return the table, lines of text
     * @throws error           with the status of digitnet_model_summary()
     * @throws std::bad_alloc  where there is no memory for the text
     */
    [[nodiscard]] std::string summary() const {
        auto text = grown<std::string>([this](char *buffer, std::size_t capacity, std::size_t *needed) {
            return digitnet_model_summary(buffer, capacity, needed, get());
        });
        text.pop_back(); /* the final zero, which a string has besides */
        return text;
    }

    /**
     * Reads all weights, as digitnet_model_get_weights() does.
     *
     * @return describe().parameters values, tensor after tensor, each in Keras's layout
     * @throws error           with the status of digitnet_model_get_weights()
     * @throws std::bad_alloc  where there is no memory for the values
     */
    [[nodiscard]] std::vector<float> get_weights() const {
        std::vector<float> values(describe().parameters);
        check(digitnet_model_get_weights(values.data(), values.size(), get(), nullptr));
        return values;
    }
    /**
     * Reads the weights of one tensor, as digitnet_model_get_weights() does.
     *
     * @param name  "LAYER/kernel" or "LAYER/bias"
     * @return its values, in Keras's layout
     * @throws error           with DIGITNET_ENOTFOUND where there is no such tensor, or another status of
     *                         digitnet_model_get_weights()
     * @throws std::bad_alloc  where there is no memory for the values
     */
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
    /**
     * Sets all weights, as digitnet_model_set_weights() does.
     *
     * @param values  describe().parameters finite values, tensor after tensor, as get_weights() gives them
     * @throws error  with the status of digitnet_model_set_weights(); the weights are then as they were
     */
    void set_weights(span<const float> values) {
        check(digitnet_model_set_weights(get(), nullptr, values.data(), values.size()));
    }
    /**
     * Sets the weights of one tensor, as digitnet_model_set_weights() does.
     *
     * @param name    "LAYER/kernel" or "LAYER/bias"
     * @param values  as many finite values as it has, as get_weights() gives them
     * @throws error  with the status of digitnet_model_set_weights(); the weights are then as they were
     */
    void set_weights(const std::string &name, span<const float> values) {
        check(digitnet_model_set_weights(get(), name.c_str(), values.data(), values.size()));
    }

    /**
     * Has the model take its images scaled, by a layer "input_scaling" in front of all others, as
     * digitnet_model_set_input_scaling() does.
     *
     * @param scale   by which each value of an image is multiplied, finite and not 0
     * @param offset  what is added then, finite
     * @throws error  with the status of digitnet_model_set_input_scaling(); the model is then as it was
     */
    void set_input_scaling(double scale, double offset = 0) {
        check(digitnet_model_set_input_scaling(get(), scale, offset));
    }
    /**
     * Removes all layers behind one, as digitnet_model_remove_layers_after() does: others can be added then, which get
     * their weights from compile().
     *
     * @param layer  the name of the last layer to be kept
     * @throws error  with the status of digitnet_model_remove_layers_after(); the model is then as it was
     */
    void remove_layers_after(const std::string &layer) {
        check(digitnet_model_remove_layers_after(get(), layer.c_str()));
    }

    /**
     * Writes the model to an ONNX file, with all that a later fit needs, as digitnet_model_save() does.
     *
     * @param path     the file to make or to replace as a whole
     * @param options  whether the weights are written alone; `{}` is all defaults
     * @throws error  with the status of digitnet_model_save_ex(); the file is then as it was
     */
    void save(const std::string &path, const model_save_options &options = {}) const {
        check(digitnet_model_save_ex(get(), path.c_str(), &options));
    }
    /**
     * Gives the bytes of the file that save() writes, as digitnet_model_save_memory() does.
     *
     * @param options  whether the weights are written alone; `{}` is all defaults
     * @return the ONNX file
     * @throws error           with the status of digitnet_model_save_memory_ex()
     * @throws std::bad_alloc  where there is no memory for the bytes
     */
    [[nodiscard]] std::vector<std::uint8_t> save_memory(const model_save_options &options = {}) const {
        return grown<std::vector<std::uint8_t>>([&](void *bytes, std::size_t capacity, std::size_t *needed) {
            return digitnet_model_save_memory_ex(bytes, capacity, needed, get(), &options);
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
                 std::initializer_list<const digitnet_callback *> callbacks) {
        digitnet_fit_options own = options;
        std::vector<const digitnet_callback *> list(callbacks);
        if (options.callbacks != nullptr)
            list.insert(list.begin(), options.callbacks, options.callbacks + options.callback_count);
        if (callbacks.size() > 0) {
            own.callbacks = list.data();
            own.callback_count = list.size();
        }
        digitnet_history *handle = nullptr;
        own.history = &handle;
        detail::exception_carrier carrier;
        forget_exceptions();
        const digitnet_status status = digitnet_model_fit(get(), train.get(), &own);
        out = history(handle);
        carrier.check(status, loss_.get());
    }

    /** Of calls of the C API, which nobody took, before a call that has the model for itself. */
    void forget_exceptions() noexcept {
        if (loss_)
            static_cast<void>(loss_->take());
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
        } while (status == DIGITNET_EBUFFER && needed > buffer.size());
        check(status);
        buffer.resize(needed);
        return buffer;
    }

    /** The model's loss, where it was set here. */
    std::shared_ptr<detail::loss_function> loss_;
};

} // namespace digitnet

#endif
