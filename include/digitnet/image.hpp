/** @file image.hpp  From grey pictures of a digit, or a line of digits, to what networks expect, as image.h has it. */
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
#include <vector>

namespace digitnet {

/** A digit in MNIST's frame. */
using frame = std::array<float, std::size_t{DIGITNET_FRAME_SIZE} * DIGITNET_FRAME_SIZE>;

/** How a picture's pixels lie, and how many are too many. */
using image = sized<digitnet_image>;

namespace detail {
/** The picture of `layout` with these pixels, where there are enough of them. */
inline image picture_of(span<const std::uint8_t> pixels, const image &layout, const char *where) {
    const std::size_t stride = layout.stride > 0 ? layout.stride : layout.width;
    const bool is_empty = layout.width == 0 || layout.height == 0; /* which the call refuses */
    if (!is_empty && (pixels.size() < layout.width || (pixels.size() - layout.width) / stride < layout.height - 1)) {
        throw error(DIGITNET_ESHAPE, std::string(where) + ": " + std::to_string(pixels.size()) +
                                         " bytes are too few for " + std::to_string(layout.height) + " rows of " +
                                         std::to_string(layout.width) + ", " + std::to_string(stride) + " apart");
    }
    image picture = layout;
    picture.pixels = pixels.data();
    return picture;
}
} // namespace detail

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
    const image picture = detail::picture_of(pixels, layout, "frame_digit");
    frame result{};
    check(digitnet_image_frame_digit(result.data(), result.size(), &picture));
    return result;
}

/**
 * Brings a picture of one line of digits into the frame of a network that reads lines, as digitnet_image_frame_line()
 * does.
 *
 * Safe from any thread.
 *
 * @param pixels  rows of bytes, 0 black to 255 white
 * @param layout  how they lie: `width`, `height`, and `stride` where that is not the width; its `pixels` is not read
 * @return DIGITNET_LINE_HEIGHT rows of values in [0, 1], all of one width
 * @throws error  with DIGITNET_ESHAPE where `pixels` has less than `layout` says, DIGITNET_ENOTFOUND where the picture
 *                has no ink, or another status of digitnet_image_frame_line()
 */
[[nodiscard]] inline std::vector<float> frame_line(span<const std::uint8_t> pixels, const image &layout) {
    constexpr std::size_t HEIGHT = DIGITNET_LINE_HEIGHT, USUAL_WIDTH = 1024;
    const image picture = detail::picture_of(pixels, layout, "frame_line");
    std::vector<float> strip(HEIGHT * USUAL_WIDTH);
    std::size_t width = 0;
    digitnet_status status = digitnet_image_frame_line(strip.data(), strip.size(), &width, &picture);
    if (status == DIGITNET_EBUFFER) {
        strip.resize(HEIGHT * width);
        status = digitnet_image_frame_line(strip.data(), strip.size(), &width, &picture);
    }
    check(status);
    strip.resize(HEIGHT * width);
    return strip;
}

/** The cells of a table. */
struct table_frames {
    std::size_t rows;          /**< Of the table. */
    std::size_t columns;       /**< Of the table. */
    std::vector<float> values; /**< A frame each, row by row; all 0 for an empty cell. */
};

/**
 * Brings the cells of a table of digits into MNIST's frame, as digitnet_image_frame_table() does.
 *
 * Safe from any thread.
 *
 * @param pixels   rows of bytes, 0 black to 255 white
 * @param layout   how they lie: `width`, `height`, and `stride` where that is not the width; its `pixels` is not read
 * @param rows     the rows of the table; 0 where they are not known
 * @param columns  its columns; likewise
 * @return the cells
 * @throws error  with DIGITNET_ESHAPE where `pixels` has less than `layout` says, DIGITNET_ENOTFOUND where the picture
 *                has no such table, or another status of digitnet_image_frame_table()
 */
[[nodiscard]] inline table_frames frame_table(span<const std::uint8_t> pixels, const image &layout,
                                              std::size_t rows = 0, std::size_t columns = 0) {
    constexpr std::size_t VALUES = std::size_t{DIGITNET_FRAME_SIZE} * DIGITNET_FRAME_SIZE, USUAL_CELLS = 81;
    const image picture = detail::picture_of(pixels, layout, "frame_table");
    table_frames found{rows, columns, std::vector<float>(VALUES * USUAL_CELLS)};
    digitnet_status status =
        digitnet_image_frame_table(found.values.data(), found.values.size(), &found.rows, &found.columns, &picture);
    if (status == DIGITNET_EBUFFER) {
        found.values.resize(VALUES * found.rows * found.columns);
        status =
            digitnet_image_frame_table(found.values.data(), found.values.size(), &found.rows, &found.columns, &picture);
    }
    check(status);
    found.values.resize(VALUES * found.rows * found.columns);
    return found;
}

} // namespace digitnet

#endif
