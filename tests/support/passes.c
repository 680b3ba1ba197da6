#include "passes.h"

void forward_batch(const digitnet__pass *pass, size_t count) {
    for (size_t segment = 0; segment < pass->forward_count; segment++) {
        for (size_t i = 0; i < digitnet__pass_range_count(pass, count); i++)
            digitnet__pass_forward(pass, segment, count, digitnet__pass_range(pass, count, i), 0);
        if (segment + 1 < pass->forward_count)
            digitnet__pass_reduce_forward(pass, segment, count);
    }
}

void backward_batch(const digitnet__pass *pass, size_t count) {
    for (size_t segment = 0; segment < pass->backward_count; segment++) {
        for (size_t i = 0; i < digitnet__pass_range_count(pass, count); i++)
            digitnet__pass_backward(pass, segment, count, digitnet__pass_range(pass, count, i), 0);
        if (segment + 1 < pass->backward_count)
            digitnet__pass_reduce_backward(pass, segment, count);
    }
    for (size_t task = 0; task < pass->task_count; task++)
        digitnet__pass_reduce_block(pass, count, digitnet__pass_range_count(pass, count), pass->tasks[task]);
}
