#include "training/loss.h"

#include "core/status.h"
#include "layers/activations.h"

#include <math.h>

static size_t index_of_largest(const float *values, size_t count) {
    size_t largest = 0;
    for (size_t i = 1; i < count; i++)
        if (values[i] > values[largest])
            largest = i;
    return largest;
}

/* exp(z_k - largest) is between 0 and 1, so that no sum overflows. 0 * z_k is NaN where a logit is not finite, which
 * exp(-inf) would hide. */
static double sum_of_exponentials(const float *logits, size_t classes, float largest) {
    double sum = 0;
    for (size_t k = 0; k < classes; k++)
        sum += exp((double)logits[k] - (double)largest) + 0 * (double)logits[k];
    return sum;
}

/* Fused with the softmax: for logits z and label y, loss = log(sum_k exp z_k) - z_y, and its gradient by z_j,
 * softmax(z)_j - [j = y]. */
static void run_sparse_categorical(digitnet__score *scores, float *gradient, const digitnet__loss_rows *rows,
                                   float scale) {
    for (size_t row = 0; row < rows->rows; row++) {
        const float *z = rows->outputs + row * rows->columns;
        size_t label = (size_t)rows->labels[row];
        size_t predicted = index_of_largest(z, rows->columns);
        double largest = z[predicted], weight = rows->weights[row];
        double sum = sum_of_exponentials(z, rows->columns, z[predicted]);
        scores[row] =
            (digitnet__score){.loss = weight * (log(sum) + largest - (double)z[label]), .correct = predicted == label};
        for (size_t k = 0; gradient && k < rows->columns; k++) {
            double probability = exp((double)z[k] - largest) / sum;
            gradient[row * rows->columns + k] = (float)(probability - (k == label)) * (scale * rows->weights[row]);
        }
    }
}

/* Likewise for targets t: loss = sum_k t_k (log(sum_j exp z_j) - z_k), gradient (sum_k t_k) softmax(z)_j - t_j. */
static void run_categorical(digitnet__score *scores, float *gradient, const digitnet__loss_rows *rows, float scale) {
    for (size_t row = 0; row < rows->rows; row++) {
        const float *z = rows->outputs + row * rows->columns, *t = rows->targets + row * rows->columns;
        size_t predicted = index_of_largest(z, rows->columns);
        double largest = z[predicted], sum = sum_of_exponentials(z, rows->columns, z[predicted]);
        double loss = 0, total = 0;
        for (size_t k = 0; k < rows->columns; k++) {
            loss += (double)t[k] * (log(sum) + largest - (double)z[k]);
            total += (double)t[k];
        }
        scores[row] = (digitnet__score){.loss = (double)rows->weights[row] * loss,
                                        .correct = predicted == index_of_largest(t, rows->columns)};
        for (size_t k = 0; gradient && k < rows->columns; k++) {
            double probability = exp((double)z[k] - largest) / sum;
            gradient[row * rows->columns + k] =
                (float)(total * probability - (double)t[k]) * (scale * rows->weights[row]);
        }
    }
}

/* A row's target at k; of a network with one output the label serves as well. */
static double target_of(const digitnet__loss_rows *rows, size_t row, size_t k) {
    return rows->targets ? (double)rows->targets[row * rows->columns + k] : (double)rows->labels[row];
}

/* Fused with the sigmoid: for logit z and target t, loss = max(z, 0) - z t + log(1 + exp(-|z|)), and its gradient
 * sigmoid(z) - t; the mean over the outputs. Right is a row with all outputs on their target's side of 1/2. */
static void run_binary(digitnet__score *scores, float *gradient, const digitnet__loss_rows *rows, float scale) {
    double columns = (double)rows->columns;
    for (size_t row = 0; row < rows->rows; row++) {
        digitnet__score score = {.correct = true};
        for (size_t k = 0; k < rows->columns; k++) {
            double z = rows->outputs[row * rows->columns + k], t = target_of(rows, row, k);
            double e = exp(-fabs(z));
            score.loss += (z > 0 ? z : 0) - z * t + log1p(e);
            score.correct = score.correct && (z > 0) == (t > 0.5);
            if (gradient) {
                double probability = z >= 0 ? 1 / (1 + e) : e / (1 + e);
                gradient[row * rows->columns + k] = (float)((probability - t) / columns) * (scale * rows->weights[row]);
            }
        }
        score.loss *= (double)rows->weights[row] / columns;
        scores[row] = score;
    }
}

/* loss = the mean of (y - t)^2 over the outputs, gradient 2 (y - t) / outputs. Right is a row whose largest output is
 * its largest target's; of one output, one that is on its target's side of 1/2. */
static void run_mean_squared_error(digitnet__score *scores, float *gradient, const digitnet__loss_rows *rows,
                                   float scale) {
    double columns = (double)rows->columns;
    for (size_t row = 0; row < rows->rows; row++) {
        const float *y = rows->outputs + row * rows->columns, *t = rows->targets + row * rows->columns;
        double sum = 0;
        for (size_t k = 0; k < rows->columns; k++) {
            double error = (double)y[k] - (double)t[k];
            sum += error * error;
            if (gradient)
                gradient[row * rows->columns + k] = (float)(2 * error / columns) * (scale * rows->weights[row]);
        }
        bool correct = rows->columns > 1 ? index_of_largest(y, rows->columns) == index_of_largest(t, rows->columns)
                                         : (y[0] > 0.5f) == (t[0] > 0.5f);
        scores[row] = (digitnet__score){.loss = (double)rows->weights[row] * sum / columns, .correct = correct};
    }
}

static digitnet_status fail_end(const digitnet__graph *graph, const char *wanted) {
    const digitnet__layer *last = &graph->layers[graph->layer_count - 1];
    return digitnet__fail(DIGITNET_ESHAPE, "the loss requires %s; layer '%s' gives %s with activation %s", wanted,
                          last->name, digitnet__shape_text(last->output).text,
                          digitnet__activation_name(last->attributes.activation));
}

static digitnet_status check_classifier(const digitnet__graph *graph) {
    if (digitnet__graph_last_activation(graph) != DIGITNET_ACTIVATION_SOFTMAX)
        return fail_end(graph, "probabilities, a flat softmax at the end");
    if (digitnet__graph_output(graph).channels == 1) {
        return fail_end(graph, "a softmax over two classes or more, since one class cannot be learnt (for yes or no: a "
                               "sigmoid over one unit and binary cross-entropy)");
    }
    return DIGITNET_OK;
}

static digitnet_status check_sigmoid(const digitnet__graph *graph) {
    if (digitnet__graph_last_activation(graph) != DIGITNET_ACTIVATION_SIGMOID)
        return fail_end(graph, "probabilities, a flat sigmoid at the end");
    return DIGITNET_OK;
}

static digitnet_status check_flat(const digitnet__graph *graph) {
    return digitnet__graph_output(graph).flat ? DIGITNET_OK : fail_end(graph, "a flat output");
}

static const digitnet__loss_kind kinds[] = {
    {DIGITNET_LOSS_SPARSE_CATEGORICAL_CROSSENTROPY, "sparse_categorical_crossentropy", true, false,
     DIGITNET_ACTIVATION_SOFTMAX, check_classifier, run_sparse_categorical},
    {DIGITNET_LOSS_CATEGORICAL_CROSSENTROPY, "categorical_crossentropy", false, true, DIGITNET_ACTIVATION_SOFTMAX,
     check_classifier, run_categorical},
    {DIGITNET_LOSS_BINARY_CROSSENTROPY, "binary_crossentropy", true, true, DIGITNET_ACTIVATION_SIGMOID, check_sigmoid,
     run_binary},
    {DIGITNET_LOSS_MEAN_SQUARED_ERROR, "mean_squared_error", false, true, DIGITNET_ACTIVATION_LINEAR, check_flat,
     run_mean_squared_error},
};

const digitnet__loss_kind *digitnet__loss_at(size_t index) {
    return index < sizeof kinds / sizeof *kinds ? &kinds[index] : NULL;
}

const digitnet__loss_kind *digitnet__loss_find(digitnet_loss id) {
    for (size_t i = 0; digitnet__loss_at(i); i++)
        if (kinds[i].id == id)
            return &kinds[i];
    return NULL;
}

const digitnet__loss_kind *digitnet__loss_of_graph(const digitnet__graph *graph) {
    digitnet_activation last = digitnet__graph_last_activation(graph);
    for (size_t i = 0; last != DIGITNET_ACTIVATION_LINEAR && digitnet__loss_at(i); i++)
        if (kinds[i].takes_over == last)
            return &kinds[i];
    return NULL;
}

digitnet_activation digitnet__loss_fused_activation(const digitnet__loss_kind *loss, const digitnet__graph *graph) {
    digitnet_activation last = digitnet__graph_last_activation(graph);
    return loss->takes_over == last ? last : DIGITNET_ACTIVATION_LINEAR;
}
