#include "wrapped_memory.h"

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>

void __real_free(void *memory);
int __real_posix_memalign(void **memory, size_t alignment, size_t size);
int __real_pthread_attr_init(pthread_attr_t *attributes);
int __real_pthread_cond_destroy(pthread_cond_t *condition);
int __real_pthread_cond_init(pthread_cond_t *condition, const pthread_condattr_t *attributes);
int __real_pthread_create(pthread_t *thread, const pthread_attr_t *attributes, void *(*run)(void *), void *context);
int __real_pthread_mutex_destroy(pthread_mutex_t *mutex);
int __real_pthread_mutex_init(pthread_mutex_t *mutex, const pthread_mutexattr_t *attributes);

void __wrap_free(void *memory);
int __wrap_posix_memalign(void **memory, size_t alignment, size_t size);
int __wrap_pthread_attr_init(pthread_attr_t *attributes);
int __wrap_pthread_cond_destroy(pthread_cond_t *condition);
int __wrap_pthread_cond_init(pthread_cond_t *condition, const pthread_condattr_t *attributes);
int __wrap_pthread_create(pthread_t *thread, const pthread_attr_t *attributes, void *(*run)(void *), void *context);
int __wrap_pthread_mutex_destroy(pthread_mutex_t *mutex);
int __wrap_pthread_mutex_init(pthread_mutex_t *mutex, const pthread_mutexattr_t *attributes);

static allocation_counts *memory_counts, *thread_counts;

void watch_memory(allocation_counts *counts) {
    memory_counts = counts;
}

void watch_threads(allocation_counts *counts) {
    thread_counts = counts;
}

/* Counts what the C library is asked for; false where there shall be none. */
static bool is_given(allocation_counts *counts) {
    return counts == NULL || count_allocation(counts);
}

static void give_back(void) {
    if (memory_counts != NULL)
        atomic_fetch_sub(&memory_counts->live, 1);
}

void __wrap_free(void *memory) {
    if (memory != NULL)
        give_back();
    __real_free(memory);
}

int __wrap_posix_memalign(void **memory, size_t alignment, size_t size) {
    return is_given(memory_counts) ? __real_posix_memalign(memory, alignment, size) : ENOMEM;
}

int __wrap_pthread_attr_init(pthread_attr_t *attributes) {
    return is_given(thread_counts) ? __real_pthread_attr_init(attributes) : ENOMEM;
}

int __wrap_pthread_cond_destroy(pthread_cond_t *condition) {
    give_back();
    return __real_pthread_cond_destroy(condition);
}

int __wrap_pthread_cond_init(pthread_cond_t *condition, const pthread_condattr_t *attributes) {
    return is_given(memory_counts) ? __real_pthread_cond_init(condition, attributes) : ENOMEM;
}

int __wrap_pthread_create(pthread_t *thread, const pthread_attr_t *attributes, void *(*run)(void *), void *context) {
    return is_given(thread_counts) ? __real_pthread_create(thread, attributes, run, context) : EAGAIN;
}

int __wrap_pthread_mutex_destroy(pthread_mutex_t *mutex) {
    give_back();
    return __real_pthread_mutex_destroy(mutex);
}

int __wrap_pthread_mutex_init(pthread_mutex_t *mutex, const pthread_mutexattr_t *attributes) {
    return is_given(memory_counts) ? __real_pthread_mutex_init(mutex, attributes) : ENOMEM;
}
