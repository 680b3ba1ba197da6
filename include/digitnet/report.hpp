/** @file report.hpp  What a classifier gets right and wrong, as report.h has it. */
#ifndef DIGITNET_REPORT_HPP
#define DIGITNET_REPORT_HPP

#include "digitnet/callbacks.hpp"
#include "digitnet/dataset.hpp"
#include "digitnet/model.hpp"
#include "digitnet/options.hpp"
#include "digitnet/owner.hpp"
#include "digitnet/report.h"
#include "digitnet/span.hpp"
#include "digitnet/status.hpp"

#include <cstddef>
#include <cstdint>
#include <string>

namespace digitnet {

/** Options of a report. */
using report_options = sized<digitnet_report_options>;

/** Figures of a classifier over images whose classes are known. */
class report : public owner<digitnet_report, digitnet_report_free> {
  public:
    using owner::owner;

    /**
     * Makes a report of a model over a data set, as digitnet_model_report() does.
     *
     * @param classifier  a model that ends in a flat softmax, or in a flat sigmoid of one unit
     * @param images      images of the model's shape, with labels or targets
     * @param options     what it holds; `{}` is all defaults
     * @throws error  with the status of digitnet_model_report(); what a source or a progress function throws comes out
     *                too
     */
    report(const model &classifier, const dataset &images, const report_options &options = {})
        : report(create(classifier, images, options)) {
    }
    /**
     * Makes a report of scores, as digitnet_report_create() does.
     *
     * @param scores   probabilities, as many for each image
     * @param labels   one class number from 0 for each image
     * @param options  what it holds; `{}` is all defaults
     * @throws error  with DIGITNET_ESHAPE where the scores are not as many for each label, or a status of
     *                digitnet_report_create()
     */
    report(span<const float> scores, span<const std::int32_t> labels, const report_options &options = {})
        : report(create(scores, labels, options)) {
    }
    /**
     * Gives the figures over all images, as digitnet_report_describe() does.
     *
     * @return the figures
     * @throws error  with the status of digitnet_report_describe()
     */
    [[nodiscard]] digitnet_report_info describe() const {
        sized<digitnet_report_info> info;
        check(digitnet_report_describe(&info, get()));
        return info;
    }
    /**
     * Gives the figures of one class, as digitnet_report_describe_class() does.
     *
     * @param index  the class, from 0
     * @return its figures
     * @throws error  with DIGITNET_ENOTFOUND where there is none, or another status of digitnet_report_describe_class()
     */
    [[nodiscard]] digitnet_class_info describe_class(std::size_t index) const {
        sized<digitnet_class_info> info;
        check(digitnet_report_describe_class(&info, get(), index));
        return info;
    }
    /**
     * Gives the figures of one bin, as digitnet_report_describe_bin() does.
     *
     * @param index  the bin, from 0
     * @return its figures
     * @throws error  with DIGITNET_ENOTFOUND where there is none, or another status of digitnet_report_describe_bin()
     */
    [[nodiscard]] digitnet_bin_info describe_bin(std::size_t index) const {
        sized<digitnet_bin_info> info;
        check(digitnet_report_describe_bin(&info, get(), index));
        return info;
    }
    /**
     * Gives the confusion matrix, as digitnet_report_confusion() does.
     *
     * @return classes x classes counts, row after row, which belong to the report; none for an empty one
     */
    [[nodiscard]] span<const std::size_t> confusion() const &noexcept {
        std::size_t classes = 0;
        const std::size_t *counts = digitnet_report_confusion(&classes, get());
        return {counts, classes * classes};
    }
    /**
     * Of a temporary: deleted, since the counts would be gone with it.
     *
     * @return nothing
     */
    span<const std::size_t> confusion() const &&noexcept = delete;
    /**
     * Writes the figures as tables, as digitnet_report_text() does.
     *
     * @return the tables
     * @throws error           with the status of digitnet_report_text()
     * @throws std::bad_alloc  where there is no memory for the tables
     */
    [[nodiscard]] std::string text() const {
        std::size_t needed = 0;
        if (const digitnet_status status = digitnet_report_text(nullptr, 0, &needed, get()); status != DIGITNET_EBUFFER)
            check(status);
        std::string tables(needed, '\0');
        check(digitnet_report_text(tables.data(), tables.size(), nullptr, get()));
        tables.pop_back(); // the final zero
        return tables;
    }

  private:
    static digitnet_report *create(const model &classifier, const dataset &images, const report_options &options) {
        digitnet_report *handle = nullptr;
        detail::exception_carrier carrier;
        carrier.check(digitnet_model_report(&handle, classifier.get(), images.get(), &options));
        return handle;
    }
    static digitnet_report *create(span<const float> scores, span<const std::int32_t> labels,
                                   const report_options &options) {
        digitnet_report *handle = nullptr;
        const std::size_t outputs = labels.empty() ? 0 : scores.size() / labels.size();
        if (scores.size() != outputs * labels.size())
            throw error(DIGITNET_ESHAPE, "report: " + std::to_string(scores.size()) +
                                             " scores are not as many for each of " + std::to_string(labels.size()) +
                                             " labels");
        check(digitnet_report_create(&handle, scores.data(), labels.data(), labels.size(), outputs, &options));
        return handle;
    }
};

/** What a part may be in truth. */
struct interval {
    /** The lower end. */
    double low;
    /** The upper end. */
    double high;
};

/**
 * Gives the Wilson interval of a part, as digitnet_wilson_interval() does.
 *
 * @param successes   such as right answers
 * @param trials      such as images
 * @param confidence  the part of such intervals that have the truth in them
 * @return its ends
 * @throws error  with the status of digitnet_wilson_interval()
 */
[[nodiscard]] inline interval wilson_interval(std::size_t successes, std::size_t trials, double confidence = 0.95) {
    interval ends{};
    check(digitnet_wilson_interval(&ends.low, &ends.high, successes, trials, confidence));
    return ends;
}

} // namespace digitnet

#endif
