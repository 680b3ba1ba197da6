/** @file ctc.hpp  Columns of scores become sequences of labels, as ctc.h has it. */
#ifndef DIGITNET_CTC_HPP
#define DIGITNET_CTC_HPP

#include "digitnet/ctc.h"
#include "digitnet/options.hpp"
#include "digitnet/owner.hpp"
#include "digitnet/span.hpp"
#include "digitnet/status.hpp"

#include <cstddef>
#include <cstdint>
#include <string>

namespace digitnet {

/** Options of a decoding. */
using ctc_options = sized<digitnet_ctc_options>;

/** One of the sequences that columns of scores may say; the values belong to the decoding. */
struct ctc_sequence {
    /** The labels, from 0 to below the blank. */
    span<const std::int32_t> labels;
    /** For each label the first column that says it. */
    span<const std::size_t> first_columns;
    /** The column behind the last one that does. */
    span<const std::size_t> end_columns;
    /** The natural logarithm of the sequence's probability, over all paths. */
    double log_probability;
};

/** Sequences of labels that columns of scores may say, the most probable first. */
class ctc_decoding : public owner<digitnet_ctc_decoding, digitnet_ctc_decoding_free> {
  public:
    using owner::owner;

    /**
     * Decodes columns of scores, as digitnet_ctc_decode() does.
     *
     * @param scores   columns x classes scores, column after column; the last class is the blank
     * @param classes  how many scores each column has
     * @param options  best path or beam search; `{}` is the best path of probabilities
     * @throws error  with DIGITNET_ESHAPE where the scores are no whole number of columns, or a status of
     *                digitnet_ctc_decode()
     */
    ctc_decoding(span<const float> scores, std::size_t classes, const ctc_options &options = {})
        : ctc_decoding(create(scores, classes, options)) {
    }
    /**
     * Says how many sequences were found, as digitnet_ctc_decoding_count() does.
     *
     * @return their number; 0 for an empty owner
     */
    [[nodiscard]] std::size_t count() const noexcept {
        return digitnet_ctc_decoding_count(get());
    }
    /**
     * Gives one of the sequences, as digitnet_ctc_decoding_describe() does.
     *
     * @param index  which, from 0, the most probable
     * @return the sequence, whose values belong to this decoding
     * @throws error  with DIGITNET_ENOTFOUND where there is none, or another status of digitnet_ctc_decoding_describe()
     */
    [[nodiscard]] ctc_sequence sequence(std::size_t index) const & {
        sized<digitnet_ctc_sequence> found;
        check(digitnet_ctc_decoding_describe(&found, get(), index));
        return {{found.labels, found.count},
                {found.first_columns, found.count},
                {found.end_columns, found.count},
                found.log_probability};
    }
    /**
     * Of a temporary: deleted, since the values would be gone with it.
     *
     * @param index  which
     * @return nothing
     */
    ctc_sequence sequence(std::size_t index) const &&noexcept = delete;

  private:
    static digitnet_ctc_decoding *create(span<const float> scores, std::size_t classes, const ctc_options &options) {
        digitnet_ctc_decoding *handle = nullptr;
        const std::size_t columns = classes == 0 ? 0 : scores.size() / classes;
        if (scores.size() != columns * classes)
            throw error(DIGITNET_ESHAPE, "ctc_decoding: " + std::to_string(scores.size()) +
                                             " scores are no whole number of columns of " + std::to_string(classes));
        check(digitnet_ctc_decode(&handle, scores.data(), columns, classes, &options));
        return handle;
    }
};

} // namespace digitnet

#endif
