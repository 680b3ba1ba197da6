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
 * std::span. The memory must live as long as the span is used.
 *
 * @tparam Value  what it is of; `const` where the values are not to be changed
 */
template <typename Value> class span {
  public:
    /** Makes a span of no values. */
    constexpr span() noexcept = default;
    /**
     * Makes a span of a pointer and a number.
     *
     * @param first  the first value; NULL: there are none
     * @param count  how many values there are
     */
    constexpr span(Value *first, std::size_t count) noexcept
        : data_(count > 0 ? first : nullptr), size_(first != nullptr ? count : 0) {
    }
    /**
     * Makes a span of all values of an array or a container.
     *
     * @tparam Range    something with data() and size(), or an array
     * @tparam Element  its values' type, which may differ from the span's in `const` alone
     * @param range  the array or container, whose memory is referred to
     */
    template <typename Range, typename Element = std::remove_pointer_t<decltype(std::data(std::declval<Range &>()))>,
              typename = std::enable_if_t<std::is_convertible_v<Element (*)[], Value (*)[]>>>
    constexpr span(Range &&range) : span(std::data(range), std::size(range)) {
    }
    /**
     * Gives the address of the values.
     *
     * @return the first value; NULL where there are none
     */
    [[nodiscard]] constexpr Value *data() const noexcept {
        return data_;
    }
    /**
     * Gives the number of values.
     *
     * @return their number, not bytes
     */
    [[nodiscard]] constexpr std::size_t size() const noexcept {
        return size_;
    }
    /**
     * Says whether there are none.
     *
     * @return whether size() is 0
     */
    [[nodiscard]] constexpr bool empty() const noexcept {
        return size_ == 0;
    }
    /**
     * Gives one value, without a check.
     *
     * @param index  below size()
     * @return the value at this place
     */
    [[nodiscard]] constexpr Value &operator[](std::size_t index) const noexcept {
        return data_[index];
    }
    /**
     * Begins a loop over the values.
     *
     * @return the first value
     */
    [[nodiscard]] constexpr Value *begin() const noexcept {
        return data_;
    }
    /**
     * Ends a loop over the values.
     *
     * @return the place behind the last value
     */
    [[nodiscard]] constexpr Value *end() const noexcept {
        return data_ + size_;
    }

  private:
    Value *data_ = nullptr;
    std::size_t size_ = 0;
};

/**
 * Lets `digitnet::span(values)` find out its values' type.
 *
 * @param range  an array or a container
 */
template <typename Range>
span(Range &&range) -> span<std::remove_pointer_t<decltype(std::data(std::declval<Range &>()))>>;

} // namespace digitnet

#endif
