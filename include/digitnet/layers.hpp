/** @file layers.hpp  What builders are given besides numbers, as layers.h has it. */
#ifndef DIGITNET_LAYERS_HPP
#define DIGITNET_LAYERS_HPP

#include "digitnet/layers.h"
#include "digitnet/options.hpp"

namespace digitnet {

/** Options of model::conv2d(). */
using conv2d_options = sized<digitnet_conv2d_options>;
/** Options of model::depthwise_conv2d(). */
using depthwise_conv2d_options = sized<digitnet_depthwise_conv2d_options>;
/** Options of model::separable_conv2d(). */
using separable_conv2d_options = sized<digitnet_separable_conv2d_options>;
/** Options of model::conv2d_transpose(). */
using conv2d_transpose_options = sized<digitnet_conv2d_transpose_options>;
/** Options of model::max_pool2d(). */
using max_pool2d_options = sized<digitnet_max_pool2d_options>;
/** Options of model::average_pool2d(). */
using average_pool2d_options = sized<digitnet_average_pool2d_options>;
/** Options of model::global_max_pool2d(). */
using global_max_pool2d_options = sized<digitnet_global_max_pool2d_options>;
/** Options of model::global_average_pool2d(). */
using global_average_pool2d_options = sized<digitnet_global_average_pool2d_options>;
/** Options of model::zero_padding2d(). */
using zero_padding2d_options = sized<digitnet_zero_padding2d_options>;
/** Options of model::cropping2d(). */
using cropping2d_options = sized<digitnet_cropping2d_options>;
/** Options of model::up_sampling2d(). */
using up_sampling2d_options = sized<digitnet_up_sampling2d_options>;
/** Options of model::dense(). */
using dense_options = sized<digitnet_dense_options>;
/** Options of model::flatten(). */
using flatten_options = sized<digitnet_flatten_options>;
/** Options of model::reshape(). */
using reshape_options = sized<digitnet_reshape_options>;
/** Options of model::permute(). */
using permute_options = sized<digitnet_permute_options>;
/** Options of model::dropout(). */
using dropout_options = sized<digitnet_dropout_options>;
/** Options of model::activation(). */
using activation_options = sized<digitnet_activation_options>;
/** Options of model::add(). */
using add_options = sized<digitnet_add_options>;
/** Options of model::multiply(). */
using multiply_options = sized<digitnet_multiply_options>;
/** Options of model::concatenate(). */
using concatenate_options = sized<digitnet_concatenate_options>;
/** Options of model::channel_slice(). */
using channel_slice_options = sized<digitnet_channel_slice_options>;
/** Options of model::batch_normalization(). */
using batch_normalization_options = sized<digitnet_batch_normalization_options>;
/** Options of model::prelu(). */
using prelu_options = sized<digitnet_prelu_options>;
/** Options of model::layer_normalization(). */
using layer_normalization_options = sized<digitnet_layer_normalization_options>;
/** Options of model::group_normalization(). */
using group_normalization_options = sized<digitnet_group_normalization_options>;
/** Options of model::rescaling(). */
using rescaling_options = sized<digitnet_rescaling_options>;
/** Options of model::power(). */
using power_options = sized<digitnet_power_options>;
/** Options of model::normalization(). */
using normalization_options = sized<digitnet_normalization_options>;
/** Options of model::spatial_dropout2d(). */
using spatial_dropout2d_options = sized<digitnet_spatial_dropout2d_options>;
/** Options of model::gaussian_noise(). */
using gaussian_noise_options = sized<digitnet_gaussian_noise_options>;
/** Options of model::gaussian_dropout(). */
using gaussian_dropout_options = sized<digitnet_gaussian_dropout_options>;

/** DIGITNET_ACTIVATION_LINEAR */
inline constexpr digitnet_activation linear = DIGITNET_ACTIVATION_LINEAR;
/** DIGITNET_ACTIVATION_RELU */
inline constexpr digitnet_activation relu = DIGITNET_ACTIVATION_RELU;
/** DIGITNET_ACTIVATION_SOFTMAX */
inline constexpr digitnet_activation softmax = DIGITNET_ACTIVATION_SOFTMAX;
/** DIGITNET_ACTIVATION_SIGMOID */
inline constexpr digitnet_activation sigmoid = DIGITNET_ACTIVATION_SIGMOID;
/** DIGITNET_ACTIVATION_TANH */
inline constexpr digitnet_activation tanh = DIGITNET_ACTIVATION_TANH;
/** DIGITNET_ACTIVATION_LEAKY_RELU */
inline constexpr digitnet_activation leaky_relu = DIGITNET_ACTIVATION_LEAKY_RELU;
/** DIGITNET_ACTIVATION_ELU */
inline constexpr digitnet_activation elu = DIGITNET_ACTIVATION_ELU;
/** DIGITNET_ACTIVATION_SELU */
inline constexpr digitnet_activation selu = DIGITNET_ACTIVATION_SELU;
/** DIGITNET_ACTIVATION_GELU */
inline constexpr digitnet_activation gelu = DIGITNET_ACTIVATION_GELU;
/** DIGITNET_ACTIVATION_GELU_TANH */
inline constexpr digitnet_activation gelu_tanh = DIGITNET_ACTIVATION_GELU_TANH;
/** DIGITNET_ACTIVATION_SILU */
inline constexpr digitnet_activation silu = DIGITNET_ACTIVATION_SILU;
/** DIGITNET_ACTIVATION_HARD_SIGMOID */
inline constexpr digitnet_activation hard_sigmoid = DIGITNET_ACTIVATION_HARD_SIGMOID;
/** DIGITNET_ACTIVATION_HARD_SWISH */
inline constexpr digitnet_activation hard_swish = DIGITNET_ACTIVATION_HARD_SWISH;
/** DIGITNET_ACTIVATION_RELU6 */
inline constexpr digitnet_activation relu6 = DIGITNET_ACTIVATION_RELU6;
/** DIGITNET_ACTIVATION_SOFTPLUS */
inline constexpr digitnet_activation softplus = DIGITNET_ACTIVATION_SOFTPLUS;
/** DIGITNET_ACTIVATION_LOG_SOFTMAX */
inline constexpr digitnet_activation log_softmax = DIGITNET_ACTIVATION_LOG_SOFTMAX;
/** DIGITNET_PADDING_VALID */
inline constexpr digitnet_padding valid = DIGITNET_PADDING_VALID;
/** DIGITNET_PADDING_SAME */
inline constexpr digitnet_padding same = DIGITNET_PADDING_SAME;
/** DIGITNET_PADDING_EXPLICIT */
inline constexpr digitnet_padding explicit_padding = DIGITNET_PADDING_EXPLICIT;
/** DIGITNET_INTERPOLATION_NEAREST */
inline constexpr digitnet_interpolation nearest = DIGITNET_INTERPOLATION_NEAREST;
/** DIGITNET_INTERPOLATION_BILINEAR */
inline constexpr digitnet_interpolation bilinear = DIGITNET_INTERPOLATION_BILINEAR;

} // namespace digitnet

#endif
