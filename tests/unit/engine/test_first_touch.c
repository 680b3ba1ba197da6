/* The threads that will use a pass's memory clear it, since a page is taken from the memory of the socket whose thread
 * writes to it first. */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE /* RUSAGE_THREAD, madvise, syscall */
#endif
#include "core/affinity.h"
#include "engine/pass.h"
#include "engine/workspace.h"
#include "model/model.h"
#include "own_memory.h"
#include "sanitizer.h"
#include "support.h"
#include "training/loss.h"

#include <pthread.h>
#include <stdint.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

enum { SIDE = 40, CAPACITY = 160, WORKERS = 4, ATTEMPTS = 100, MOST_TASKS = 16, MOST_PAGES = 64 };

/* Every byte is set: what is not cleared is seen. */
static void *allocate_full(void *user_data, size_t size, size_t alignment) {
    (void)user_data;
    void *memory = own_memory(size, alignment);
    return memory ? memset(memory, 0xff, size) : NULL;
}

/* Pages that nobody has written to, each of which costs its first writer a fault. */
static void *allocate_pages(void *user_data, size_t size, size_t alignment) {
    (void)user_data, (void)alignment;
    void *pages = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (pages == MAP_FAILED)
        return NULL;
    madvise(pages, size, MADV_NOHUGEPAGE);
    return pages;
}

static void release_pages(void *user_data, void *memory, size_t size, size_t alignment) {
    (void)user_data, (void)alignment;
    munmap(memory, size);
}

static digitnet_model *make_model(void) {
    const digitnet__loss_kind *loss = digitnet__loss_find(DIGITNET_LOSS_SPARSE_CATEGORICAL_CROSSENTROPY);
    digitnet_model *model;
    expect_ok(digitnet_model_create(&model, SIDE, SIDE, 1));
    digitnet_model_add_conv2d(model, 16, 3, DIGITNET_ACTIVATION_LINEAR);
    digitnet_model_add_batch_normalization(model);
    digitnet_model_add_activation(model, DIGITNET_ACTIVATION_RELU);
    digitnet_model_add_conv2d(model, 16, 3, DIGITNET_ACTIVATION_SILU);
    digitnet_model_add_flatten(model);
    expect_ok(digitnet_model_add_dense(model, 10, DIGITNET_ACTIVATION_SOFTMAX));
    digitnet__network *network = &model->network;
    expect_ok(digitnet__network_allocate_training(network, digitnet__loss_fused_activation(loss, &network->graph)));
    return model;
}

/* Arrays begin with a line, and fill lines but for the end of their last one. */
static void check_cleared(const digitnet__arena *arena) {
    for (size_t line = 0; line < arena->size; line += DNN_ALIGNMENT)
        assert_int_equal(arena->memory[line], 0);
}

static void check_all_is_cleared(size_t capacity, size_t ranges, size_t workers) {
    digitnet_model *model = make_model();
    digitnet__thread_pool *threads;
    digitnet__pass pass;
    digitnet__workspaces workspaces;
    expect_ok(digitnet__thread_pool_create(&threads, workers));
    expect_ok(digitnet__pass_create(&pass, &model->network, capacity, ranges, threads));
    check_cleared(&pass.arena);
    digitnet__pass_release(&pass);
    expect_ok(digitnet__workspaces_create(&workspaces, &model->network, capacity, threads));
    assert_int_equal(workspaces.count, workers);
    for (size_t i = 0; i < workers; i++)
        check_cleared(&workspaces.of_workers[i].arena);
    digitnet__workspaces_release(&workspaces);
    digitnet__thread_pool_free(threads);
    digitnet_model_free(model);
}

static void test_all_is_cleared(void **state) {
    (void)state;
    expect_ok(
        digitnet_set_allocator(DIGITNET_WITH(digitnet_allocator, .allocate = allocate_full, .release = give_back)));
    static const size_t capacities[] = {1, 7, 129}, ranges[] = {0, 3};
    for (size_t i = 0; i < 3; i++)
        for (size_t k = 0; k < 2; k++)
            for (size_t workers = 1; workers <= WORKERS; workers += WORKERS - 1)
                check_all_is_cleared(capacities[i], ranges[k], workers);
    expect_ok(digitnet_set_allocator(NULL));
}

static double own_faults(void) {
    struct rusage usage;
    assert_int_equal(getrusage(RUSAGE_THREAD, &usage), 0);
    return (double)usage.ru_minflt;
}

/* The share of the pages that this thread was the first to write to: its own of a quarter, and what workers leave. */
static double share_of_pass(const digitnet_model *model, digitnet__thread_pool *threads) {
    digitnet__pass pass;
    double before = own_faults();
    expect_ok(digitnet__pass_create(&pass, &model->network, CAPACITY, 0, threads));
    double faults = own_faults() - before, pages = (double)pass.arena.size / (double)sysconf(_SC_PAGESIZE);
    digitnet__pass_release(&pass);
    return faults / pages;
}

static double share_of_workspaces(const digitnet_model *model, digitnet__thread_pool *threads) {
    digitnet__workspaces workspaces;
    double before = own_faults();
    expect_ok(digitnet__workspaces_create(&workspaces, &model->network, CAPACITY, threads));
    double faults = own_faults() - before, pages = 0;
    for (size_t i = 0; i < workspaces.count; i++)
        pages += (double)workspaces.of_workers[i].arena.size / (double)sysconf(_SC_PAGESIZE);
    digitnet__workspaces_release(&workspaces);
    return faults / pages;
}

/* Where a system is busy a worker may come late, and find its share done. */
static void check_share(double (*share)(const digitnet_model *model, digitnet__thread_pool *threads),
                        const digitnet_model *model, digitnet__thread_pool *threads) {
    double least = 1;
    for (int attempt = 0; attempt < ATTEMPTS && least > 0.5; attempt++) {
        double found = share(model, threads);
        least = found < least ? found : least;
    }
    assert_true(least <= 0.5);
    /* Alone it is the first everywhere: the faults are those of the memory. */
    assert_true(share(model, NULL) >= 0.9);
}

static void test_pages_are_the_workers(void **state) {
    (void)state;
    if (DNN_EMULATED || DNN_ADDRESS_SANITIZER || DNN_THREAD_SANITIZER)
        skip_because("an emulator's and a sanitizer's own pages are counted too");
    expect_ok(digitnet_set_allocator(
        DIGITNET_WITH(digitnet_allocator, .allocate = allocate_pages, .release = release_pages)));
    digitnet_model *model = make_model();
    digitnet__thread_pool *threads;
    expect_ok(digitnet__thread_pool_create(&threads, WORKERS));
    check_share(share_of_pass, model, threads);
    check_share(share_of_workspaces, model, threads);
    digitnet__thread_pool_free(threads);
    digitnet_model_free(model);
    expect_ok(digitnet_set_allocator(NULL));
}

/* Long enough that no other worker comes to take it. */
static void find_node(void *context, size_t task, size_t worker) {
    unsigned *nodes = context;
    (void)worker;
    assert_int_equal(syscall(SYS_getcpu, NULL, &nodes[task], NULL), 0);
    nanosleep(&(struct timespec){.tv_nsec = 20000000}, NULL);
}

/* Adds a range's pages of images, and those of them that lie in the memory of `node`. False where a system does not
 * say. */
static bool count_pages(size_t *count, size_t *near, const digitnet__pass *pass, digitnet__range range, unsigned node) {
    size_t page = (size_t)sysconf(_SC_PAGESIZE), found = 0;
    uintptr_t first = (uintptr_t)digitnet__pass_input(pass, range.first);
    uintptr_t end = (uintptr_t)digitnet__pass_input(pass, range.first + range.count);
    void *pages[MOST_PAGES];
    int nodes[MOST_PAGES];
    for (uintptr_t at = (first + page - 1) / page * page; at + page <= end && found < MOST_PAGES; at += page)
        pages[found++] = (void *)at;
    if (syscall(SYS_move_pages, 0, found, pages, NULL, nodes, 0) != 0)
        return false;
    for (size_t i = 0; i < found; i++)
        *near += nodes[i] == (int)node;
    *count += found;
    return true;
}

static size_t smaller(size_t a, size_t b) {
    return a < b ? a : b;
}

static void bind_all(digitnet__thread_pool *threads) {
    digitnet__affinity all, own;
    digitnet__thread_pool_bind(threads);
    digitnet__affinity_get(&all);
    digitnet__affinity_pick(&own, &all, 0);
    digitnet__affinity_set(pthread_self(), &own);
}

/* The share of the pages that are near the processor that works on them; below zero where a system does not say. */
static double share_near(const digitnet_model *model, digitnet__thread_pool *threads, const unsigned *nodes) {
    digitnet__pass pass;
    expect_ok(digitnet__pass_create(&pass, &model->network, CAPACITY, MOST_TASKS, threads));
    size_t near = 0, pages = 0;
    bool known = true;
    for (size_t i = 0; i < MOST_TASKS && known; i++)
        known = count_pages(&pages, &near, &pass, digitnet__pass_range(&pass, CAPACITY, i), nodes[i]);
    digitnet__pass_release(&pass);
    return known ? (double)near / (double)pages : -1;
}

static void test_pages_are_near(void **state) {
    (void)state;
    if (access("/sys/devices/system/node/node1", F_OK) != 0)
        skip_because("all processors have one memory");
    expect_ok(digitnet_set_allocator(
        DIGITNET_WITH(digitnet_allocator, .allocate = allocate_pages, .release = release_pages)));
    digitnet_model *model = make_model();
    digitnet__thread_pool *threads;
    unsigned nodes[MOST_TASKS];
    expect_ok(digitnet__thread_pool_create(&threads, smaller(digitnet__processor_count(), MOST_TASKS)));
    bind_all(threads);
    digitnet__thread_pool_run(threads, find_node, nodes, MOST_TASKS);
    double most = 0;
    for (int attempt = 0; attempt < ATTEMPTS && most >= 0 && most < 0.9; attempt++)
        most = share_near(model, threads, nodes);
    digitnet__thread_pool_free(threads);
    digitnet_model_free(model);
    expect_ok(digitnet_set_allocator(NULL));
    if (most < 0)
        skip_because("the system does not say where pages lie");
    print_message("%.0f%% of the pages are near the processor that works on them\n", 100 * most);
    assert_true(most >= 0.9);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_all_is_cleared),
        cmocka_unit_test(test_pages_are_the_workers),
        cmocka_unit_test(test_pages_are_near),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
