/**
 * @file ctc.h
 * What a network that was trained with DIGITNET_LOSS_CTC reads: columns of scores become sequences of labels.
 *
 * A column has a score for each class, of which the last is the blank. A path is a class for each column; it says the
 * labels that are left of it without repetitions, and then without blanks. The probability of a sequence is that of all
 * paths that say it.
 */
#ifndef DIGITNET_CTC_H
#define DIGITNET_CTC_H

#include "digitnet/export.h"
#include "digitnet/options.h"
#include "digitnet/status.h"

#include <stddef.h>
#include <stdint.h>

DIGITNET_BEGIN_DECLARATIONS

/** Sequences of labels that columns of scores may say, the most probable first. It never changes. */
typedef struct digitnet_ctc_decoding digitnet_ctc_decoding;

/** How scores are decoded; zero is the default. */
typedef struct digitnet_ctc_options {
    size_t struct_size; /**< Set by DIGITNET_INIT() or DIGITNET_WITH(). */
    /** Zero: what the best path says, the largest score of each column, one sequence. Else prefix beam search, at most
     * 4096: from column to column so many beginnings of sequences are kept, and up to so many sequences are found.
     * Memory is in proportion to this times the columns, time at worst to its square times columns and classes. */
    size_t beam_width;
    /** 1: scores are logits, as of a network that ends in neither softmax nor sigmoid. Zero: probabilities, of which
     * each column's are divided by their sum. */
    int32_t from_logits;
    int32_t reserved; /**< Zero. */
} digitnet_ctc_options;

/**
 * Decodes columns of scores, as digitnet_model_predict() and digitnet_session_run() give them.
 *
 * Works on the calling thread. Safe from any thread.
 *
 * @param out      receives the sequences, the caller's to release with digitnet_ctc_decoding_free(); NULL after a
 *                 failure
 * @param scores   columns x classes scores, column after column; the last class is the blank
 * @param columns  how many columns there are
 * @param classes  how many scores each has: 2 or more
 * @param options  NULL is all defaults
 * @retval DIGITNET_OK        the scores are decoded; there is at least one sequence, which may be empty
 * @retval DIGITNET_EINVAL    `out` or `scores` is NULL, `columns` is zero, `classes` is below 2, a score is not finite,
 *                            a probability is negative, a column has none above 0, `beam_width` is above 4096, a
 *                            flag is neither 0 nor 1, or
 *                            `struct_size` is wrong
 * @retval DIGITNET_ENOMEM    there is not enough memory
 * @retval DIGITNET_EVERSION  `options` sets a field that this version does not know
 */
DIGITNET_API DIGITNET_WARN_UNUSED digitnet_status digitnet_ctc_decode(digitnet_ctc_decoding **out, const float *scores,
                                                                      size_t columns, size_t classes,
                                                                      const digitnet_ctc_options *options);
/**
 * Says how many sequences were found.
 *
 * Safe from any thread.
 *
 * @param decoding  the sequences
 * @return their number; 0 for NULL
 */
DIGITNET_API size_t digitnet_ctc_decoding_count(const digitnet_ctc_decoding *decoding);

/** One of the sequences. The arrays belong to the decoding, and have `count` values each. */
typedef struct digitnet_ctc_sequence {
    size_t struct_size;    /**< Set by DIGITNET_INIT(). */
    size_t count;          /**< How many labels there are; 0 for an empty sequence. */
    const int32_t *labels; /**< The labels, from 0 to below the blank. */
    /** For each label the first column that says it, on the most probable of the paths that say this sequence. */
    const size_t *first_columns;
    const size_t *end_columns; /**< The column behind the last one that does. */
    size_t reserved;           /**< Zero. */
    /** The natural logarithm of the sequence's probability, over all paths. Those of different sequences of the same
     * columns may be compared; those of longer lines are smaller. */
    double log_probability;
} digitnet_ctc_sequence;

/**
 * Gives one of the sequences.
 *
 * Safe from any thread.
 *
 * @param out       made with DIGITNET_INIT(), is filled in; untouched after a failure
 * @param decoding  the sequences
 * @param index     which, from 0, the most probable
 * @retval DIGITNET_OK         `out` is filled in
 * @retval DIGITNET_EINVAL     a pointer is NULL, or `struct_size` is wrong
 * @retval DIGITNET_ENOTFOUND  there is no such sequence
 */
DIGITNET_API DIGITNET_WARN_UNUSED digitnet_status digitnet_ctc_decoding_describe(digitnet_ctc_sequence *out,
                                                                                 const digitnet_ctc_decoding *decoding,
                                                                                 size_t index);
/**
 * Releases what was decoded.
 *
 * Must not be concurrent with any use of it.
 *
 * @param decoding  NULL is fine
 */
DIGITNET_API void digitnet_ctc_decoding_free(digitnet_ctc_decoding *decoding);

DIGITNET_END_DECLARATIONS
#endif
