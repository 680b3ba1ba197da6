/* One step on a batch of arrays. What it needs stays with the model, so that the next step allocates nothing. */
#include "core/options.h"
#include "core/status.h"
#include "dataset/storage.h"
#include "kernels/compute.h"
#include "model/model.h"
#include "training/trainer.h"

/* A trainer, with the arrays as its data set. */
typedef struct batch_trainer {
    size_t capacity, threads; /* as asked for */
    digitnet_dataset *data;
    size_t *places; /* 0 .. capacity - 1 */
    digitnet__thread_pool *pool;
    digitnet__ranks ranks; /* this process alone */
    digitnet__rank_data all;
    digitnet__trainer trainer;
} batch_trainer;

static void release(void *memory) {
    batch_trainer *kept = memory;
    digitnet__trainer_release(&kept->trainer);
    digitnet__thread_pool_free(kept->pool);
    digitnet__release(kept->places);
    digitnet_dataset_free(kept->data);
    digitnet__release(kept);
}

static digitnet__sample_layout layout_of(const digitnet_model *model, const digitnet_train_batch *batch) {
    size_t outputs = digitnet__network_outputs(&model->network);
    return (digitnet__sample_layout){.shape = model->network.graph.input,
                                     .max_labels = !batch->labels      ? 0
                                                   : batch->max_labels ? batch->max_labels
                                                                       : 1,
                                     .target_values = !batch->targets        ? 0
                                                      : batch->target_values ? batch->target_values
                                                                             : outputs,
                                     .weighted = batch->sample_weights != NULL};
}

/* A data set without samples, for as many as the batch has. */
static digitnet_status create_data(digitnet_dataset **out, const digitnet__sample_layout *layout, size_t count) {
    digitnet__storage *storage;
    DNN_TRY(digitnet__storage_create(&storage, "digitnet_model_train_batch", count, layout, sizeof(float)));
    digitnet_status status = digitnet__dataset_create(out, storage);
    if (status != DIGITNET_OK)
        digitnet__storage_release(storage);
    return status;
}

static digitnet_status create(batch_trainer *kept, digitnet_model *model, const digitnet__loss *loss,
                              const digitnet__sample_layout *layout) {
    DNN_TRY(digitnet__ranks_init(&kept->ranks, NULL));
    DNN_TRY(create_data(&kept->data, layout, kept->capacity));
    kept->places = digitnet__allocate_array(kept->capacity, sizeof *kept->places);
    if (!kept->places)
        return DIGITNET_ENOMEM;
    for (size_t i = 0; i < kept->capacity; i++)
        kept->places[i] = i;
    DNN_TRY(digitnet__dataset_check(&model->network.graph, loss->kind, kept->data, "batch's"));
    DNN_TRY(digitnet__thread_pool_create(&kept->pool, kept->threads ? kept->threads : digitnet__processor_count()));
    DNN_TRY(digitnet__rank_data_create(&kept->all, kept->data, &kept->ranks, false));
    return digitnet__trainer_create(&kept->trainer, model, loss, &kept->all, kept->capacity, kept->pool);
}

static bool suits(const batch_trainer *kept, const digitnet_train_batch *batch, const digitnet__sample_layout *layout) {
    if (!kept || kept->capacity < batch->count || kept->threads != batch->threads)
        return false;
    const digitnet__sample_layout *own = digitnet__dataset_layout(kept->data);
    return own->max_labels == layout->max_labels && own->target_values == layout->target_values;
}

/* The trainer that is kept, or a new one in its place. */
static digitnet_status prepare(digitnet_model *model, const digitnet_train_batch *batch, const digitnet__loss *loss) {
    const digitnet__sample_layout layout = layout_of(model, batch);
    if (suits(model->kept.memory, batch, &layout))
        return DIGITNET_OK;
    batch_trainer *kept = digitnet__allocate_zeroed(sizeof *kept);
    if (!kept)
        return DIGITNET_ENOMEM;
    kept->capacity = batch->count;
    kept->threads = batch->threads;
    digitnet_status status = create(kept, model, loss, &layout);
    if (status != DIGITNET_OK) {
        release(kept);
        return status;
    }
    digitnet__model_drop_kept(model);
    model->kept = (digitnet__kept){.memory = kept, .release = release};
    return DIGITNET_OK;
}

/* Lends the arrays to the data set, checked. */
static digitnet_status use_arrays(const batch_trainer *kept, const digitnet_train_batch *batch,
                                  const digitnet__graph *graph, const digitnet__loss_kind *loss) {
    digitnet__storage *storage = kept->data->storage;
    storage->bytes = batch->bytes;
    storage->samples = (digitnet__samples){.count = batch->count,
                                           .images = batch->images,
                                           .labels = batch->labels,
                                           .label_counts = batch->label_counts,
                                           .targets = batch->targets,
                                           .sample_weights = batch->sample_weights};
    DNN_TRY(digitnet__samples_check("digitnet_model_train_batch", &storage->samples, &storage->layout));
    DNN_TRY(digitnet__class_weights_check(graph, loss, batch->class_weights, batch->class_weight_count));
    bool labelled = kept->trainer.batch.target_values == 0;
    const digitnet_batch labels = {.count = batch->count,
                                   .indices = kept->places,
                                   .labels = labelled ? (int32_t *)batch->labels : NULL,
                                   .label_counts = (int32_t *)batch->label_counts};
    return digitnet__batch_check(graph, loss, &labels, storage->layout.max_labels);
}

static digitnet_status step(digitnet_metrics *metrics, digitnet_model *model, const digitnet_train_batch *batch,
                            const digitnet__loss *loss) {
    batch_trainer *kept = model->kept.memory;
    digitnet__training *training = model->training;
    DNN_TRY(use_arrays(kept, batch, &model->network.graph, loss->kind));
    kept->trainer.batch.loss = *loss;
    kept->trainer.batch.caller = digitnet__compute_innermost();
    kept->trainer.batch.class_weights = batch->class_weights;
    const digitnet__progress before = training->progress;
    digitnet__progress progress = before;
    progress.loss_sum = 0;
    progress.correct = 0;
    uint64_t batches = before.steps_done * training->settings.gradient_accumulation_steps + before.accumulated;
    const digitnet__trainer_batch samples = {.indices = kept->places,
                                             .numbers = batch->indices ? batch->indices : kept->places,
                                             .count = batch->count,
                                             .epoch = batch->indices ? batch->epoch : batches};
    DNN_TRY(digitnet__trainer_run(&kept->trainer, &progress, &samples));
    digitnet__network_refresh_inference(&model->network);
    double count = (double)batch->count;
    *metrics = (digitnet_metrics){.struct_size = sizeof *metrics,
                                  .count = batch->count,
                                  .loss = progress.loss_sum / count,
                                  .accuracy = (double)progress.correct / count};
    progress.loss_sum = before.loss_sum;
    progress.correct = before.correct;
    training->progress = progress;
    return DIGITNET_OK;
}

/* With exclusive access. */
static digitnet_status train(digitnet_metrics *metrics, digitnet_model *model, const digitnet_train_batch *batch) {
    digitnet__loss loss;
    DNN_TRY(digitnet__model_check(model));
    if (!model->training)
        return digitnet__fail(DIGITNET_ESTATE, "digitnet_model_train_batch: the model is not compiled");
    DNN_TRY(digitnet__loss_of_model(&loss, model));
    DNN_TRY(prepare(model, batch, &loss));
    return step(metrics, model, batch, &loss);
}

static digitnet_status check_batch(const digitnet_train_batch *batch) {
    if (batch->count == 0)
        return digitnet__fail(DIGITNET_EINVAL, "digitnet_model_train_batch: count is 0");
    if (!batch->images == !batch->bytes) {
        return digitnet__fail(DIGITNET_EINVAL, "digitnet_model_train_batch: images and bytes are %s; give one of them",
                              batch->images ? "both given" : "NULL");
    }
    if (!batch->labels && (batch->max_labels || batch->label_counts))
        return digitnet__fail(DIGITNET_EINVAL, "digitnet_model_train_batch: labels is NULL, but %s is given",
                              batch->max_labels ? "max_labels" : "label_counts");
    if (batch->label_counts && batch->max_labels < 2)
        return digitnet__fail(DIGITNET_EINVAL,
                              "digitnet_model_train_batch: label_counts requires max_labels above 1; it is %zu",
                              batch->max_labels);
    if (batch->target_values && !batch->targets)
        return digitnet__fail(DIGITNET_EINVAL, "digitnet_model_train_batch: targets is NULL, but target_values is %zu",
                              batch->target_values);
    return DIGITNET_OK;
}

static digitnet_status train_batch(digitnet_metrics *out, digitnet_model *model, const digitnet_train_batch *batch) {
    digitnet_train_batch own = {0};
    digitnet_metrics metrics;
    if (!model || !batch)
        return digitnet__fail(DIGITNET_EINVAL, "digitnet_model_train_batch: %s is NULL", model ? "batch" : "model");
    if (out)
        DNN_TRY(DNN_RESULT_CHECK(out, digitnet_metrics, accuracy));
    DNN_TRY(DNN_OPTIONS_READ(&own, batch, digitnet_train_batch, threads));
    DNN_TRY(check_batch(&own));
    DNN_TRY(digitnet__model_begin_write(model));
    digitnet_status status = train(&metrics, model, &own);
    digitnet__model_end_write(model);
    if (status == DIGITNET_OK && out)
        digitnet__result_write(out, &metrics, sizeof metrics);
    return status;
}

digitnet_status digitnet_model_train_batch(digitnet_metrics *out, digitnet_model *model,
                                           const digitnet_train_batch *batch) {
    digitnet__compute compute;
    digitnet__compute_enter(&compute);
    return digitnet__compute_leave(&compute, train_batch(out, model, batch));
}
