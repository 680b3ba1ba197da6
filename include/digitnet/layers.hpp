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
/** Options of the layers that have nothing but a name. */
using layer_options = sized<digitnet_layer_options>;

/** DIGITNET_LINEAR */
inline constexpr digitnet_activation linear = DIGITNET_LINEAR;
/** DIGITNET_RELU */
inline constexpr digitnet_activation relu = DIGITNET_RELU;
/** DIGITNET_SOFTMAX */
inline constexpr digitnet_activation softmax = DIGITNET_SOFTMAX;
/** DIGITNET_VALID */
inline constexpr digitnet_padding valid = DIGITNET_VALID;
/** DIGITNET_SAME */
inline constexpr digitnet_padding same = DIGITNET_SAME;

} // namespace digitnet

#endif
