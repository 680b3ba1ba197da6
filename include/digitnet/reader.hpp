/** @file reader.hpp  Reading digits from pictures, as reader.h has it. */
#ifndef DIGITNET_READER_HPP
#define DIGITNET_READER_HPP

#include "digitnet/callbacks.hpp"
#include "digitnet/image.hpp"
#include "digitnet/model.hpp"
#include "digitnet/options.hpp"
#include "digitnet/owner.hpp"
#include "digitnet/reader.h"
#include "digitnet/span.hpp"
#include "digitnet/status.hpp"

#include <cstddef>
#include <cstdint>
#include <string>

namespace digitnet {

/** What may stand in a picture, and how sure a reading must be. */
using read_options = sized<digitnet_read_options>;

/** What was read from one picture. */
class reading : public owner<digitnet_reading, digitnet_reading_free> {
  public:
    using owner::owner;

    /**
     * Says how many lines there are, as digitnet_reading_line_count() does.
     *
     * @return their number; 0 for an empty one
     */
    [[nodiscard]] std::size_t line_count() const noexcept {
        return digitnet_reading_line_count(get());
    }
    /**
     * Describes a line, as digitnet_reading_describe_line() does.
     *
     * @param index  the line, from 0
     * @return the line, whose text belongs to the reading
     * @throws error  with DIGITNET_ENOTFOUND where there is none, or another status of digitnet_reading_describe_line()
     */
    [[nodiscard]] digitnet_reading_line describe_line(std::size_t index) const {
        sized<digitnet_reading_line> line;
        check(digitnet_reading_describe_line(&line, get(), index));
        return line;
    }
    /**
     * Describes a character, as digitnet_reading_describe_character() does.
     *
     * @param line       the line, from 0
     * @param character  the character in it, from 0
     * @return the character
     * @throws error  with DIGITNET_ENOTFOUND where there is none, or another status of
     *                digitnet_reading_describe_character()
     */
    [[nodiscard]] digitnet_reading_character describe_character(std::size_t line, std::size_t character) const {
        sized<digitnet_reading_character> described;
        check(digitnet_reading_describe_character(&described, get(), line, character));
        return described;
    }
    /**
     * Gives the texts of all lines, each with a line feed behind it.
     *
     * @return the text
     * @throws error  with the status of digitnet_reading_describe_line()
     */
    [[nodiscard]] std::string text() const {
        std::string all;
        for (std::size_t line = 0; line < line_count(); line++)
            all.append(describe_line(line).text).append(1, '\n');
        return all;
    }
};

/** The models that read, prepared for it; any number of threads may use one. */
class reader : public owner<digitnet_reader, digitnet_reader_free> {
  public:
    using owner::owner;

    /**
     * Makes a reader of models, as digitnet_reader_create() does.
     *
     * @param digit  reads single digits; an empty one: none
     * @param line   reads lines; likewise
     * @throws error  with the status of digitnet_reader_create()
     */
    explicit reader(const model &digit, const model &line = model()) : reader(create(digit, line)) {
    }
    /**
     * Makes a reader of model files, as digitnet_reader_load() does.
     *
     * @param digit  the file of the model that reads single digits; empty: none
     * @param line   the file of the model that reads lines; likewise
     * @return the reader
     * @throws error  with the status of digitnet_reader_load()
     */
    [[nodiscard]] static reader load(const std::string &digit, const std::string &line) {
        digitnet_reader *handle = nullptr;
        check(digitnet_reader_load(&handle, digit.empty() ? nullptr : digit.c_str(),
                                   line.empty() ? nullptr : line.c_str()));
        return reader(handle);
    }

  private:
    static digitnet_reader *create(const model &digit, const model &line) {
        digitnet_reader *handle = nullptr;
        check(digitnet_reader_create(&handle, digit.get(), line.get()));
        return handle;
    }
};

/** What one thread at a time reads with. */
class reader_scratch : public owner<digitnet_reader_scratch, digitnet_reader_scratch_free> {
  public:
    using owner::owner;

    /**
     * Makes what one thread reads with, as digitnet_reader_scratch_create() does.
     *
     * @param source  the reader, which may be gone afterwards
     * @throws error  with the status of digitnet_reader_scratch_create()
     */
    explicit reader_scratch(const reader &source) : reader_scratch(create(source)) {
    }
    /**
     * Reads a picture of one digit, as digitnet_reader_read_digit() does.
     *
     * @param picture  the picture, upright
     * @param options  `{}` is all defaults
     * @return the reading
     * @throws error  with the status of digitnet_reader_read_digit(); what a callback throws comes out too
     */
    [[nodiscard]] reading read_digit(const image &picture, const read_options &options = {}) {
        return read(digitnet_reader_read_digit, picture, options);
    }
    /**
     * Reads a picture of one line, as digitnet_reader_read_line() does.
     *
     * @param picture  the picture, upright
     * @param options  `{}` is all defaults
     * @return the reading
     * @throws error  with the status of digitnet_reader_read_line(); what a callback throws comes out too
     */
    [[nodiscard]] reading read_line(const image &picture, const read_options &options = {}) {
        return read(digitnet_reader_read_line, picture, options);
    }
    /**
     * Reads a table, as digitnet_reader_read_table() does.
     *
     * @param picture  the picture
     * @param options  `{}` is all defaults
     * @return the reading
     * @throws error  with the status of digitnet_reader_read_table(); what a callback throws comes out too
     */
    [[nodiscard]] reading read_table(const image &picture, const read_options &options = {}) {
        return read(digitnet_reader_read_table, picture, options);
    }
    /**
     * Reads the lines of a page, as digitnet_reader_read_page() does.
     *
     * @param picture  the picture
     * @param options  `{}` is all defaults
     * @return the reading
     * @throws error  with the status of digitnet_reader_read_page(); what a callback throws comes out too
     */
    [[nodiscard]] reading read_page(const image &picture, const read_options &options = {}) {
        return read(digitnet_reader_read_page, picture, options);
    }

  private:
    template <typename Function> reading read(Function function, const image &picture, const read_options &options) {
        detail::exception_carrier carrier;
        digitnet_reading *handle = nullptr;
        carrier.check(function(&handle, get(), &picture, &options));
        return reading(handle);
    }
    static digitnet_reader_scratch *create(const reader &source) {
        digitnet_reader_scratch *handle = nullptr;
        check(digitnet_reader_scratch_create(&handle, source.get()));
        return handle;
    }
};

/**
 * Lets a callable say which texts may stand where they are read:
 *
 *     auto is_code = [&](const char *text) { return codes.count(text) > 0; };
 *     const auto read = scratch.read_line(picture, digitnet::with_check(is_code));
 *
 * @tparam Check   something that can be called with a text, gives a bool, and may throw, which ends the reading and
 *                 comes out of it
 * @param may_stand  is referred to
 * @param options  all else; their `check` and `user_data` are replaced
 * @return options for a reader_scratch
 */
template <typename Check> [[nodiscard]] read_options with_check(Check &may_stand, read_options options = {}) noexcept {
    options.user_data = &may_stand;
    options.check = [](const char *text, void *user_data) noexcept {
        return detail::exception_carrier::run(
            [&]() -> int { return (*static_cast<Check *>(user_data))(text) ? 1 : 0; });
    };
    return options;
}

} // namespace digitnet

#endif
