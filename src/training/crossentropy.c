/* Cross-entropies and their focal forms (Lin et al. 2017), from logits: what softmax and sigmoid would lose in
 * rounding and overflow is not computed. */
#include "training/losses.h"

#include <math.h>

/* A row's target at k: a label is a one among zeros, and of a network with one output that output's target. */
static double target_of(const digitnet__loss_rows *rows, size_t row, size_t k) {
    if (rows->targets)
        return (double)rows->targets[row * rows->columns + k];
    return rows->columns == 1 ? (double)rows->labels[row] : (double)((size_t)rows->labels[row] == k);
}

/* Label smoothing (Szegedy et al. 2016) mixes each target with that of knowing nothing. */
static double smoothed(double target, double unknown, const digitnet__loss_settings *settings) {
    return target * (1 - settings->label_smoothing) + unknown * settings->label_smoothing;
}

/* A row of logits z and what softmax makes of them: p_k = exp(z_k - largest) / sum. */
typedef struct softmax_row {
    const float *z;
    size_t predicted;
    double largest, sum, log_sum;
} softmax_row;

/* exp(z_k - largest) is between 0 and 1, so that no sum overflows. 0 * z_k is NaN where a logit is not finite, which
 * exp(-inf) would hide. */
static softmax_row begin_row(const digitnet__loss_rows *rows, size_t row) {
    const float *z = rows->outputs + row * rows->columns;
    softmax_row begun = {.z = z, .predicted = digitnet__index_of_largest(z, rows->columns)};
    begun.largest = z[begun.predicted];
    for (size_t k = 0; k < rows->columns; k++)
        begun.sum += exp((double)z[k] - begun.largest) + 0 * (double)z[k];
    begun.log_sum = log(begun.sum);
    return begun;
}

static digitnet__score score_of(const digitnet__loss_rows *rows, size_t row, size_t predicted, double loss) {
    return (digitnet__score){.loss = (double)rows->weights[row] * loss,
                             .correct = predicted == digitnet__row_class(rows, row)};
}

/* For logits z and targets t: loss = sum_k t_k (log(sum_j exp z_j) - z_k), and its gradient by z_j,
 * (sum_k t_k) softmax(z)_j - t_j. */
void digitnet__categorical_crossentropy(digitnet__score *scores, float *gradient, const digitnet__loss_rows *rows,
                                        const digitnet__loss_settings *settings, float scale) {
    double unknown = 1 / (double)rows->columns;
    for (size_t row = 0; row < rows->rows; row++) {
        const softmax_row own = begin_row(rows, row);
        double loss = 0, total = 0;
        for (size_t k = 0; k < rows->columns; k++) {
            double t = smoothed(target_of(rows, row, k), unknown, settings);
            loss += t * (own.log_sum + own.largest - (double)own.z[k]);
            total += t;
        }
        scores[row] = score_of(rows, row, own.predicted, loss);
        for (size_t k = 0; gradient && k < rows->columns; k++) {
            double t = smoothed(target_of(rows, row, k), unknown, settings);
            double probability = exp((double)own.z[k] - own.largest) / own.sum;
            gradient[row * rows->columns + k] = (float)(total * probability - t) * (scale * rows->weights[row]);
        }
    }
}

/* A term of the focal loss, -alpha t (1 - p)^gamma log(p), from log(p). */
static double focal_term(double t, double log_p, const digitnet__loss_settings *settings) {
    return -settings->alpha * t * pow(-expm1(log_p), settings->gamma) * log_p;
}

/* p times the term's derivative by p: alpha t (1 - p)^gamma (gamma p log(p) / (1 - p) - 1), where log(p) / (1 - p) is
 * -1 for p = 1. */
static double focal_slope(double t, double log_p, const digitnet__loss_settings *settings) {
    double q = -expm1(log_p), ratio = q > 0 ? log_p / q : -1;
    return settings->alpha * t * pow(q, settings->gamma) * (settings->gamma * exp(log_p) * ratio - 1);
}

static double log_probability(const softmax_row *row, size_t k) {
    return (double)row->z[k] - row->largest - row->log_sum;
}

/* With the slopes a_k = p_k dL/dp_k and dp_k/dz_j = p_k ([k = j] - p_j), the gradient by z_j is a_j - p_j sum_k a_k. */
void digitnet__categorical_focal_crossentropy(digitnet__score *scores, float *gradient, const digitnet__loss_rows *rows,
                                              const digitnet__loss_settings *settings, float scale) {
    double unknown = 1 / (double)rows->columns;
    for (size_t row = 0; row < rows->rows; row++) {
        const softmax_row own = begin_row(rows, row);
        double loss = 0, slopes = 0;
        for (size_t k = 0; k < rows->columns; k++) {
            double t = smoothed(target_of(rows, row, k), unknown, settings), log_p = log_probability(&own, k);
            loss += focal_term(t, log_p, settings);
            slopes += focal_slope(t, log_p, settings);
        }
        scores[row] = score_of(rows, row, own.predicted, loss);
        for (size_t k = 0; gradient && k < rows->columns; k++) {
            double t = smoothed(target_of(rows, row, k), unknown, settings), log_p = log_probability(&own, k);
            double slope = focal_slope(t, log_p, settings) - exp(log_p) * slopes;
            gradient[row * rows->columns + k] = (float)slope * (scale * rows->weights[row]);
        }
    }
}

/* One output of a binary cross-entropy, and its derivative by the logit. */
typedef struct binary_term {
    double loss, slope;
} binary_term;

/* For logit z and target t, loss = max(z, 0) - z t + log(1 + exp(-|z|)), and its derivative sigmoid(z) - t. */
static binary_term plain_term(double z, double t) {
    double e = exp(-fabs(z));
    double probability = z >= 0 ? 1 / (1 + e) : e / (1 + e);
    return (binary_term){.loss = (z > 0 ? z : 0) - z * t + log1p(e), .slope = probability - t};
}

/* Times r^gamma for r = t (1 - p) + (1 - t) p, and with class balancing times t alpha + (1 - t) (1 - alpha). As
 * dr/dz = (1 - 2 t) p (1 - p), and p (1 - p) <= r, nothing overflows where r is small. */
static binary_term focal_binary_term(double z, double t, const digitnet__loss_settings *settings) {
    binary_term plain = plain_term(z, t);
    double e = exp(-fabs(z)), larger = 1 / (1 + e), smaller = e / (1 + e);
    double p = z >= 0 ? larger : smaller, q = z >= 0 ? smaller : larger;
    double r = t * q + (1 - t) * p, factor = pow(r, settings->gamma);
    double balance = settings->class_balancing ? t * settings->alpha + (1 - t) * (1 - settings->alpha) : 1;
    double slope = r > 0 ? settings->gamma * (1 - 2 * t) * (p * q / r) * plain.loss : 0;
    return (binary_term){.loss = balance * factor * plain.loss, .slope = balance * factor * (slope + plain.slope)};
}

/* The mean over the outputs. Right is a row with all outputs on their target's side of 1/2. */
static void run_binary(digitnet__score *scores, float *gradient, const digitnet__loss_rows *rows,
                       const digitnet__loss_settings *settings, float scale, bool focal) {
    double columns = (double)rows->columns;
    for (size_t row = 0; row < rows->rows; row++) {
        digitnet__score score = {.correct = true};
        for (size_t k = 0; k < rows->columns; k++) {
            double z = rows->outputs[row * rows->columns + k], target = target_of(rows, row, k);
            double t = smoothed(target, 0.5, settings);
            binary_term term = focal ? focal_binary_term(z, t, settings) : plain_term(z, t);
            score.loss += term.loss;
            score.correct = score.correct && (z > 0) == (target > 0.5);
            if (gradient)
                gradient[row * rows->columns + k] = (float)(term.slope / columns) * (scale * rows->weights[row]);
        }
        score.loss *= (double)rows->weights[row] / columns;
        scores[row] = score;
    }
}

void digitnet__binary_crossentropy(digitnet__score *scores, float *gradient, const digitnet__loss_rows *rows,
                                   const digitnet__loss_settings *settings, float scale) {
    run_binary(scores, gradient, rows, settings, scale, false);
}

void digitnet__binary_focal_crossentropy(digitnet__score *scores, float *gradient, const digitnet__loss_rows *rows,
                                         const digitnet__loss_settings *settings, float scale) {
    run_binary(scores, gradient, rows, settings, scale, true);
}
