/* Trains the README's network on some digits and writes its weights, all bytes of them, to a file:
 *
 *     train_weights WEIGHTS THREADS [CHECKPOINT BATCH]
 *
 * With a checkpoint that is there it goes on from it. With one that is not it saves it after that batch, trains two
 * batches more, and kills itself. */
#include "digitnet/digitnet.h"

#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

enum { IMAGES = 300, BATCH_SIZE = 32, EPOCHS = 2, CLASSES = 10 };

static void must(digitnet_status status) {
    if (status != DIGITNET_OK) {
        fprintf(stderr, "%s\n", digitnet_last_error());
        exit(1);
    }
}

typedef struct death {
    const char *checkpoint;
    size_t batch, batches;
} death;

static int save_and_die(const digitnet_event *event, void *user_data) {
    death *own = user_data;
    if (event->kind != DIGITNET_EVENT_BATCH_END)
        return 0;
    own->batches++;
    if (own->batches == own->batch)
        must(digitnet_model_save(event->model, own->checkpoint));
    if (own->batches == own->batch + 2)
        kill(getpid(), SIGKILL);
    return 0;
}

static digitnet_model *make_model(void) {
    digitnet_model *model;
    must(digitnet_model_create(&model, 28, 28, 1));
    digitnet_model_add_conv2d(model, 32, 3, DIGITNET_ACTIVATION_RELU);
    digitnet_model_add_max_pool2d(model, 2);
    digitnet_model_add_conv2d(model, 64, 3, DIGITNET_ACTIVATION_RELU);
    digitnet_model_add_max_pool2d(model, 2);
    digitnet_model_add_flatten(model);
    digitnet_model_add_dropout(model, 0.25);
    digitnet_model_add_dense(model, 128, DIGITNET_ACTIVATION_RELU);
    must(digitnet_model_add_dense(model, CLASSES, DIGITNET_ACTIVATION_SOFTMAX));
    must(digitnet_model_compile_ex(model, DIGITNET_OPTIMIZER_ADAM, DIGITNET_LOSS_SPARSE_CATEGORICAL_CROSSENTROPY,
                                   DIGITNET_WITH(digitnet_compile_options, .seed = 42)));
    return model;
}

static void write_weights(const digitnet_model *model, const char *path) {
    digitnet_model_info info = DIGITNET_INIT(digitnet_model_info);
    must(digitnet_model_describe(&info, model));
    float *weights = malloc(info.parameters * sizeof *weights);
    FILE *file = fopen(path, "wb");
    if (!weights || !file)
        exit(1);
    must(digitnet_model_get_weights(weights, info.parameters, model, NULL));
    if (fwrite(weights, sizeof *weights, info.parameters, file) != info.parameters || fclose(file) != 0)
        exit(1);
    free(weights);
}

int main(int argc, char **argv) {
    if (argc != 3 && argc != 5) {
        fprintf(stderr, "usage: train_weights WEIGHTS THREADS [CHECKPOINT BATCH]\n");
        return 2;
    }
    digitnet_dataset *train, *part;
    must(digitnet_dataset_load_mnist(&train, NULL, "data/mnist-subset"));
    must(digitnet_dataset_slice(&part, train, 0, IMAGES));
    death own = {0};
    digitnet_model *model;
    if (argc == 5 && access(argv[3], F_OK) == 0) {
        must(digitnet_model_load(&model, argv[3]));
    } else {
        model = make_model();
        own = (death){.checkpoint = argc == 5 ? argv[3] : NULL, .batch = argc == 5 ? strtoul(argv[4], NULL, 10) : 0};
    }
    bool dies = own.checkpoint != NULL;
    const digitnet_callback *const callbacks[] = {DIGITNET_CALLBACK(.call = save_and_die, .user_data = &own)};
    must(digitnet_model_fit(model, part,
                            DIGITNET_WITH(digitnet_fit_options, .until_epoch = EPOCHS, .batch_size = BATCH_SIZE,
                                          .threads = strtoul(argv[2], NULL, 10), .callbacks = callbacks,
                                          .callback_count = dies)));
    write_weights(model, argv[1]);
    digitnet_model_free(model);
    digitnet_dataset_free(part);
    digitnet_dataset_free(train);
    return 0;
}
