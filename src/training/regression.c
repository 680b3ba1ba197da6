/* Losses of the error between output and target: the mean over the outputs. */
#include "training/losses.h"

#include <math.h>

size_t digitnet__index_of_largest(const float *values, size_t count) {
    size_t largest = 0;
    for (size_t i = 1; i < count; i++)
        if (values[i] > values[largest])
            largest = i;
    return largest;
}

size_t digitnet__classes_of(size_t outputs) {
    return outputs == 1 ? 2 : outputs;
}

size_t digitnet__class_of_targets(const float *targets, size_t outputs) {
    return outputs == 1 ? targets[0] > 0.5f : digitnet__index_of_largest(targets, outputs);
}

size_t digitnet__row_class(const digitnet__loss_rows *rows, size_t row) {
    return rows->targets ? digitnet__class_of_targets(rows->targets + row * rows->columns, rows->columns)
                         : (size_t)rows->labels[row];
}

bool digitnet__row_is_correct(const digitnet__loss_rows *rows, size_t row) {
    const float *y = rows->outputs + row * rows->columns;
    if (rows->columns == 1) /* where any label above 0 is the second class */
        return (y[0] > 0.5f) == (rows->targets ? digitnet__row_class(rows, row) == 1 : rows->labels[row] > 0);
    return digitnet__index_of_largest(y, rows->columns) == digitnet__row_class(rows, row);
}

/* A function of the error of one output, and its derivative. */
typedef struct error_term {
    double loss, slope;
} error_term;

typedef error_term error_term_fn(double error, double delta);

static void run(digitnet__score *scores, float *gradient, const digitnet__loss_rows *rows,
                const digitnet__loss_settings *settings, float scale, error_term_fn *term_of) {
    double columns = (double)rows->columns;
    for (size_t row = 0; row < rows->rows; row++) {
        const float *y = rows->outputs + row * rows->columns, *t = rows->targets + row * rows->columns;
        double sum = 0;
        for (size_t k = 0; k < rows->columns; k++) {
            error_term term = term_of((double)y[k] - (double)t[k], settings->delta);
            sum += term.loss;
            if (gradient)
                gradient[row * rows->columns + k] = (float)(term.slope / columns) * (scale * rows->weights[row]);
        }
        scores[row] = (digitnet__score){.loss = (double)rows->weights[row] * sum / columns,
                                        .correct = digitnet__row_is_correct(rows, row)};
    }
}

static error_term squared(double error, double delta) {
    (void)delta;
    return (error_term){.loss = error * error, .slope = 2 * error};
}

void digitnet__mean_squared_error(digitnet__score *scores, float *gradient, const digitnet__loss_rows *rows,
                                  const digitnet__loss_settings *settings, float scale) {
    run(scores, gradient, rows, settings, scale, squared);
}

/* The derivative at 0 is taken as 0. */
static error_term absolute(double error, double delta) {
    (void)delta;
    return (error_term){.loss = fabs(error), .slope = (double)(error > 0) - (double)(error < 0)};
}

void digitnet__mean_absolute_error(digitnet__score *scores, float *gradient, const digitnet__loss_rows *rows,
                                   const digitnet__loss_settings *settings, float scale) {
    run(scores, gradient, rows, settings, scale, absolute);
}

/* Huber 1964: e^2 / 2 where |e| <= delta, and its tangent beyond. */
static error_term huber(double error, double delta) {
    if (fabs(error) <= delta)
        return (error_term){.loss = error * error / 2, .slope = error};
    return (error_term){.loss = delta * (fabs(error) - delta / 2), .slope = copysign(delta, error)};
}

void digitnet__huber(digitnet__score *scores, float *gradient, const digitnet__loss_rows *rows,
                     const digitnet__loss_settings *settings, float scale) {
    run(scores, gradient, rows, settings, scale, huber);
}
