#include "reader/second_opinion.h"

#include "core/memory.h"
#include "core/status.h"
#include "ctc/probability.h"
#include "image/frame_line.h"
#include "reader/line_scores.h"

#include <float.h>
#include <math.h>

/* All of these were chosen on drawn boxes, with digits that training holds out, and with letters. */

/* A digit has at least this support of the line. */
#define LEAST_SUPPORT 1e-3
/* How much more often than digits other things are read with even odds, and the least that odds count. */
#define OTHERS_AT_EVEN_ODDS 8.0
#define LEAST_ODDS 0.1
/* Where the line is so certain of one digit, a cell has no more. */
#define ONE_DIGIT 0.5

/* The line's probabilities that a cell has one certain digit and nothing else, and the highest of these. */
typedef struct opinion {
    double digits[DNN_DIGITS], certainty;
} opinion;

static opinion opinion_of(const float *columns, size_t count) {
    opinion line = {.certainty = 0.0};
    for (size_t digit = 0; digit < DNN_DIGITS; digit++) {
        line.digits[digit] = fmin(digitnet__ctc_label_probability(columns, count, DNN_LINE_CLASSES, digit), 1.0);
        line.certainty = fmax(line.certainty, line.digits[digit]);
    }
    return line;
}

/* The logarithmic opinion pool (Genest and Zidek, "Combining Probability Distributions", 1986), which is the geometric
 * mean, of which digit it is, if it is one: both opinions are of the same ink, and their product would be too sure. */
static void weigh_digits(digitnet__cell_scores *cell, const opinion *line) {
    double weighed[DNN_DIGITS], before = 0.0, after = 0.0;
    for (size_t digit = 0; digit < DNN_DIGITS; digit++) {
        double support = LEAST_SUPPORT + (1.0 - LEAST_SUPPORT) * line->digits[digit];
        weighed[digit] = sqrt((double)cell->values[digit] * support);
        before += (double)cell->values[digit];
        after += weighed[digit];
    }
    for (size_t digit = 0; after > 0.0 && digit < DNN_DIGITS; digit++)
        cell->values[digit] = (float)(weighed[digit] * before / after);
}

/* Bayes' rule for whether it is a digit at all: the network of lines has no class for what is none, but is rarely sure
 * of that. What it is not sure of may be a digit all the same. */
static void weigh_likeness(digitnet__cell_scores *cell, const opinion *line) {
    double odds = OTHERS_AT_EVEN_ODDS * (1.0 - line->certainty) / fmax(line->certainty, DBL_MIN);
    double none = (double)cell->values[DNN_DIGITS] * fmin(fmax(odds, LEAST_ODDS), 1.0), all = none;
    for (size_t digit = 0; digit < DNN_DIGITS; digit++)
        all += (double)cell->values[digit];
    for (size_t digit = 0; all > 0.0 && digit < DNN_DIGITS; digit++)
        cell->values[digit] = (float)((double)cell->values[digit] / all);
    cell->values[DNN_DIGITS] = (float)(all > 0.0 ? none / all : 0.0);
}

static void weigh(digitnet__cell_scores *cell, const opinion *line, size_t outputs) {
    if (cell->empty)
        return;
    weigh_digits(cell, line);
    if (outputs > DNN_DIGITS)
        weigh_likeness(cell, line);
    if (line->certainty >= ONE_DIGIT)
        cell->digits = 1;
}

static digitnet_status find_scores(digitnet__line_scores *scores, digitnet__line_place *place,
                                   const digitnet__read_call *call, digitnet__plane *line) {
    digitnet__plane strip;
    DNN_TRY(digitnet__line_find_place(place, line));
    DNN_TRY(digitnet__line_frame(&strip, line, place));
    digitnet_status status = digitnet__read_step(call, "line", &strip);
    if (!status)
        status = digitnet__line_scores_find(scores, call->scratch->line, &strip);
    digitnet__plane_release(&strip);
    return status;
}

/* `ends` are the columns of `line`, which is used up, in which cells end. */
static digitnet_status weigh_cells(digitnet__cell_scores *cells, const digitnet__read_call *call, digitnet__plane *line,
                                   const double *ends, size_t count) {
    digitnet__line_place place;
    digitnet__line_scores scores;
    DNN_TRY(find_scores(&scores, &place, call, line));
    size_t end = 0;
    for (size_t cell = 0; cell < count; cell++) {
        size_t first = end;
        while (end < scores.columns && digitnet__line_scores_x(&scores, &place, (double)end + 0.5) < ends[cell])
            end++;
        opinion own = opinion_of(scores.values + first * DNN_LINE_CLASSES, end - first);
        weigh(&cells[cell], &own, call->scratch->digit.outputs);
    }
    digitnet__line_scores_release(&scores);
    return DIGITNET_OK;
}

digitnet_status digitnet__second_opinion(digitnet__cell_scores *cells, const digitnet__read_call *call,
                                         const digitnet__comb_digits *found) {
    digitnet__message message = digitnet__message_keep();
    digitnet__plane line;
    size_t count = found->grid->columns;
    if (!call->scratch->line)
        return DIGITNET_OK;
    double *ends = digitnet__allocate_array(count, sizeof *ends);
    digitnet_status status = ends ? digitnet__comb_digits_line(&line, ends, found) : DIGITNET_ENOMEM;
    if (!status) {
        status = weigh_cells(cells, call, &line, ends, count);
        digitnet__plane_release(&line);
    }
    digitnet__release(ends);
    if (status == DIGITNET_ENOTFOUND || status == DIGITNET_ELIMIT) {
        digitnet__message_restore(&message);
        return DIGITNET_OK;
    }
    return status;
}
