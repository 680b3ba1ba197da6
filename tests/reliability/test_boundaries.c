/* Every public function with every argument, and every field of its structs, at its boundary values, and with memory
 * that overlaps, on a model in every state: a status, never a crash, and nothing changed where it is a failure. With
 * the argument "functions" it prints the functions that it knows. */
#include "public_calls.h"

#include <stdio.h>
#include <stdlib.h>

/* The model's bytes, or nothing where it has no weights. */
typedef struct snapshot {
    unsigned char bytes[BUFFER_ROOM];
    size_t size;
    digitnet_model_info info;
} snapshot;

static void take_snapshot(snapshot *taken, const digitnet_model *model) {
    memset(taken, 0, sizeof *taken);
    taken->info.struct_size = sizeof taken->info;
    expect_ok(digitnet_model_describe(&taken->info, model));
    if (digitnet_model_save_memory(taken->bytes, sizeof taken->bytes, &taken->size, model) == DIGITNET_EBUFFER)
        fail_msg("the model takes %zu bytes", taken->size);
}

static size_t calls_made, calls_done;

/* Where new objects are put there is something before that is none. */
static void poison_results(const public_call *call, const argument *arguments) {
    static char poison;
    for (size_t i = 0; i < MAX_ARGUMENTS; i++)
        if (call->kinds[i] >= NEW_MODEL && call->kinds[i] <= NEW_READING && arguments[i].pointer)
            *(void **)arguments[i].pointer = &poison;
}

static bool results_are_null(const world *own) {
    return !own->new_model && !own->new_session && !own->new_data && !own->new_test_set && !own->new_history &&
           !own->new_callback && !own->new_report && !own->new_decoding && !own->new_reader && !own->new_scratch &&
           !own->new_reading;
}

static void check_call(world *own, const public_call *call, const argument *arguments, const char *what) {
    static snapshot before, after;
    take_snapshot(&before, own->model);
    poison_results(call, arguments);
    int status = call->run(own, arguments);
    calls_made++;
    calls_done += status == DIGITNET_OK || status == NO_STATUS;
    if (status == NO_STATUS)
        return;
    if (strcmp(digitnet_status_string((digitnet_status)status), "unknown status") == 0)
        fail_msg("%s with %s returns %d", call->name, what, status);
    record_status(call->name, (digitnet_status)status);
    if (status == DIGITNET_OK)
        return;
    if (digitnet_last_error()[0] == '\0')
        fail_msg("%s with %s fails without a message", call->name, what);
    if (!results_are_null(own))
        fail_msg("%s with %s fails and leaves a result", call->name, what);
    take_snapshot(&after, own->model);
    if (memcmp(&before, &after, sizeof before) != 0)
        fail_msg("%s with %s fails and changes its model", call->name, what);
}

/* One call in a world of its own, with argument `index` as `value`. */
static void with_argument(model_state state, const public_call *call, size_t index, argument value, size_t boundary) {
    char what[128];
    argument arguments[MAX_ARGUMENTS];
    world *own = make_world(state, call);
    right_arguments(arguments, own, call);
    arguments[index] = value;
    snprintf(what, sizeof what, "argument %zu at boundary %zu, the model %s", index, boundary, state_name(state));
    check_call(own, call, arguments, what);
    free_world(own);
}

static void with_field(model_state state, const public_call *call, argument_kind kind, const argument_field *field,
                       argument value, size_t boundary) {
    char what[128];
    argument arguments[MAX_ARGUMENTS];
    world *own = make_world(state, call);
    right_arguments(arguments, own, call);
    set_field(own, kind, field, value);
    snprintf(what, sizeof what, "the field at %zu of a struct of kind %d at boundary %zu, the model %s", field->offset,
             (int)kind, boundary, state_name(state));
    check_call(own, call, arguments, what);
    free_world(own);
}

static void with_overlap(model_state state, const public_call *call, size_t first, size_t second) {
    char what[128];
    argument arguments[MAX_ARGUMENTS];
    world *own = make_world(state, call);
    right_arguments(arguments, own, call);
    arguments[second] = arguments[first];
    snprintf(what, sizeof what, "arguments %zu and %zu the same, the model %s", first, second, state_name(state));
    check_call(own, call, arguments, what);
    free_world(own);
}

/* Of a struct, and of those that it points to. */
static void vary_fields(model_state state, const public_call *call, argument_kind kind) {
    argument values[MAX_BOUNDARIES];
    argument_field fields[MAX_FIELDS];
    size_t count = fields_of(fields, call, kind);
    for (size_t i = 0; i < count; i++) {
        size_t boundaries = boundary_values(values, fields[i].kind);
        for (size_t k = 0; k < boundaries; k++)
            with_field(state, call, kind, &fields[i], values[k], k);
        vary_fields(state, call, fields[i].kind);
    }
}

static void vary_call(model_state state, const public_call *call) {
    argument values[MAX_BOUNDARIES];
    for (size_t i = 0; i < MAX_ARGUMENTS && call->kinds[i] != NO_ARGUMENT; i++) {
        size_t boundaries = boundary_values(values, call->kinds[i]);
        for (size_t k = 0; k < boundaries; k++)
            with_argument(state, call, i, values[k], k);
        vary_fields(state, call, call->kinds[i]);
        for (size_t k = 0; k < i; k++)
            if (is_memory(call->kinds[i]) && is_memory(call->kinds[k]))
                with_overlap(state, call, k, i);
    }
}

static void test_boundary_values(void **state) {
    for (size_t i = 0; i < public_call_count(); i++) {
        public_call call = public_call_at(i);
        vary_call(*(const model_state *)*state, &call);
    }
}

/* Else the tests above would show little: with right arguments every function but one does its work in some state. */
static void test_right_arguments(void **state) {
    (void)state;
    for (size_t i = 0; i < public_call_count(); i++) {
        public_call call = public_call_at(i);
        size_t done = calls_done;
        for (model_state each = FRESH; each < MODEL_STATES; each++) {
            argument arguments[MAX_ARGUMENTS];
            world *own = make_world(each, &call);
            right_arguments(arguments, own, &call);
            check_call(own, &call, arguments, "right arguments");
            free_world(own);
        }
        bool refused = strcmp(call.name, "digitnet_set_allocator") == 0; /* while there are objects */
        if ((calls_done == done) != refused)
            fail_msg("%s with right arguments: %s", call.name, digitnet_last_error());
    }
}

static int end(void **state) {
    print_message("%zu calls, %zu of them done\n", calls_made, calls_done);
    return end_worlds(state);
}

int main(int argc, char **argv) {
    static model_state states[MODEL_STATES] = {FRESH, BUILT, COMPILED, TRAINED, LOADED};
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_right_arguments),
        cmocka_unit_test_prestate(test_boundary_values, &states[FRESH]),
        cmocka_unit_test_prestate(test_boundary_values, &states[BUILT]),
        cmocka_unit_test_prestate(test_boundary_values, &states[COMPILED]),
        cmocka_unit_test_prestate(test_boundary_values, &states[TRAINED]),
        cmocka_unit_test_prestate(test_boundary_values, &states[LOADED]),
    };
    if (argc > 1 && strcmp(argv[1], "functions") == 0) {
        for (size_t i = 0; i < public_call_count(); i++)
            puts(public_call_at(i).name);
        return 0;
    }
    return cmocka_run_group_tests(tests, begin_worlds, end);
}
