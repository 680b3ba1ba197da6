/** @file span.hpp  Views of values, into functions and out of them. */
#ifndef DIGITNET_SPAN_HPP
#define DIGITNET_SPAN_HPP

#include <cstddef>
#include <iterator>
#include <type_traits>
#include <utility>

namespace digitnet {

/**
 * Contiguous values that somebody else owns, and their number; what std::span is from C++20 on. A parameter of this
 * type takes `{pointer, count}`, an array, or anything with data() and size(), such as std::vector, std::array and
 * std::span.
 */
template <typename Value> class span {
  public:
    /** No values. */
    constexpr span() noexcept = default;
    /** `count` values from `first` on; none where `first` is NULL. */
    constexpr span(Value *first, std::size_t count) noexcept
        : data_(count > 0 ? first : nullptr), size_(first != nullptr ? count : 0) {
    }
    /** The values of an array or a container. Their type may differ in `const` alone. */
    template <typename Range, typename Element = std::remove_pointer_t<decltype(std::data(std::declval<Range &>()))>,
              typename = std::enable_if_t<std::is_convertible_v<Element (*)[], Value (*)[]>>>
    constexpr span(Range &&range) : span(std::data(range), std::size(range)) {
    }
    /** Where the values are; NULL where there are none. */
    [[nodiscard]] constexpr Value *data() const noexcept {
        return data_;
    }
    /** How many there are. */
    [[nodiscard]] constexpr std::size_t size() const noexcept {
        return size_;
    }
    /** Whether there are none. */
    [[nodiscard]] constexpr bool empty() const noexcept {
        return size_ == 0;
    }
    /** The value at `index`, which must be below size(). */
    [[nodiscard]] constexpr Value &operator[](std::size_t index) const noexcept {
        return data_[index];
    }
    /** The first value. */
    [[nodiscard]] constexpr Value *begin() const noexcept {
        return data_;
    }
    /** Past the last value. */
    [[nodiscard]] constexpr Value *end() const noexcept {
        return data_ + size_;
    }

  private:
    Value *data_ = nullptr;
    std::size_t size_ = 0;
};

/** The span of an array or a container. */
template <typename Range>
span(Range &&range) -> span<std::remove_pointer_t<decltype(std::data(std::declval<Range &>()))>>;

} // namespace digitnet

#endif
