#include "image/paper.h"

#include <math.h>
#include <stdbool.h>
#include <string.h>

enum {
    SAMPLES_PER_SIDE = 64, /* the fit looks at a grid of at most this many pixels a side */
    BORDER_PARTS = 32,     /* the border is this part of each side, rounded up */
    PLANE_TERMS = 3,
    PASSES = 8,
    HISTOGRAM_BINS = 2048,
    BINS_PER_LEVEL = 4
};

/* Residuals below this many grey levels are as good as none. */
#define SMALLEST_SCALE 2.0

/* A quarter of normally distributed residuals is smaller than this many standard deviations. The quarter, not the usual
 * half: a digit that fills its picture can be nearly half of it. */
#define QUARTER_DEVIATION 0.3186

/* Where Tukey's biweight becomes zero, in standard deviations: 95% efficient on normal noise. Huber and Ronchetti,
 * "Robust Statistics", 2nd edition, section 4.8. */
#define BIWEIGHT_CUTOFF 4.685

/* The pixels that the fit looks at. */
typedef struct sampling {
    const float *pixels;
    size_t column_step, row_step;
    bool border_only;
} sampling;

/* The weight of a sample, from its residual and the scale of residuals. */
typedef double (*weight_fn)(double residual, double scale);

/* Least absolute deviations as reweighted least squares. */
static double absolute_weight(double residual, double scale) {
    return 1.0 / fmax(fabs(residual), scale);
}

static double biweight(double residual, double scale) {
    double ratio = residual / (BIWEIGHT_CUTOFF * scale);
    double rest = 1.0 - ratio * ratio;
    return rest > 0.0 ? rest * rest : 0.0;
}

static bool in_border(const digitnet__paper *paper, size_t column, size_t row) {
    size_t across = (paper->width - 1) / BORDER_PARTS + 1, down = (paper->height - 1) / BORDER_PARTS + 1;
    return column < across || row < down || column + across >= paper->width || row + down >= paper->height;
}

static void basis(double values[DNN_PAPER_TERMS], const digitnet__paper *paper, size_t column, size_t row) {
    double x = (2.0 * (double)column + 1.0) / (double)paper->width - 1.0;
    double y = (2.0 * (double)row + 1.0) / (double)paper->height - 1.0;
    values[0] = 1.0;
    values[1] = x;
    values[2] = y;
    values[3] = x * x;
    values[4] = x * y;
    values[5] = y * y;
}

static double surface(const digitnet__paper *paper, const double values[DNN_PAPER_TERMS]) {
    double sum = 0.0;
    for (size_t i = 0; i < DNN_PAPER_TERMS; i++)
        sum += paper->terms[i] * values[i];
    return sum;
}

/* Solves the normal equations by elimination. They are positive definite, since the caller adds a little to their
 * diagonal. */
static void solve(double solution[DNN_PAPER_TERMS], double matrix[DNN_PAPER_TERMS][DNN_PAPER_TERMS + 1], size_t terms) {
    for (size_t pivot = 0; pivot < terms; pivot++) {
        for (size_t row = pivot + 1; row < terms; row++) {
            double factor = matrix[row][pivot] / matrix[pivot][pivot];
            for (size_t column = pivot; column <= terms; column++)
                matrix[row][column] -= factor * matrix[pivot][column];
        }
    }
    for (size_t row = terms; row-- > 0;) {
        double rest = matrix[row][terms];
        for (size_t column = row + 1; column < terms; column++)
            rest -= matrix[row][column] * solution[column];
        solution[row] = rest / matrix[row][row];
    }
}

/* One weighted least-squares fit of the first `terms` terms; keeps the surface where every weight is zero. */
static void refit(digitnet__paper *paper, const sampling *samples, size_t terms, weight_fn weight, double scale) {
    double matrix[DNN_PAPER_TERMS][DNN_PAPER_TERMS + 1];
    memset(matrix, 0, sizeof matrix);
    for (size_t row = 0; row < paper->height; row += samples->row_step) {
        for (size_t column = 0; column < paper->width; column += samples->column_step) {
            if (samples->border_only && !in_border(paper, column, row))
                continue;
            double values[DNN_PAPER_TERMS];
            basis(values, paper, column, row);
            double grey = samples->pixels[row * paper->width + column];
            double w = weight(grey - surface(paper, values), scale);
            for (size_t i = 0; i < terms; i++) {
                for (size_t j = 0; j < terms; j++)
                    matrix[i][j] += w * values[i] * values[j];
                matrix[i][terms] += w * values[i] * grey;
            }
        }
    }
    if (matrix[0][0] <= 0.0)
        return;
    /* A picture of one row or column, or ink over a whole side, leaves terms undetermined: prefer them small. */
    for (size_t i = 1; i < terms; i++)
        matrix[i][i] += 1e-6 * matrix[0][0];
    solve(paper->terms, matrix, terms);
}

/* The standard deviation of the samples around the surface, from the smallest quarter of their absolute residuals. */
static double deviation(const digitnet__paper *paper, const sampling *samples) {
    size_t histogram[HISTOGRAM_BINS] = {0}, count = 0, below = 0, bin = 0;
    for (size_t row = 0; row < paper->height; row += samples->row_step) {
        for (size_t column = 0; column < paper->width; column += samples->column_step) {
            if (samples->border_only && !in_border(paper, column, row))
                continue;
            double values[DNN_PAPER_TERMS];
            basis(values, paper, column, row);
            double residual = fabs(samples->pixels[row * paper->width + column] - surface(paper, values));
            histogram[(size_t)fmin(residual * BINS_PER_LEVEL, HISTOGRAM_BINS - 1)]++;
            count++;
        }
    }
    while (4 * (below += histogram[bin]) < count)
        bin++;
    return (double)bin / BINS_PER_LEVEL / QUARTER_DEVIATION;
}

void digitnet__paper_fit(digitnet__paper *paper, const float *pixels, size_t width, size_t height) {
    sampling border = {pixels, 1 + (width - 1) / SAMPLES_PER_SIDE, 1 + (height - 1) / SAMPLES_PER_SIDE, true};
    sampling all = border;
    all.border_only = false;
    *paper = (digitnet__paper){.width = width, .height = height};
    for (int pass = 0; pass < PASSES; pass++)
        refit(paper, &border, PLANE_TERMS, absolute_weight, pass ? 1.0 : 256.0);
    for (int pass = 0; pass < PASSES; pass++)
        refit(paper, &all, DNN_PAPER_TERMS, biweight, fmax(deviation(paper, &border), SMALLEST_SCALE));
    paper->noise = deviation(paper, &all);
}

void digitnet__paper_row(float *brightness, const digitnet__paper *paper, size_t row) {
    double values[DNN_PAPER_TERMS];
    basis(values, paper, 0, row);
    double y = values[2], step = 2.0 / (double)paper->width;
    double constant = paper->terms[0] + y * (paper->terms[2] + y * paper->terms[5]);
    double linear = paper->terms[1] + y * paper->terms[4];
    for (size_t column = 0; column < paper->width; column++) {
        double x = values[1] + step * (double)column;
        double grey = constant + x * (linear + x * paper->terms[3]);
        brightness[column] = (float)(grey < 0.0 ? 0.0 : grey > 255.0 ? 255.0 : grey);
    }
}
