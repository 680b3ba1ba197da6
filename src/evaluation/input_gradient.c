/* The gradient by the values of an image. */
#include "core/finite.h"
#include "core/number.h"
#include "core/status.h"
#include "digitnet/report.h"
#include "engine/pass.h"
#include "inference/predict.h"
#include "kernels/compute.h"
#include "layers/activations.h"
#include "model/model.h"

#include <math.h>
#include <string.h>

static const char caller[] = "digitnet_model_input_gradient";

/* What is asked for, of a model that is held as a reader. */
typedef struct request {
    const digitnet__graph *graph;
    digitnet_activation left_out;
    size_t outputs, output;
    digitnet_gradient_of of;
} request;

/* A softmax or a sigmoid at the end is not run. */
static request make_request(const digitnet__graph *graph, size_t output, digitnet_gradient_of of) {
    digitnet_activation last = digitnet__graph_last_activation(graph);
    bool is_probability = last == DIGITNET_ACTIVATION_SOFTMAX || last == DIGITNET_ACTIVATION_SIGMOID;
    return (request){.graph = graph,
                     .left_out = is_probability ? last : DIGITNET_ACTIVATION_LINEAR,
                     .outputs = digitnet__shape_values(digitnet__graph_output(graph)),
                     .output = output,
                     .of = of};
}

static digitnet_status check_output(const request *wanted) {
    bool sigmoid = wanted->left_out == DIGITNET_ACTIVATION_SIGMOID;
    bool loss = wanted->of == DIGITNET_GRADIENT_OF_LOSS;
    if (loss && !(wanted->left_out == DIGITNET_ACTIVATION_SOFTMAX || (sigmoid && wanted->outputs == 1)))
        return digitnet__fail(DIGITNET_ESHAPE,
                              "%s: a loss wants a flat softmax, or a flat sigmoid of one unit, at the end", caller);
    size_t outputs = loss && sigmoid ? 2 : wanted->outputs;
    if (wanted->output >= outputs)
        return digitnet__fail(DIGITNET_EINVAL, "%s: there is no output %zu, of %zu", caller, wanted->output, outputs);
    return DIGITNET_OK;
}

static digitnet_status check_image(const request *wanted, size_t capacity, const float *image, size_t image_values) {
    size_t values = digitnet__shape_values(wanted->graph->input);
    if (image_values != values)
        return digitnet__fail(DIGITNET_ESHAPE, "%s: %zu values are not one image of %s", caller, image_values,
                              digitnet__shape_text(wanted->graph->input).text);
    if (capacity < values)
        return digitnet__fail(DIGITNET_EBUFFER, "%s: the gradient has %zu values, the buffer has room for %zu", caller,
                              values, capacity);
    for (size_t i = 0; i < values; i++)
        if (!isfinite(image[i]))
            return digitnet__fail(DIGITNET_EINVAL, "%s: value %zu is %s; it must be finite", caller, i,
                                  digitnet__number_text((double)image[i]).text);
    return DIGITNET_OK;
}

/* By the outputs before the activation that was left out: 1 for a score, and p - [the class is this one] for the
 * cross-entropy of softmax and sigmoid. */
static void set_output_gradient(float *gradient, const float *scores, const request *wanted,
                                const digitnet__kernels *kernels) {
    if (wanted->of == DIGITNET_GRADIENT_OF_SCORE) {
        memset(gradient, 0, wanted->outputs * sizeof *gradient);
        gradient[wanted->output] = 1;
        return;
    }
    const digitnet__activation_run activation = {
        .kernels = kernels, .id = wanted->left_out, .rows = 1, .channels = wanted->outputs};
    memcpy(gradient, scores, wanted->outputs * sizeof *gradient);
    digitnet__activation_forward(&activation, gradient, NULL);
    if (wanted->outputs == 1)
        gradient[0] -= (float)wanted->output;
    else
        gradient[wanted->output] -= 1;
}

static digitnet_status run(float *gradient, const digitnet__pass *pass, const request *wanted, const float *image) {
    const digitnet__range all = {.count = 1};
    size_t values = digitnet__shape_values(wanted->graph->input);
    const float *scores = digitnet__pass_output(pass, 0);
    memcpy(digitnet__pass_input(pass, 0), image, values * sizeof *image);
    digitnet__pass_forward(pass, 0, 1, all, 0);
    if (!digitnet__all_finite(scores, wanted->outputs))
        return digitnet__predict_fail_overflow(caller);
    set_output_gradient(digitnet__pass_output_gradient(pass, 0), scores, wanted, pass->network->kernels);
    digitnet__pass_backward(pass, 0, 1, all, 0);
    const float *found = digitnet__pass_input_gradient(pass, 0);
    if (!digitnet__all_finite(found, values))
        return digitnet__fail(DIGITNET_ENOTFINITE, "%s: the network overflows: the gradient is not finite", caller);
    memcpy(gradient, found, values * sizeof *gradient);
    return DIGITNET_OK;
}

static digitnet_status run_network(float *gradient, const digitnet__network *network, const request *wanted,
                                   const float *image) {
    digitnet__network borrowed;
    digitnet__pass pass;
    DNN_TRY(digitnet__network_borrow_by_input(&borrowed, network, wanted->left_out));
    digitnet_status status = digitnet__pass_create(&pass, &borrowed, 1, 1, NULL);
    if (status == DIGITNET_OK) {
        status = run(gradient, &pass, wanted, image);
        digitnet__pass_release(&pass);
    }
    digitnet__network_release_by_input(&borrowed);
    return status;
}

/* With the model held as a reader. */
static digitnet_status check_and_run(float *gradient, size_t capacity, const digitnet_model *model, const float *image,
                                     size_t image_values, size_t output, digitnet_gradient_of of) {
    DNN_TRY(digitnet__model_check_weights(model));
    const request wanted = make_request(&model->network.graph, output, of);
    DNN_TRY(check_output(&wanted));
    DNN_TRY(check_image(&wanted, capacity, image, image_values));
    return run_network(gradient, &model->network, &wanted, image);
}

static digitnet_status hold_and_run(float *gradient, size_t capacity, const digitnet_model *model, const float *image,
                                    size_t image_values, size_t output, digitnet_gradient_of of) {
    if (!gradient || !model || !image)
        return digitnet__fail(DIGITNET_EINVAL, "%s: %s is NULL", caller,
                              !gradient ? "gradient"
                              : !model  ? "model"
                                        : "image");
    if (of != DIGITNET_GRADIENT_OF_SCORE && of != DIGITNET_GRADIENT_OF_LOSS)
        return digitnet__fail(DIGITNET_EINVAL, "%s: of is %d, which is no digitnet_gradient_of", caller, (int)of);
    DNN_TRY(digitnet__model_begin_read(model));
    digitnet_status status = check_and_run(gradient, capacity, model, image, image_values, output, of);
    digitnet__model_end_read(model);
    return status;
}

digitnet_status digitnet_model_input_gradient(float *gradient, size_t capacity, const digitnet_model *model,
                                              const float *image, size_t image_values, size_t output,
                                              digitnet_gradient_of of) {
    digitnet__compute compute;
    digitnet__compute_enter(&compute);
    return digitnet__compute_leave(&compute, hold_and_run(gradient, capacity, model, image, image_values, output, of));
}
