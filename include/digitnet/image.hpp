/** @file image.hpp  From a grey picture of one digit to what a network expects, as image.h has it. */
#ifndef DIGITNET_IMAGE_HPP
#define DIGITNET_IMAGE_HPP

#include "digitnet/image.h"
#include "digitnet/options.hpp"
#include "digitnet/span.hpp"
#include "digitnet/status.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>

namespace digitnet {

/** A digit in MNIST's frame. */
using frame = std::array<float, std::size_t{DIGITNET_FRAME_SIZE} * DIGITNET_FRAME_SIZE>;

/** How a picture's pixels lie, and how many are too many. */
using image = sized<digitnet_image>;

/**
 * Brings a picture of one digit into MNIST's frame, as digitnet_image_frame_digit() does.
 *
 * Safe from any thread.
 *
 * @param pixels  rows of bytes, 0 black to 255 white
 * @param layout  how they lie: `width`, `height`, and `stride` where that is not the width; its `pixels` is not read
 * @return 28 rows of 28 values in [0, 1], as model::predict() takes them
 * @throws error  with DIGITNET_ESHAPE where `pixels` has less than `layout` says, DIGITNET_ENOTFOUND where the picture
 *                has no ink, or another status of digitnet_image_frame_digit()
 */
[[nodiscard]] inline frame frame_digit(span<const std::uint8_t> pixels, const image &layout) {
    const std::size_t stride = layout.stride > 0 ? layout.stride : layout.width;
    const bool is_empty = layout.width == 0 || layout.height == 0; /* which the call below refuses */
    if (!is_empty && (pixels.size() < layout.width || (pixels.size() - layout.width) / stride < layout.height - 1)) {
        throw error(DIGITNET_ESHAPE, "frame_digit: " + std::to_string(pixels.size()) + " bytes are too few for " +
                                         std::to_string(layout.height) + " rows of " + std::to_string(layout.width) +
                                         ", " + std::to_string(stride) + " apart");
    }
    image picture = layout;
    picture.pixels = pixels.data();
    frame result{};
    check(digitnet_image_frame_digit(result.data(), result.size(), &picture));
    return result;
}

} // namespace digitnet

#endif
