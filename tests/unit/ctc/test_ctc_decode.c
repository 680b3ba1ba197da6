/* Decoding against all paths of a few columns, and what it refuses. */
#include "ctc/beam.h"
#include "ctc/probability.h"
#include "support.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { COLUMNS = 5, CLASSES = 3, SCORES = COLUMNS * CLASSES, PATHS = 243, BLANK = CLASSES - 1 };

/* ---- All paths ---- */

/* A sequence with the probability of all its paths, and the most probable of these. */
typedef struct expected_sequence {
    int32_t labels[COLUMNS];
    size_t count, best[COLUMNS];
    double probability, best_probability;
} expected_sequence;

static double softmax_of(const float *column, size_t class_index) {
    double sum = 0;
    for (size_t k = 0; k < CLASSES; k++)
        sum += exp((double)column[k]);
    return exp((double)column[class_index]) / sum;
}

static size_t read_path(int32_t *labels, const size_t *path) {
    size_t count = 0;
    for (size_t t = 0; t < COLUMNS; t++)
        if (path[t] != BLANK && (t == 0 || path[t] != path[t - 1]))
            labels[count++] = (int32_t)path[t];
    return count;
}

static expected_sequence *find(expected_sequence *all, size_t *count, const int32_t *labels, size_t label_count) {
    for (size_t i = 0; i < *count; i++)
        if (all[i].count == label_count && memcmp(all[i].labels, labels, label_count * sizeof *labels) == 0)
            return &all[i];
    all[*count] = (expected_sequence){.count = label_count};
    memcpy(all[*count].labels, labels, label_count * sizeof *labels);
    return &all[(*count)++];
}

static void add_path(expected_sequence *all, size_t *count, const float *scores, const size_t *path) {
    int32_t labels[COLUMNS];
    double probability = 1;
    for (size_t t = 0; t < COLUMNS; t++)
        probability *= softmax_of(scores + t * CLASSES, path[t]);
    expected_sequence *own = find(all, count, labels, read_path(labels, path));
    own->probability += probability;
    if (probability > own->best_probability) {
        own->best_probability = probability;
        memcpy(own->best, path, sizeof own->best);
    }
}

/* Falling. */
static int compare(const void *a, const void *b) {
    double left = ((const expected_sequence *)a)->probability, right = ((const expected_sequence *)b)->probability;
    return (left < right) - (left > right);
}

/* Every sequence that five columns can say, the most probable first. */
static size_t find_all(expected_sequence *all, const float *scores) {
    size_t count = 0;
    for (size_t number = 0; number < PATHS; number++) {
        size_t path[COLUMNS], rest = number;
        for (size_t t = 0; t < COLUMNS; t++, rest /= CLASSES)
            path[t] = rest % CLASSES;
        add_path(all, &count, scores, path);
    }
    qsort(all, count, sizeof *all, compare);
    return count;
}

static void check_columns(const digitnet_ctc_sequence *actual, const expected_sequence *expected) {
    size_t label = SIZE_MAX;
    for (size_t t = 0; t < COLUMNS; t++) {
        if (expected->best[t] == BLANK)
            continue;
        bool begins = t == 0 || expected->best[t] != expected->best[t - 1];
        label += begins;
        assert_true(actual->first_columns[label] <= t && t < actual->end_columns[label]);
        if (begins)
            assert_int_equal(actual->first_columns[label], t);
        if (t + 1 == COLUMNS || expected->best[t + 1] != expected->best[t])
            assert_int_equal(actual->end_columns[label], t + 1);
    }
    assert_int_equal(label + 1, actual->count);
}

static digitnet_ctc_sequence describe(const digitnet_ctc_decoding *decoding, size_t index) {
    digitnet_ctc_sequence sequence = DIGITNET_INIT(digitnet_ctc_sequence);
    expect_ok(digitnet_ctc_decoding_describe(&sequence, decoding, index));
    return sequence;
}

/* With room for all beginnings, the search finds every sequence, in order, with its whole probability. */
static void test_all_sequences(void **state) {
    (void)state;
    for (uint64_t seed = 0; seed < 20; seed++) {
        float scores[SCORES];
        expected_sequence all[PATHS];
        digitnet_ctc_decoding *decoding;
        fill_noise(scores, SCORES, seed);
        size_t count = find_all(all, scores);
        expect_ok(digitnet_ctc_decode(&decoding, scores, COLUMNS, CLASSES,
                                      DIGITNET_WITH(digitnet_ctc_options, .beam_width = PATHS, .from_logits = 1)));
        assert_int_equal(digitnet_ctc_decoding_count(decoding), count);
        for (size_t i = 0; i < count; i++) {
            digitnet_ctc_sequence actual = describe(decoding, i);
            assert_int_equal(actual.count, all[i].count);
            assert_memory_equal(actual.labels, all[i].labels, all[i].count * sizeof *actual.labels);
            assert_true(fabs(actual.log_probability - log(all[i].probability)) <= 1e-12);
            check_columns(&actual, &all[i]);
        }
        digitnet_ctc_decoding_free(decoding);
    }
}

/* Without a search. */
static void test_one_label(void **state) {
    (void)state;
    for (uint64_t seed = 0; seed < 20; seed++) {
        float scores[SCORES], probabilities[SCORES];
        expected_sequence all[PATHS];
        size_t found = 0;
        fill_noise(scores, SCORES, seed);
        for (size_t i = 0; i < SCORES; i++)
            probabilities[i] = (float)softmax_of(scores + i / CLASSES * CLASSES, i % CLASSES);
        size_t count = find_all(all, scores);
        for (size_t i = 0; i < count; i++) {
            if (all[i].count != 1)
                continue;
            double actual = digitnet__ctc_label_probability(probabilities, COLUMNS, CLASSES, (size_t)all[i].labels[0]);
            assert_float_equal(actual, all[i].probability, 1e-6);
            found++;
        }
        assert_int_equal(found, BLANK);
        assert_float_equal(digitnet__ctc_label_probability(probabilities, 0, CLASSES, 0), 0.0, 0.0);
    }
}

/* The search itself puts them in order, by sums along the way. */
static void test_order_of_the_search(void **state) {
    (void)state;
    for (uint64_t seed = 0; seed < 20; seed++) {
        float scores[SCORES];
        double log_probabilities[SCORES];
        expected_sequence all[PATHS];
        digitnet__ctc_search search;
        fill_noise(scores, SCORES, seed);
        digitnet__ctc_log_softmax(log_probabilities, scores, COLUMNS, CLASSES);
        size_t count = find_all(all, scores);
        expect_ok(
            digitnet__ctc_search_run(&search, &(digitnet__ctc_columns){log_probabilities, COLUMNS, CLASSES}, PATHS));
        assert_int_equal(search.beam_count, count);
        for (size_t i = 0; i < count; i++) {
            int32_t labels[COLUMNS];
            assert_int_equal(digitnet__ctc_search_length(&search, i), all[i].count);
            digitnet__ctc_search_labels(labels, &search, i);
            assert_memory_equal(labels, all[i].labels, all[i].count * sizeof *labels);
        }
        digitnet__ctc_search_release(&search);
    }
}

static bool is_among(const expected_sequence *all, size_t count, const digitnet_ctc_sequence *one) {
    for (size_t i = 0; i < count; i++)
        if (all[i].count == one->count && memcmp(all[i].labels, one->labels, one->count * sizeof *one->labels) == 0)
            return fabs(one->log_probability - log(all[i].probability)) <= 1e-12;
    return false;
}

/* A narrow beam finds fewer, each once, with its whole probability all the same. */
static void test_narrow_beams(void **state) {
    (void)state;
    size_t missed = 0;
    for (uint64_t seed = 0; seed < 20; seed++) {
        for (size_t width = 1; width <= 8; width++) {
            float scores[SCORES];
            expected_sequence all[PATHS];
            digitnet_ctc_decoding *decoding;
            fill_noise(scores, SCORES, seed);
            size_t count = find_all(all, scores);
            expect_ok(digitnet_ctc_decode(&decoding, scores, COLUMNS, CLASSES,
                                          DIGITNET_WITH(digitnet_ctc_options, .beam_width = width, .from_logits = 1)));
            assert_int_equal(digitnet_ctc_decoding_count(decoding), width);
            for (size_t i = 0; i < width; i++) {
                digitnet_ctc_sequence one = describe(decoding, i);
                assert_true(is_among(all, count, &one));
                assert_true(i == 0 || one.log_probability < describe(decoding, i - 1).log_probability);
            }
            double best = describe(decoding, 0).log_probability;
            missed += width == 8 && !(fabs(best - log(all[0].probability)) <= 1e-12);
            digitnet_ctc_decoding_free(decoding);
        }
    }
    assert_int_equal(missed, 0);
}

/* ---- Lines ---- */

/* Scores of a path, a digit a column, '-' for the blank. */
static void draw_path(float *scores, size_t classes, const char *path) {
    for (size_t t = 0; path[t]; t++)
        for (size_t k = 0; k < classes; k++)
            scores[t * classes + k] = k == (path[t] == '-' ? classes - 1 : (size_t)(path[t] - '0')) ? 0.9f : 0.01f;
}

static void check_line(const char *path, const char *labels, const char *first, const char *end, size_t beam_width) {
    float scores[16 * 11];
    digitnet_ctc_decoding *decoding;
    draw_path(scores, 11, path);
    expect_ok(digitnet_ctc_decode(&decoding, scores, strlen(path), 11,
                                  DIGITNET_WITH(digitnet_ctc_options, .beam_width = beam_width)));
    digitnet_ctc_sequence line = describe(decoding, 0);
    assert_int_equal(line.count, strlen(labels));
    for (size_t i = 0; i < line.count; i++) {
        assert_int_equal(line.labels[i], labels[i] - '0');
        assert_int_equal(line.first_columns[i], first[i] - '0');
        assert_int_equal(line.end_columns[i], end[i] - '0');
    }
    assert_true(line.log_probability < 0 && line.log_probability > -3);
    digitnet_ctc_decoding_free(decoding);
}

static void test_lines(void **state) {
    (void)state;
    for (size_t beam_width = 0; beam_width <= 4; beam_width += 2) {
        check_line("----", "", "", "", beam_width);
        check_line("7", "7", "0", "1", beam_width);
        check_line("-11-1--90", "1190", "1478", "3589", beam_width);
        check_line("222333", "23", "03", "36", beam_width);
    }
}

/* Neither column says the label by itself, but most paths do. */
static void test_sum_of_paths_beats_the_best(void **state) {
    (void)state;
    static const float scores[] = {0.4f, 0.6f, 0.4f, 0.6f};
    digitnet_ctc_decoding *decoding;
    expect_ok(digitnet_ctc_decode(&decoding, scores, 2, 2, NULL));
    assert_int_equal(digitnet_ctc_decoding_count(decoding), 1);
    assert_int_equal(describe(decoding, 0).count, 0);
    assert_true(fabs(exp(describe(decoding, 0).log_probability) - 0.36) <= 1e-7);
    digitnet_ctc_decoding_free(decoding);
    expect_ok(digitnet_ctc_decode(&decoding, scores, 2, 2, DIGITNET_WITH(digitnet_ctc_options, .beam_width = 9)));
    assert_int_equal(digitnet_ctc_decoding_count(decoding), 2);
    assert_int_equal(describe(decoding, 0).count, 1);
    assert_true(fabs(exp(describe(decoding, 0).log_probability) - 0.64) <= 1e-7);
    digitnet_ctc_decoding_free(decoding);
}

/* Probabilities of 0 rule sequences out; a column's sum need not be 1. */
static void test_probabilities_of_zero(void **state) {
    (void)state;
    static const float scores[] = {0, 0, 3, 0, 2, 0, 1, 0, 3};
    for (size_t beam_width = 0; beam_width <= 100; beam_width += 50) {
        digitnet_ctc_decoding *decoding;
        expect_ok(digitnet_ctc_decode(&decoding, scores, 3, 3,
                                      DIGITNET_WITH(digitnet_ctc_options, .beam_width = beam_width)));
        assert_int_equal(digitnet_ctc_decoding_count(decoding), beam_width ? 2 : 1);
        digitnet_ctc_sequence best = describe(decoding, 0);
        assert_int_equal(best.count, 1);
        assert_int_equal(best.labels[0], 1);
        assert_true(fabs(exp(best.log_probability) - 0.75) <= 1e-12);
        digitnet_ctc_decoding_free(decoding);
    }
}

/* Logits as large as floats are, where all but one class has a probability of 0. */
static void test_large_logits(void **state) {
    (void)state;
    float scores[SCORES];
    digitnet_ctc_decoding *decoding;
    for (size_t i = 0; i < SCORES; i++)
        scores[i] = 1e38f * noise(4, i);
    expect_ok(digitnet_ctc_decode(&decoding, scores, COLUMNS, CLASSES,
                                  DIGITNET_WITH(digitnet_ctc_options, .beam_width = 10, .from_logits = 1)));
    for (size_t i = 0; i < digitnet_ctc_decoding_count(decoding); i++)
        assert_true(isfinite(describe(decoding, i).log_probability));
    digitnet_ctc_decoding_free(decoding);
}

/* A long line: a wider beam finds nothing that is less probable. */
static void test_long_line(void **state) {
    (void)state;
    enum { LONG = 150, LETTERS = 11 };
    static float scores[LONG * LETTERS];
    double before = -INFINITY;
    fill_noise(scores, LONG * LETTERS, 6);
    for (size_t i = 0; i < LONG * LETTERS; i++)
        scores[i] *= 20;
    static const size_t widths[] = {0, 4, 32};
    for (size_t i = 0; i < 3; i++) {
        digitnet_ctc_decoding *decoding;
        expect_ok(digitnet_ctc_decode(&decoding, scores, LONG, LETTERS,
                                      DIGITNET_WITH(digitnet_ctc_options, .beam_width = widths[i], .from_logits = 1)));
        digitnet_ctc_sequence best = describe(decoding, 0);
        assert_true(best.log_probability >= before);
        before = best.log_probability;
        for (size_t k = 0; k < best.count; k++) {
            assert_in_range(best.labels[k], 0, LETTERS - 2);
            assert_true(best.first_columns[k] < best.end_columns[k] && best.end_columns[k] <= LONG);
            assert_true(k == 0 || best.first_columns[k] >= best.end_columns[k - 1]);
        }
        digitnet_ctc_decoding_free(decoding);
    }
}

/* Columns of which each says a label or a blank alike: as many paths say it once as it has places to begin and end. */
static void check_even_columns(size_t columns) {
    float *scores = calloc(columns, 2 * sizeof *scores);
    digitnet_ctc_decoding *decoding;
    assert_non_null(scores);
    expect_ok(
        digitnet_ctc_decode(&decoding, scores, columns, 2, DIGITNET_WITH(digitnet_ctc_options, .from_logits = 1)));
    digitnet_ctc_sequence found = describe(decoding, 0);
    double paths = (double)columns * (double)(columns + 1) / 2.0;
    assert_int_equal(found.count, 1);
    assert_true(fabs(found.log_probability - (log(paths) - (double)columns * log(2.0))) < 1e-9);
    digitnet_ctc_decoding_free(decoding);
    free(scores);
}

/* Also where the probability is smaller than a double can be. */
static void test_improbable_sequences(void **state) {
    (void)state;
    check_even_columns(1);
    check_even_columns(600);
    check_even_columns(900);
    check_even_columns(3000);
}

/* ---- What is refused ---- */

static void expect_refused(const float *scores, size_t columns, size_t classes, const digitnet_ctc_options *options,
                           digitnet_status status, const char *message) {
    digitnet_ctc_decoding *decoding = (digitnet_ctc_decoding *)(void *)&decoding;
    expect_failure(digitnet_ctc_decode(&decoding, scores, columns, classes, options), status, message);
    assert_null(decoding);
}

static void test_bad_scores(void **state) {
    (void)state;
    const digitnet_ctc_options *logits = DIGITNET_WITH(digitnet_ctc_options, .from_logits = 1);
    float scores[] = {0.5f, 0.5f, 0.25f, 0.75f};
    expect_refused(scores, 4, 2, DIGITNET_WITH(digitnet_ctc_options, .beam_width = 4097), DIGITNET_EINVAL,
                   "beam width is 4097");
    expect_refused(scores, 0, 2, NULL, DIGITNET_EINVAL, "0 columns of 2 classes");
    expect_refused(scores, 4, 1, NULL, DIGITNET_EINVAL, "4 columns of 1 classes");
    expect_refused(scores, SIZE_MAX, 2, NULL, DIGITNET_ENOMEM, "cannot allocate");
    expect_refused(scores, 2, SIZE_MAX, NULL, DIGITNET_ENOMEM, "cannot allocate");
    scores[3] = -0.5f;
    expect_refused(scores, 2, 2, NULL, DIGITNET_EINVAL, "column 1, class 1, is -0.5; it must be a probability");
    scores[3] = INFINITY;
    expect_refused(scores, 2, 2, NULL, DIGITNET_EINVAL, "is inf");
    expect_refused(scores, 2, 2, logits, DIGITNET_EINVAL, "is inf; it must be finite");
    scores[3] = NAN;
    expect_refused(scores, 2, 2, logits, DIGITNET_EINVAL, "is nan");
    scores[2] = scores[3] = 0;
    expect_refused(scores, 2, 2, NULL, DIGITNET_EINVAL, "column 1 has no probability above 0");
}

static void test_sequences_that_are_not_there(void **state) {
    (void)state;
    static const float scores[] = {0.4f, 0.6f};
    digitnet_ctc_decoding *decoding;
    digitnet_ctc_sequence sequence = DIGITNET_INIT(digitnet_ctc_sequence);
    expect_ok(digitnet_ctc_decode(&decoding, scores, 1, 2, NULL));
    expect_failure(digitnet_ctc_decoding_describe(&sequence, decoding, 1), DIGITNET_ENOTFOUND,
                   "there is no sequence 1, of 1");
    digitnet_ctc_decoding_free(decoding);
    assert_int_equal(digitnet_ctc_decoding_count(NULL), 0);
}

/* Each allocation that fails is reported, and nothing is lost. */
static void test_failing_allocations(void **state) {
    (void)state;
    float scores[SCORES];
    allocation_counts counts;
    fill_noise(scores, SCORES, 1);
    begin_counting(&counts);
    for (size_t beam_width = 0; beam_width <= 5; beam_width += 5) {
        const digitnet_ctc_options *options =
            DIGITNET_WITH(digitnet_ctc_options, .beam_width = beam_width, .from_logits = 1);
        digitnet_ctc_decoding *decoding = NULL;
        size_t failures = 0;
        for (digitnet_status status = DIGITNET_ENOMEM; status != DIGITNET_OK;) {
            counts.allocations = 0;
            counts.fail_at = failures + 1;
            status = digitnet_ctc_decode(&decoding, scores, COLUMNS, CLASSES, options);
            assert_true(status == DIGITNET_OK || (status == DIGITNET_ENOMEM && !decoding && counts.live == 0));
            failures += status != DIGITNET_OK;
        }
        assert_int_equal(failures, beam_width ? 5 : 4);
        counts.fail_at = 0;
        digitnet_ctc_decoding_free(decoding);
    }
    end_counting(&counts);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_all_sequences),
        cmocka_unit_test(test_one_label),
        cmocka_unit_test(test_order_of_the_search),
        cmocka_unit_test(test_narrow_beams),
        cmocka_unit_test(test_lines),
        cmocka_unit_test(test_sum_of_paths_beats_the_best),
        cmocka_unit_test(test_probabilities_of_zero),
        cmocka_unit_test(test_large_logits),
        cmocka_unit_test(test_long_line),
        cmocka_unit_test(test_improbable_sequences),
        cmocka_unit_test(test_bad_scores),
        cmocka_unit_test(test_sequences_that_are_not_there),
        cmocka_unit_test(test_failing_allocations),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
