/* A thread that is cancelled while it is in a call: the call does its work, and the thread ends after it, at its next
 * cancellation point. */
#include "model/model.h"
#include "public_calls.h"

#include <pthread.h>

enum { IMAGES = 20 };

typedef struct cancelled_call {
    void (*run)(void *context);
    void *context;
    bool returned;
} cancelled_call;

static void *run_cancelled(void *context) {
    cancelled_call *call = context;
    pthread_cancel(pthread_self()); /* takes effect at the first cancellation point */
    call->run(call->context);
    call->returned = true;
    pthread_testcancel();
    return NULL;
}

static void check_cancelled(void (*run)(void *context), void *context, const char *name) {
    cancelled_call call = {.run = run, .context = context};
    pthread_t thread;
    void *result;
    assert_int_equal(pthread_create(&thread, NULL, run_cancelled, &call), 0);
    assert_int_equal(pthread_join(thread, &result), 0);
    if (!call.returned)
        fail_msg("%s does not return where its thread is cancelled", name);
    if (result != PTHREAD_CANCELED)
        fail_msg("a thread cannot be cancelled any more after %s", name);
}

typedef struct made_call {
    const public_call *call;
    world *own;
    argument arguments[MAX_ARGUMENTS];
} made_call;

static void make_call(void *context) {
    made_call *made = context;
    made->call->run(made->own, made->arguments);
}

static void test_all_calls(void **state) {
    (void)state;
    for (size_t i = 0; i < public_call_count(); i++)
        for (model_state each = FRESH; each < MODEL_STATES; each++) {
            public_call call = public_call_at(i);
            made_call made = {.call = &call, .own = make_world(each, &call)};
            right_arguments(made.arguments, made.own, made.call);
            check_cancelled(make_call, &made, made.call->name);
            if (made.own->model) { /* nobody holds it */
                expect_ok(digitnet__model_begin_write(made.own->model));
                digitnet__model_end_write(made.own->model);
            }
            free_world(made.own);
        }
}

/* One call after the other, with threads, and with callbacks that could be cancelled. */
typedef struct training {
    digitnet_model *model;
    const digitnet_dataset *data;
    digitnet_session *session; /* which the call frees */
    float images[IMAGES * SMALL_IMAGE], scores[IMAGES * SMALL_CLASSES];
    digitnet_status status;
} training;

static int look_for_cancellation(const digitnet_event *event, void *user_data) {
    (void)event, (void)user_data;
    pthread_testcancel();
    return 0;
}

static void fit_and_predict(void *context) {
    training *self = context;
    digitnet_metrics metrics = DIGITNET_INIT(digitnet_metrics);
    self->status = digitnet_model_fit(
        self->model, self->data,
        DIGITNET_WITH(digitnet_fit_options, .epochs = 2, .batch_size = 8, .threads = 3,
                      DIGITNET_CALLBACKS(DIGITNET_CALLBACK(.call = look_for_cancellation, .user_data = NULL))));
    if (self->status == DIGITNET_OK)
        self->status = digitnet_model_evaluate(&metrics, self->model, self->data,
                                               DIGITNET_WITH(digitnet_evaluate_options, .threads = 3));
    for (int i = 0; self->status == DIGITNET_OK && i < 100; i++)
        self->status = digitnet_session_run(self->scores, IMAGES * SMALL_CLASSES, self->session, self->images,
                                            IMAGES * SMALL_IMAGE);
    digitnet_session_free(self->session);
}

static void test_training(void **state) {
    (void)state;
    static training self;
    digitnet_dataset *data = make_small_dataset(IMAGES, 1);
    digitnet_model *other = make_small_network(1);
    self = (training){.model = make_small_network(1), .data = data, .status = DIGITNET_ESTATE};
    fill_noise(self.images, IMAGES * SMALL_IMAGE, 2);
    expect_ok(digitnet_session_create(&self.session, other, DIGITNET_WITH(digitnet_session_options, .threads = 3)));
    check_cancelled(fit_and_predict, &self, "fit");
    assert_int_equal(self.status, DIGITNET_OK);
    fit(other, data, DIGITNET_WITH(digitnet_fit_options, .epochs = 2, .batch_size = 8));
    assert_same_weights(self.model, other);
    digitnet_model_free(self.model);
    digitnet_model_free(other);
    digitnet_dataset_free(data);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_all_calls),
        cmocka_unit_test(test_training),
    };
    return cmocka_run_group_tests(tests, begin_worlds, end_worlds);
}
