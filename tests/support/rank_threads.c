#include "rank_threads.h"

#include "support.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

typedef enum collective { ALL_GATHER, ALL_TO_ALL, BROADCAST } collective;

/* What a rank has come to a collective with. */
typedef struct visit {
    collective kind;
    void *buffer; /* to be read by the others */
    const size_t *bytes;
    size_t root, count; /* of a broadcast */
} visit;

typedef struct group {
    rank_threads *ranks;
    visit *visits;
    pthread_mutex_t mutex;
    pthread_cond_t met;
    size_t waiting, meeting;
    bool broken;
} group;

typedef struct member {
    group *group;
    digitnet_communicator communicator;
    size_t calls, received;
    rank_fn run;
    void *context;
} member;

/* All ranks have come here; false where one has failed. */
static bool meet(group *all) {
    pthread_mutex_lock(&all->mutex);
    size_t meeting = all->meeting;
    if (++all->waiting == all->ranks->size) {
        all->waiting = 0;
        all->meeting++;
        pthread_cond_broadcast(&all->met);
    }
    while (all->meeting == meeting && !all->broken)
        pthread_cond_wait(&all->met, &all->mutex);
    bool whole = all->meeting != meeting;
    pthread_mutex_unlock(&all->mutex);
    return whole;
}

static int cut(group *all, const char *message) {
    pthread_mutex_lock(&all->mutex);
    all->broken = true;
    pthread_cond_broadcast(&all->met);
    pthread_mutex_unlock(&all->mutex);
    digitnet_set_error(message);
    return DIGITNET_EIO;
}

static bool fits(const member *own, const visit *other, size_t rank) {
    const visit *mine = &own->group->visits[own->communicator.rank];
    size_t size = own->communicator.size;
    if (other->kind != mine->kind)
        return false;
    switch (mine->kind) {
    case ALL_GATHER:
        return memcmp(mine->bytes, other->bytes, size * sizeof *mine->bytes) == 0;
    case ALL_TO_ALL:
        return mine->bytes[rank] == other->bytes[size + own->communicator.rank];
    default:
        return mine->root == other->root && mine->count == other->count;
    }
}

/* Comes with what the others may read, and has copied what it wants of theirs before any of them goes on. */
static int come(member *own, visit mine, void (*take)(member *own, size_t rank)) {
    group *all = own->group;
    size_t rank = own->communicator.rank;
    own->calls++;
    if (own->calls == all->ranks->fails_at && rank == all->ranks->fails_on)
        return cut(all, "the line is cut");
    all->visits[rank] = mine;
    if (!meet(all))
        return cut(all, "another rank is gone");
    for (size_t other = 0; other < own->communicator.size; other++) {
        if (!fits(own, &all->visits[other], other))
            return cut(all, "the ranks' calls do not fit");
        take(own, other);
    }
    return meet(all) ? DIGITNET_OK : cut(all, "another rank is gone");
}

static const visit *visit_of(const member *own, size_t rank) {
    return &own->group->visits[rank];
}

static size_t sum(const size_t *bytes, size_t count) {
    size_t total = 0;
    for (size_t i = 0; i < count; i++)
        total += bytes[i];
    return total;
}

static void copy(member *own, size_t rank, void *to, const void *from, size_t bytes) {
    if (bytes)
        memcpy(to, from, bytes);
    own->received += rank == own->communicator.rank ? 0 : bytes;
}

static void take_gathered(member *own, size_t rank) {
    const visit *mine = visit_of(own, own->communicator.rank), *other = visit_of(own, rank);
    size_t at = sum(mine->bytes, rank);
    if (other != mine)
        copy(own, rank, (char *)mine->buffer + at, (const char *)other->buffer + at, mine->bytes[rank]);
}

static int all_gather(void *buffer, const size_t *bytes, void *user_data) {
    return come(user_data, (visit){.kind = ALL_GATHER, .buffer = buffer, .bytes = bytes}, take_gathered);
}

/* Of an exchange between all, `bytes` has what is received and then what is sent; the buffer likewise. */
typedef struct both {
    void *received;
    const void *sent;
} both;

static void take_sent(member *own, size_t rank) {
    const visit *mine = visit_of(own, own->communicator.rank), *other = visit_of(own, rank);
    const both *to = mine->buffer, *from = other->buffer;
    const size_t *sent_bytes = other->bytes + own->communicator.size;
    copy(own, rank, (char *)to->received + sum(mine->bytes, rank),
         (const char *)from->sent + sum(sent_bytes, own->communicator.rank), mine->bytes[rank]);
}

static int all_to_all(void *received, const size_t *received_bytes, const void *sent, const size_t *sent_bytes,
                      void *user_data) {
    member *own = user_data;
    size_t size = own->communicator.size;
    both buffers = {.received = received, .sent = sent};
    size_t *bytes = malloc(2 * size * sizeof *bytes);
    if (!bytes)
        return DIGITNET_ENOMEM;
    memcpy(bytes, received_bytes, size * sizeof *bytes);
    memcpy(bytes + size, sent_bytes, size * sizeof *bytes);
    int result = come(own, (visit){.kind = ALL_TO_ALL, .buffer = &buffers, .bytes = bytes}, take_sent);
    free(bytes);
    return result;
}

static void take_root(member *own, size_t rank) {
    const visit *mine = visit_of(own, own->communicator.rank);
    if (rank == mine->root && rank != own->communicator.rank)
        copy(own, rank, mine->buffer, visit_of(own, rank)->buffer, mine->count);
}

static int broadcast(void *buffer, size_t bytes, size_t root, void *user_data) {
    return come(user_data, (visit){.kind = BROADCAST, .buffer = buffer, .root = root, .count = bytes}, take_root);
}

static void run_member(void *context) {
    member *own = context;
    own->run(&own->communicator, own->context);
}

void run_ranks(rank_threads *ranks, rank_fn run, void *context) {
    group all = {.ranks = ranks, .visits = must_allocate(ranks->size * sizeof *all.visits)};
    member *members = must_allocate(ranks->size * sizeof *members);
    assert_int_equal(pthread_mutex_init(&all.mutex, NULL), 0);
    assert_int_equal(pthread_cond_init(&all.met, NULL), 0);
    for (size_t rank = 0; rank < ranks->size; rank++) {
        members[rank] = (member){.group = &all,
                                 .communicator = {.struct_size = sizeof(digitnet_communicator),
                                                  .rank = rank,
                                                  .size = ranks->size,
                                                  .all_gather = all_gather,
                                                  .all_to_all = all_to_all,
                                                  .broadcast = broadcast,
                                                  .user_data = &members[rank]},
                                 .run = run,
                                 .context = context};
    }
    run_threads(run_member, members, ranks->size, sizeof *members);
    ranks->calls = members[0].calls;
    ranks->received = members[0].received;
    pthread_cond_destroy(&all.met);
    pthread_mutex_destroy(&all.mutex);
    free(members);
    free(all.visits);
}
