/** @file layers.hpp  What builders are given besides numbers, as layers.h has it. */
#ifndef DIGITNET_LAYERS_HPP
#define DIGITNET_LAYERS_HPP

#include "digitnet/layers.h"
#include "digitnet/options.hpp"

namespace digitnet {

/** Options of model::conv2d(). */
using conv2d_options = sized<digitnet_conv2d_options>;
/** Options of model::max_pool2d(). */
using max_pool2d_options = sized<digitnet_max_pool2d_options>;
/** Options of model::dense(). */
using dense_options = sized<digitnet_dense_options>;
/** Options of model::flatten(). */
using flatten_options = sized<digitnet_flatten_options>;
/** Options of model::dropout(). */
using dropout_options = sized<digitnet_dropout_options>;
/** Options of model::activation(). */
using activation_options = sized<digitnet_activation_options>;
/** Options of model::add(). */
using add_options = sized<digitnet_add_options>;
/** Options of model::concatenate(). */
using concatenate_options = sized<digitnet_concatenate_options>;
/** Options of model::batch_normalization(). */
using batch_normalization_options = sized<digitnet_batch_normalization_options>;

/** DIGITNET_ACTIVATION_LINEAR */
inline constexpr digitnet_activation linear = DIGITNET_ACTIVATION_LINEAR;
/** DIGITNET_ACTIVATION_RELU */
inline constexpr digitnet_activation relu = DIGITNET_ACTIVATION_RELU;
/** DIGITNET_ACTIVATION_SOFTMAX */
inline constexpr digitnet_activation softmax = DIGITNET_ACTIVATION_SOFTMAX;
/** DIGITNET_ACTIVATION_SIGMOID */
inline constexpr digitnet_activation sigmoid = DIGITNET_ACTIVATION_SIGMOID;
/** DIGITNET_PADDING_VALID */
inline constexpr digitnet_padding valid = DIGITNET_PADDING_VALID;
/** DIGITNET_PADDING_SAME */
inline constexpr digitnet_padding same = DIGITNET_PADDING_SAME;

} // namespace digitnet

#endif
