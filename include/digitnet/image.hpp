/** @file image.hpp  From a grey picture of one digit to what a network expects, as image.h has it. */
#ifndef DIGITNET_IMAGE_HPP
#define DIGITNET_IMAGE_HPP

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>

#include "digitnet/image.h"
#include "digitnet/options.hpp"
#include "digitnet/span.hpp"
#include "digitnet/status.hpp"

namespace digitnet {

/** A digit in MNIST's frame. */
using frame = std::array<float, std::size_t{DIGITNET_FRAME_SIZE} * DIGITNET_FRAME_SIZE>;

/**
 * Brings a picture into MNIST's frame: `height` rows of `width` bytes, `stride` bytes apart (zero: `width`). Throws
 * error with DIGITNET_ESHAPE where `pixels` has fewer.
 */
[[nodiscard]] inline frame frame_digit(span<const std::uint8_t> pixels, std::size_t width, std::size_t height,
                                       std::size_t stride = 0) {
    const std::size_t step = stride > 0 ? stride : width;
    const bool is_empty = width == 0 || height == 0; /* which the call below refuses */
    if (!is_empty && (pixels.size() < width || (pixels.size() - width) / step < height - 1)) {
        throw error(DIGITNET_ESHAPE, "frame_digit: " + std::to_string(pixels.size()) + " bytes are too few for " +
                                         std::to_string(height) + " rows of " + std::to_string(width) + ", " +
                                         std::to_string(step) + " apart");
    }
    sized<digitnet_image> picture;
    picture.pixels = pixels.data();
    picture.width = width;
    picture.height = height;
    picture.stride = stride;
    frame result{};
    check(digitnet_image_frame_digit(result.data(), result.size(), &picture));
    return result;
}

} // namespace digitnet

#endif
