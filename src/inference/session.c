/* Sessions: a snapshot of the weights, shared by clones, and memory of one's own. */
#include "core/memory.h"
#include "core/options.h"
#include "core/status.h"
#include "core/threads.h"
#include "digitnet/inference.h"
#include "inference/headroom.h"
#include "inference/predict.h"
#include "kernels/compute.h"
#include "model/model.h"

enum { DEFAULT_BATCH_SIZE = 64 };

typedef struct weights_snapshot {
    atomic_size_t owners;
    digitnet__network network; /* of images of max_width columns */
    size_t width, max_width;   /* width: of the model's own images */
    float safe_magnitude;
} weights_snapshot;

struct digitnet_session {
    weights_snapshot *snapshot;
    digitnet__network view;           /* of the snapshot's, where it runs at several widths */
    const digitnet__network *network; /* the snapshot's or that view */
    size_t batch_size, thread_count;
    digitnet__thread_pool *threads;
    size_t chunk; /* images that a worker takes at a time */
    digitnet__workspaces workspaces;
    atomic_flag busy;
    /* The current run. */
    float *scores; /* NULL: it only looks for overflow */
    digitnet__images images;
    size_t count;
    atomic_bool overflows;
};

static void release_snapshot(weights_snapshot *snapshot) {
    if (atomic_fetch_sub(&snapshot->owners, 1) == 1) {
        digitnet__network_release(&snapshot->network);
        digitnet__release(snapshot);
    }
}

enum { WIDTHS_TRIED = 256 };

/* A network that fits none of the widths below the greatest, or of so many of them, fits that one alone: the layer in
 * the way is named. */
static digitnet_status check_widths(const digitnet__network *network, size_t max_width) {
    digitnet__network view;
    size_t lowest = max_width > WIDTHS_TRIED ? max_width - WIDTHS_TRIED : 1, width = max_width - 1;
    DNN_TRY(digitnet__network_view(&view, network));
    while (width >= lowest && digitnet__network_set_width(&view, network, width) != DIGITNET_OK)
        width--;
    bool fits = width >= lowest || max_width == 1;
    digitnet_status status = fits ? DIGITNET_OK : digitnet__network_set_width(&view, network, max_width - 1);
    digitnet__network_release_view(&view);
    return status;
}

static digitnet_status copy_network(digitnet__network *out, const digitnet__network *network, size_t max_width) {
    if (max_width == 0)
        return digitnet__network_copy(out, network, false);
    DNN_TRY(digitnet__network_copy_at_width(out, network, max_width));
    return check_widths(out, max_width);
}

/* `max_width` 0: images of the model's own width alone. */
static digitnet_status take_snapshot(weights_snapshot **out, const digitnet_model *model, size_t max_width) {
    DNN_TRY(digitnet__model_check_weights(model));
    weights_snapshot *taken = digitnet__allocate_zeroed(sizeof *taken);
    if (!taken)
        return DIGITNET_ENOMEM;
    atomic_init(&taken->owners, 1);
    taken->width = model->network.graph.input.width;
    taken->max_width = max_width;
    digitnet_status status = copy_network(&taken->network, &model->network, max_width);
    if (status == DIGITNET_OK)
        status = digitnet__safe_magnitude(&taken->safe_magnitude, &taken->network);
    if (status != DIGITNET_OK) {
        digitnet__network_release(&taken->network);
        digitnet__release(taken);
        return status;
    }
    *out = taken;
    return DIGITNET_OK;
}

static digitnet_status create_workspaces(digitnet_session *session) {
    size_t workers = digitnet__thread_pool_size(session->threads);
    size_t share = (session->batch_size - 1) / workers + 1;
    session->chunk = share < DNN_PREDICT_IMAGES ? share : DNN_PREDICT_IMAGES;
    return digitnet__workspaces_create(&session->workspaces, session->network, session->chunk, session->threads);
}

/* Memory is for the greatest width: at a lower one no value and no scratch is larger, and all have the same places. */
static digitnet_status create_parts(digitnet_session *session) {
    const weights_snapshot *snapshot = session->snapshot;
    session->network = &snapshot->network;
    if (session->thread_count > 1)
        DNN_TRY(digitnet__thread_pool_create(&session->threads, session->thread_count));
    if (snapshot->max_width) {
        DNN_TRY(digitnet__network_view(&session->view, &snapshot->network));
        session->network = &session->view;
    }
    return create_workspaces(session);
}

/* Takes over one ownership of the snapshot, after a failure too. */
static digitnet_status create_session(digitnet_session **out, weights_snapshot *snapshot, size_t batch_size,
                                      size_t thread_count) {
    digitnet_session *session = digitnet__allocate_zeroed(sizeof *session);
    if (!session) {
        release_snapshot(snapshot);
        return DIGITNET_ENOMEM;
    }
    *session = (digitnet_session){
        .snapshot = snapshot, .batch_size = batch_size, .thread_count = thread_count, .busy = ATOMIC_FLAG_INIT};
    digitnet_status status = create_parts(session);
    if (status != DIGITNET_OK) {
        digitnet_session_free(session);
        return status;
    }
    *out = session;
    return DIGITNET_OK;
}

static digitnet_status check_and_create(digitnet_session **out, const digitnet_model *model,
                                        const digitnet_session_options *options) {
    if (!out)
        return digitnet__fail(DIGITNET_EINVAL, "digitnet_session_create: out is NULL");
    *out = NULL;
    digitnet_session_options own = {0};
    DNN_TRY(DNN_OPTIONS_READ(&own, options, digitnet_session_options, threads));
    if (!model)
        return digitnet__fail(DIGITNET_EINVAL, "digitnet_session_create: model is NULL");
    DNN_TRY(digitnet__model_begin_read(model));
    weights_snapshot *taken = NULL;
    digitnet_status status = take_snapshot(&taken, model, own.max_width);
    digitnet__model_end_read(model);
    DNN_TRY(status);
    return create_session(out, taken, own.batch_size ? own.batch_size : DEFAULT_BATCH_SIZE,
                          own.threads ? own.threads : 1);
}

digitnet_status digitnet_session_create(digitnet_session **out, const digitnet_model *model,
                                        const digitnet_session_options *options) {
    digitnet__call call;
    digitnet__call_enter(&call);
    return digitnet__call_leave(&call, check_and_create(out, model, options));
}

digitnet_status digitnet_session_clone(digitnet_session **out, const digitnet_session *session) {
    if (!out)
        return digitnet__fail(DIGITNET_EINVAL, "digitnet_session_clone: out is NULL");
    *out = NULL;
    if (!session)
        return digitnet__fail(DIGITNET_EINVAL, "digitnet_session_clone: session is NULL");
    atomic_fetch_add(&session->snapshot->owners, 1);
    return create_session(out, session->snapshot, session->batch_size, session->thread_count);
}

void digitnet_session_free(digitnet_session *session) {
    if (!session)
        return;
    digitnet__call call;
    digitnet__call_enter(&call);
    digitnet__workspaces_release(&session->workspaces);
    digitnet__network_release_view(&session->view);
    digitnet__thread_pool_free(session->threads);
    release_snapshot(session->snapshot);
    digitnet__release(session);
    digitnet__call_leave(&call, DIGITNET_OK);
}

static void run_chunk(void *context, size_t task, size_t worker) {
    digitnet_session *session = context;
    size_t first = task * session->chunk;
    size_t left = session->count - first;
    if (!digitnet__predict_chunk(session->scores, &session->workspaces.of_workers[worker], session->images, first,
                                 left < session->chunk ? left : session->chunk))
        atomic_store(&session->overflows, true);
}

/* False where the network overflows. */
static bool run_chunks(float *scores, digitnet_session *session) {
    session->scores = scores;
    atomic_store(&session->overflows, false);
    digitnet__thread_pool_run(session->threads, run_chunk, session, (session->count - 1) / session->chunk + 1);
    return !atomic_load(&session->overflows);
}

/* With exclusive access to the session. */
static digitnet_status run_all(float *scores, digitnet_session *session, digitnet__images images, size_t count,
                               const char *caller) {
    session->images = images;
    session->count = count;
    /* A chunk that overflows must not come after scores that are written already. */
    bool sure = count <= session->chunk || digitnet__images_are_within(images, session->snapshot->safe_magnitude) ||
                run_chunks(NULL, session);
    bool done = sure && run_chunks(scores, session);
    return done ? DIGITNET_OK : digitnet__predict_fail_overflow(caller);
}

/* With exclusive access. `width` 0: that of the model's images. */
static digitnet_status set_width(digitnet_session *session, size_t width, const char *caller) {
    const weights_snapshot *snapshot = session->snapshot;
    size_t wanted = width ? width : snapshot->width, most = snapshot->max_width ? snapshot->max_width : snapshot->width;
    if (wanted > most || (!snapshot->max_width && wanted != most))
        return digitnet__fail(DIGITNET_EINVAL, "%s: the width is %zu; the session was made for %s%zu columns", caller,
                              wanted, snapshot->max_width ? "at most " : "", most);
    return snapshot->max_width ? digitnet__network_set_width(&session->view, &snapshot->network, wanted) : DIGITNET_OK;
}

static digitnet_status begin_use(digitnet_session *session, const char *caller) {
    if (atomic_flag_test_and_set(&session->busy))
        return digitnet__fail(DIGITNET_ESTATE, "%s: another thread is using the session; clone one for each thread",
                              caller);
    return DIGITNET_OK;
}

static digitnet_status check_and_run(float *scores, size_t capacity, digitnet_session *session, digitnet__images images,
                                     size_t width, const char *caller) {
    if (!scores || !session || !(images.floats || images.bytes)) {
        return digitnet__fail(DIGITNET_EINVAL, "%s: %s is NULL", caller,
                              !scores    ? "scores"
                              : !session ? "session"
                                         : "images");
    }
    DNN_TRY(begin_use(session, caller));
    size_t count;
    digitnet_status status = set_width(session, width, caller);
    if (status == DIGITNET_OK)
        status = digitnet__predict_check(&count, session->network, capacity, images, caller);
    if (status == DIGITNET_OK)
        status = run_all(scores, session, images, count, caller);
    atomic_flag_clear(&session->busy);
    return status;
}

static digitnet_status run(float *scores, size_t capacity, digitnet_session *session, digitnet__images images,
                           size_t width, const char *caller) {
    digitnet__compute compute;
    digitnet__compute_enter(&compute);
    return digitnet__compute_leave(&compute, check_and_run(scores, capacity, session, images, width, caller));
}

digitnet_status digitnet_session_run(float *scores, size_t capacity, digitnet_session *session, const float *images,
                                     size_t image_values) {
    return run(scores, capacity, session, (digitnet__images){.floats = images, .values = image_values}, 0,
               "digitnet_session_run");
}

digitnet_status digitnet_session_run_u8(float *scores, size_t capacity, digitnet_session *session,
                                        const uint8_t *images, size_t image_values) {
    return run(scores, capacity, session, (digitnet__images){.bytes = images, .values = image_values}, 0,
               "digitnet_session_run");
}

digitnet_status digitnet_session_run_width(float *scores, size_t capacity, digitnet_session *session,
                                           const float *images, size_t image_values, size_t width) {
    return run(scores, capacity, session, (digitnet__images){.floats = images, .values = image_values}, width,
               "digitnet_session_run_width");
}

digitnet_status digitnet_session_run_width_u8(float *scores, size_t capacity, digitnet_session *session,
                                              const uint8_t *images, size_t image_values, size_t width) {
    return run(scores, capacity, session, (digitnet__images){.bytes = images, .values = image_values}, width,
               "digitnet_session_run_width");
}

digitnet_status digitnet_session_outputs(size_t *out, digitnet_session *session, size_t width) {
    static const char caller[] = "digitnet_session_outputs";
    if (!out || !session)
        return digitnet__fail(DIGITNET_EINVAL, "%s: %s is NULL", caller, out ? "session" : "out");
    DNN_TRY(begin_use(session, caller));
    digitnet_status status = set_width(session, width, caller);
    if (status == DIGITNET_OK)
        *out = digitnet__network_outputs(session->network);
    atomic_flag_clear(&session->busy);
    return status;
}
