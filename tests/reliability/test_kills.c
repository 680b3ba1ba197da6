/* Processes that are killed as they save, and that save the same file at once: test_kills [KILLS] */
#include "descriptors.h"
#include "folder.h"
#include "generations.h"
#include "processes.h"
#include "support.h"
#include "wrapped_calls.h"

#include <errno.h>
#include <signal.h>
#include <stdbool.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { OLD = 1, NEW = 2 };

static size_t kills = 1000;

static void save_number(digitnet_model *model, size_t number) {
    expect_ok(number_model(model, number));
    expect_ok(digitnet_model_save(model, "model"));
}

/* ---- Killed at random moments ---- */

/* In a child: saves number after number, and tells each that is saved. */
static void save_for_ever(digitnet_model *model, size_t number, int acknowledgements) {
    for (;; ++number)
        if (number_model(model, number) != DIGITNET_OK || digitnet_model_save(model, "model") != DIGITNET_OK ||
            write(acknowledgements, &number, sizeof number) != sizeof number)
            _exit(1);
}

static void sleep_for(double duration) {
    struct timespec left = {.tv_sec = (time_t)duration, .tv_nsec = (long)(1e9 * (duration - (double)(time_t)duration))};
    while (nanosleep(&left, &left) != 0)
        assert_int_equal(errno, EINTR);
}

/* Kills a child that saves the numbers after `saved`, after a while. Returns the last one that it told. */
static size_t kill_saver(digitnet_model *model, size_t saved, double after) {
    size_t number;
    int told[2];
    assert_int_equal(pipe(told), 0);
    pid_t child = fork();
    if (child == 0)
        save_for_ever(model, saved + 1, told[1]);
    assert_true(child > 0);
    sleep_for(after);
    assert_int_equal(kill(child, SIGKILL), 0);
    int result = wait_for_child(child);
    assert_true(WIFSIGNALED(result) && WTERMSIG(result) == SIGKILL);
    close(told[1]);
    while (read_from_child(told[0], &number, sizeof number) == sizeof number)
        saved = number;
    close(told[0]);
    return saved;
}

/* The moments are within a time that is tuned until about every other child tells of a save before it is killed. */
static void killed_save_loses_nothing(void **state) {
    (void)state;
    digitnet_model *model = make_numbered_model();
    size_t saved = 1, within_a_save = 0, after_a_save = 0;
    double longest = 0.01;
    save_number(model, saved);
    for (size_t i = 0; i < kills; ++i) {
        size_t told = kill_saver(model, saved, longest * ((double)noise(1, i) + 1) / 2);
        after_a_save += told > saved;
        longest *= told > saved ? 0.9 : 1.1;
        saved = read_number("model");
        assert_in_range(saved, told, told + 1);
        bool temporary = access("model.tmp", F_OK) == 0;
        assert_int_equal(count_entries("."), temporary ? 2 : 1);
        within_a_save += temporary;
    }
    print_message("%zu kills: %zu within a save, %zu after one; %zu files were saved\n", kills, within_a_save,
                  after_a_save, saved - 1);
    assert_true(within_a_save >= kills / 20 && after_a_save >= kills / 20);
    digitnet_model_free(model);
}

/* ---- Killed before each system call ---- */

static int kill_at(file_call *call, void *context) {
    size_t *calls_left = context;
    (void)call;
    if (--*calls_left == 0)
        raise(SIGKILL);
    return 0;
}

/* False where a save has less than `calls`. */
static bool kill_before(size_t calls, const digitnet_model *model) {
    pid_t child = fork();
    if (child == 0) {
        watch_calls(&(call_watch){.before = kill_at, .context = &calls});
        _exit(digitnet_model_save(model, "model") == DIGITNET_OK ? 0 : 1);
    }
    int result = wait_for_child(child);
    bool killed = WIFSIGNALED(result) && WTERMSIG(result) == SIGKILL;
    assert_true(killed || (WIFEXITED(result) && WEXITSTATUS(result) == 0));
    return killed;
}

static void every_system_call_may_be_the_last(void **state) {
    (void)state;
    digitnet_model *model = make_numbered_model();
    size_t calls = 1, new_files = 0;
    for (int stale = 0; stale < 2; ++stale)
        for (calls = 1;; ++calls) {
            save_number(model, OLD);
            if (stale)
                put("model.tmp", "left by a save that was killed");
            expect_ok(number_model(model, NEW));
            if (!kill_before(calls, model))
                break;
            size_t number = read_number("model");
            assert_true(number == OLD || number == NEW);
            new_files += number == NEW;
            assert_in_range(count_entries("."), 1, 2);
            expect_ok(digitnet_model_save(model, "model"));
            assert_int_equal(read_number("model"), NEW);
            assert_int_equal(count_entries("."), 1);
        }
    assert_true(calls > 10 && new_files > 0);
    digitnet_model_free(model);
}

/* ---- Two processes, one file ---- */

/* A saver in a process of its own, and a socket to it. */
typedef struct other_saver {
    pid_t process;
    int socket;
} other_saver;

/* Tells that it is there, and waits until it is told to go on. */
static int wait_before_sync(file_call *call, void *context) {
    const int *socket = context;
    char byte = 0;
    if (call->kind != CALL_FSYNC)
        return 0;
    watch_calls(NULL);
    if (write(*socket, &byte, 1) != 1 || read(*socket, &byte, 1) != 1)
        _exit(2);
    return 0;
}

/* Returns when it has written its temporary file, and has not synced it yet. */
static other_saver start_saver(const digitnet_model *model) {
    int ends[2];
    char byte;
    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, ends), 0);
    pid_t child = fork();
    if (child == 0) {
        close(ends[0]);
        watch_calls(&(call_watch){.before = wait_before_sync, .context = &ends[1]});
        _exit(digitnet_model_save(model, "model") == DIGITNET_OK ? 0 : 1);
    }
    assert_true(child > 0);
    close(ends[1]);
    assert_int_equal(read_from_child(ends[0], &byte, 1), 1);
    return (other_saver){child, ends[0]};
}

/* The waiting saver ends its work. */
static void let_go_on(const other_saver *other) {
    assert_int_equal(write(other->socket, "", 1), 1);
    int result = wait_for_child(other->process);
    assert_true(WIFEXITED(result) && WEXITSTATUS(result) == 0);
    assert_int_equal(read_number("model"), NEW);
    assert_int_equal(count_entries("."), 1);
    close(other->socket);
}

static void second_saver_is_told(void **state) {
    (void)state;
    digitnet_model *model = make_numbered_model();
    save_number(model, OLD);
    expect_ok(number_model(model, NEW));
    other_saver other = start_saver(model);
    expect_failure(digitnet_model_save(model, "model"), DIGITNET_ESTATE, "model.tmp");
    assert_int_equal(read_number("model"), OLD);
    let_go_on(&other);
    digitnet_model_free(model);
}

typedef struct overtaking {
    const digitnet_model *model;
    other_saver other;
} overtaking;

static int be_overtaken(file_call *call, void *context) {
    overtaking *self = context;
    if (call->kind != CALL_FLOCK)
        return 0;
    watch_calls(NULL);
    self->other = start_saver(self->model);
    return 0;
}

/* Another saver takes the place between the opening of the temporary file, new or stale, and its lock. */
static void overtaken_saver_is_told(void **state) {
    (void)state;
    digitnet_model *model = make_numbered_model();
    for (int stale = 0; stale < 2; ++stale) {
        overtaking self = {.model = model};
        save_number(model, OLD);
        if (stale)
            put("model.tmp", "left by a save that was killed");
        expect_ok(number_model(model, NEW));
        watch_calls(&(call_watch){.before = be_overtaken, .context = &self});
        expect_failure(digitnet_model_save(model, "model"), DIGITNET_ESTATE, "model.tmp");
        assert_int_equal(read_number("model"), OLD);
        let_go_on(&self.other);
    }
    digitnet_model_free(model);
}

static void killed_saver_holds_nobody_up(void **state) {
    (void)state;
    digitnet_model *model = make_numbered_model();
    save_number(model, OLD);
    other_saver other = start_saver(model);
    assert_int_equal(kill(other.process, SIGKILL), 0);
    wait_for_child(other.process);
    save_number(model, NEW);
    assert_int_equal(read_number("model"), NEW);
    assert_int_equal(count_entries("."), 1);
    close(other.socket);
    digitnet_model_free(model);
}

enum { SAVERS = 2, SAVES = 200 };

/* In a child: saves its number again and again, and is refused now and then. */
static int save_against_others(digitnet_model *model, size_t number) {
    int saved = 0;
    if (number_model(model, number) != DIGITNET_OK)
        return 1;
    for (int i = 0; i < SAVES; ++i) {
        digitnet_status status = digitnet_model_save(model, "model");
        if (status != DIGITNET_OK && status != DIGITNET_ESTATE)
            return 1;
        saved += status == DIGITNET_OK;
    }
    return saved > 0 ? 0 : 1;
}

static void racing_savers_keep_the_file_whole(void **state) {
    (void)state;
    digitnet_model *model = make_numbered_model();
    pid_t savers[SAVERS];
    save_number(model, 0);
    for (size_t i = 0; i < SAVERS; ++i) {
        savers[i] = fork();
        if (savers[i] == 0)
            _exit(save_against_others(model, i + 1));
    }
    for (size_t i = 0; i < SAVERS; ++i) {
        int result = -1;
        while (waitpid(savers[i], &result, WNOHANG) == 0)
            assert_in_range(read_number("model"), 0, SAVERS);
        assert_true(WIFEXITED(result) && WEXITSTATUS(result) == 0);
    }
    assert_in_range(read_number("model"), 1, SAVERS);
    assert_int_equal(count_entries("."), 1);
    digitnet_model_free(model);
}

int main(int count, char **arguments) {
    const struct CMUnitTest tests[] = {
        in_folder(killed_save_loses_nothing),    in_folder(every_system_call_may_be_the_last),
        in_folder(second_saver_is_told),         in_folder(overtaken_saver_is_told),
        in_folder(killed_saver_holds_nobody_up), in_folder(racing_savers_keep_the_file_whole),
    };
    if (count > 1)
        kills = strtoul(arguments[1], NULL, 10);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
