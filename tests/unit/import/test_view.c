/* Views, against lists of places that are moved value by value. */
#include "import/view.h"
#include "support.h"

#include <stdlib.h>
#include <string.h>

enum { VALUES = 2 * 3 * 4 * 5 };

/* What a view stands for: the place of each value, in the order of a file's sizes. */
typedef struct listed {
    size_t rank, sizes[DNN_VIEW_AXES], places[4 * VALUES];
} listed;

static void assert_stands_for(const digitnet__view *view, const listed *expected) {
    size_t places[4 * VALUES];
    assert_int_equal(view->rank, expected->rank);
    assert_memory_equal(view->sizes, expected->sizes, view->rank * sizeof *view->sizes);
    digitnet__view_places(places, view);
    assert_memory_equal(places, expected->places, digitnet__view_count(view) * sizeof *places);
}

static void transpose_list(listed *list, const size_t *order) {
    listed from = *list;
    size_t index[DNN_VIEW_AXES] = {0}, count = 1;
    for (size_t i = 0; i < list->rank; i++) {
        list->sizes[i] = from.sizes[order[i]];
        count *= list->sizes[i];
    }
    for (size_t i = 0; i < count; i++) {
        size_t old[DNN_VIEW_AXES], place = 0;
        for (size_t k = 0; k < list->rank; k++)
            old[order[k]] = index[k];
        for (size_t k = 0; k < list->rank; k++)
            place = place * from.sizes[k] + old[k];
        list->places[i] = from.places[place];
        for (size_t k = list->rank; k-- > 0 && ++index[k] == list->sizes[k];)
            index[k] = 0;
    }
}

static size_t draw(uint64_t *seed, size_t count) {
    *seed = *seed * 6364136223846793005U + 1442695040888963407U;
    return (size_t)(*seed >> 33) % count;
}

/* Some sizes whose product is VALUES. */
static size_t draw_sizes(size_t *sizes, uint64_t *seed) {
    static const size_t factors[] = {2, 3, 2, 2, 5};
    size_t rank = 1 + draw(seed, 4);
    for (size_t i = 0; i < rank; i++)
        sizes[i] = 1;
    for (size_t i = 0; i < 5; i++)
        sizes[draw(seed, rank)] *= factors[i];
    return rank;
}

static void draw_order(size_t *order, size_t rank, uint64_t *seed) {
    for (size_t i = 0; i < rank; i++)
        order[i] = i;
    for (size_t i = rank; i-- > 1;) {
        size_t other = draw(seed, i + 1), kept = order[i];
        order[i] = order[other];
        order[other] = kept;
    }
}

static listed list_of(const digitnet__view *view) {
    listed list = {.rank = view->rank};
    memcpy(list.sizes, view->sizes, sizeof list.sizes);
    digitnet__view_places(list.places, view);
    return list;
}

static void views_are_moved_as_values_are(void **state) {
    (void)state;
    uint64_t seed = 1;
    size_t reshaped = 0;
    for (size_t run = 0; run < 2000; run++) {
        size_t sizes[DNN_VIEW_AXES], order[DNN_VIEW_AXES], rank = draw_sizes(sizes, &seed);
        digitnet__view view = digitnet__view_plain(sizes, rank);
        assert_true(digitnet__view_is_plain(&view));
        for (size_t step = 0; step < 6; step++) {
            listed expected = list_of(&view);
            rank = draw_sizes(sizes, &seed);
            if (digitnet__view_reshape(&view, sizes, rank)) {
                expected.rank = rank;
                memcpy(expected.sizes, sizes, sizeof sizes);
                reshaped++;
            }
            assert_stands_for(&view, &expected);
            draw_order(order, view.rank, &seed);
            digitnet__view_transpose(&view, order);
            transpose_list(&expected, order);
            assert_stands_for(&view, &expected);
        }
    }
    assert_true(reshaped > 1000);
}

/* Moves values as three axes of a permutation do. */
static void move_blocks(size_t *values, const size_t *sizes, const size_t *order) {
    listed list = {.rank = 3, .sizes = {sizes[0], sizes[1], sizes[2]}};
    memcpy(list.places, values, VALUES * sizeof *values);
    transpose_list(&list, order);
    memcpy(values, list.places, VALUES * sizeof *values);
}

static void blocks_bring_any_view_into_any_other(void **state) {
    (void)state;
    uint64_t seed = 7;
    size_t several = 0;
    for (size_t run = 0; run < 2000; run++) {
        size_t sizes[DNN_VIEW_AXES], order[DNN_VIEW_AXES], rank = draw_sizes(sizes, &seed), moves = 0;
        digitnet__view from = digitnet__view_plain(sizes, rank), to;
        for (size_t step = 0; step < 2; step++) {
            draw_order(order, from.rank, &seed);
            digitnet__view_transpose(&from, order);
            to = from;
            rank = draw_sizes(sizes, &seed);
            if (!digitnet__view_reshape(&from, sizes, rank))
                from = to;
        }
        to = run % 2 ? digitnet__view_plain(from.sizes, from.rank)
                     : digitnet__view_channels_at(from.sizes, from.rank, draw(&seed, from.rank));
        size_t values[VALUES], now[VALUES], then[VALUES], block_sizes[3], block_order[3];
        for (size_t i = 0; i < VALUES; i++)
            values[i] = i;
        digitnet__view_places(now, &from);
        digitnet__view_places(then, &to);
        digitnet__view moving = from;
        digitnet__view_move next;
        do {
            next = digitnet__view_blocks(block_sizes, block_order, &moving, &to);
            assert_int_not_equal(next, DNN_VIEW_STUCK);
            move_blocks(values, block_sizes, block_order);
            assert_true(++moves <= DNN_VIEW_ATOMS);
        } while (next == DNN_VIEW_MOVES);
        several += moves > 1;
        for (size_t i = 0; i < VALUES; i++)
            assert_int_equal(values[then[i]], now[i]);
    }
    assert_true(several > 50);
}

static void repeated_values_have_no_place_of_their_own(void **state) {
    (void)state;
    digitnet__view view = digitnet__view_channels_first(3, 1, 2), tiled = digitnet__view_channels_first(2, 2, 3);
    size_t times[DNN_VIEW_AXES];
    assert_true(digitnet__view_expand(&view, (const size_t[]){2, 1, 4, 2}, 4));
    assert_true(digitnet__view_repeats(&view));
    assert_memory_equal(view.sizes, ((const size_t[]){2, 3, 4, 2}), 4 * sizeof(size_t));
    assert_true(digitnet__view_repetitions(times, &view));
    assert_memory_equal(times, ((const size_t[]){2, 1, 4, 1}), 4 * sizeof(size_t));
    assert_memory_equal(view.sizes, ((const size_t[]){1, 3, 1, 2}), 4 * sizeof(size_t));
    assert_false(digitnet__view_repeats(&view));
    assert_false(digitnet__view_expand(&view, (const size_t[]){1, 2, 1, 2}, 4));
    assert_true(digitnet__view_tile(&tiled, (const size_t[]){1, 2, 1}));
    size_t places[24], once[12];
    digitnet__view image = digitnet__view_channels_first(2, 2, 3);
    digitnet__view_places(places, &tiled);
    digitnet__view_places(once, &image);
    for (size_t i = 0; i < 24; i++)
        assert_int_equal(places[i], once[i / 12 * 6 + i % 6]);
    assert_false(digitnet__view_repetitions(times, &tiled));
}

static void channels_are_seen_in_any_order(void **state) {
    (void)state;
    digitnet__view view = digitnet__view_channels_first(6, 4, 5);
    assert_true(digitnet__view_covers(&view, 0, 0));
    assert_false(digitnet__view_covers(&view, 1, 1));
    assert_true(digitnet__view_steps(&view, 0, 1));
    assert_true(digitnet__view_steps(&view, 1, 30));
    /* Two groups of three, shuffled. */
    assert_true(digitnet__view_reshape(&view, (const size_t[]){2, 3, 4, 5}, 4));
    digitnet__view_transpose(&view, (const size_t[]){1, 0, 2, 3});
    assert_true(digitnet__view_reshape(&view, (const size_t[]){6, 4, 5}, 3));
    assert_true(digitnet__view_covers(&view, 0, 0));
    assert_false(digitnet__view_steps(&view, 0, 1));
    size_t places[6];
    digitnet__view_axis_places(places, &view, 0);
    assert_memory_equal(places, ((const size_t[]){0, 3, 1, 4, 2, 5}), sizeof places);
    digitnet__view_set_image(&view, 2, 2);
    digitnet__view_set_channels(&view, 0, 6, 2);
    assert_memory_equal(view.sizes, ((const size_t[]){2, 2, 2}), 3 * sizeof(size_t));
    assert_true(digitnet__view_steps(&view, 1, 4));
}

/* A row whose places no atoms can say, and what cannot be done with it. */
static void rows_have_any_order(void **state) {
    (void)state;
    static const size_t order[] = {2, 0, 3, 1}, same[] = {2, 0, 3, 1}, other[] = {0, 1, 2, 3};
    const digitnet__view row = {.rank = 1, .sizes = {4}, .places = order}, twin = {1, {4}, 0, {{0}}, same};
    const digitnet__view unlike = {.rank = 1, .sizes = {4}, .places = other};
    digitnet__view plain = digitnet__view_plain((const size_t[]){4}, 1), view = row;
    size_t places[4], sizes[3], moves[3];
    digitnet__view_places(places, &row);
    assert_memory_equal(places, order, sizeof order);
    digitnet__view_axis_places(places, &row, 0);
    assert_memory_equal(places, order, sizeof order);
    assert_true(digitnet__view_equal(&row, &twin));
    assert_false(digitnet__view_equal(&row, &unlike));
    assert_false(digitnet__view_equal(&row, &plain));
    assert_false(digitnet__view_equal(&plain, &row));
    assert_true(digitnet__view_covers(&row, 0, 0));
    assert_false(digitnet__view_steps(&row, 0, 1));
    assert_false(digitnet__view_repeats(&row));
    assert_true(digitnet__view_reshape(&view, (const size_t[]){4}, 1));
    assert_false(digitnet__view_reshape(&view, (const size_t[]){2, 2}, 2));
    assert_false(digitnet__view_expand(&view, (const size_t[]){2, 4}, 2));
    assert_false(digitnet__view_tile(&view, (const size_t[]){2}));
    assert_int_equal(digitnet__view_blocks(sizes, moves, &view, &plain), DNN_VIEW_STUCK);
    assert_int_equal(digitnet__view_blocks(sizes, moves, &plain, &row), DNN_VIEW_STUCK);
}

static void what_does_not_fit_is_said(void **state) {
    (void)state;
    size_t sizes[3], moves[3];
    digitnet__view six = digitnet__view_plain((const size_t[]){6}, 1),
                   four = digitnet__view_plain((const size_t[]){4}, 1);
    digitnet__view wide = digitnet__view_plain((const size_t[]){2, 3}, 2), turned = wide, high = wide, expanded = four;
    assert_int_equal(digitnet__view_blocks(sizes, moves, &six, &four), DNN_VIEW_STUCK);
    assert_true(digitnet__view_reshape(&high, (const size_t[]){3, 2}, 2));
    digitnet__view_transpose(&turned, (const size_t[]){1, 0});
    digitnet__view_transpose(&high, (const size_t[]){1, 0});
    assert_true(digitnet__view_reshape(&turned, (const size_t[]){6}, 1)); /* 3 of 2 values */
    assert_true(digitnet__view_reshape(&high, (const size_t[]){6}, 1));   /* 2 of 3 */
    assert_int_equal(digitnet__view_blocks(sizes, moves, &turned, &high), DNN_VIEW_STUCK);
    assert_false(digitnet__view_reshape(&turned, (const size_t[]){2, 3}, 2));
    assert_false(digitnet__view_reshape(&four, (const size_t[]){8}, 1));
    assert_false(digitnet__view_reshape(&four, (const size_t[]){2}, 1));
    assert_true(digitnet__view_expand(&expanded, (const size_t[]){3, 4}, 2));
    assert_int_equal(digitnet__view_blocks(sizes, moves, &expanded, &four), DNN_VIEW_STUCK);
    assert_false(digitnet__view_expand(&wide, (const size_t[]){3}, 1));
    assert_true(digitnet__view_covers(&six, 0, 0));
}

/* Turns the axes round, and cuts what they have otherwise. */
static void cut_runs(digitnet__view *view, const size_t *sizes) {
    static const size_t back[] = {7, 6, 5, 4, 3, 2, 1, 0};
    digitnet__view_transpose(view, back);
    assert_true(digitnet__view_reshape(view, sizes, DNN_VIEW_AXES));
}

/* A view has 16 runs at most; layers give one more to an axis that had the size 1. */
static void runs_are_limited(void **state) {
    (void)state;
    static const size_t fours[] = {4, 4, 4, 4, 4, 4, 4, 4}, shifted[] = {2, 4, 4, 4, 4, 4, 4, 8};
    static const size_t first[] = {2, 8, 4, 2, 4, 4, 8, 16}, second[] = {4, 2, 8, 4, 4, 4, 4, 16};
    static const size_t last[] = {1, 2, 2, 64, 8, 2, 4, 16};
    digitnet__view view = digitnet__view_plain(fours, DNN_VIEW_AXES), tiled;
    cut_runs(&view, shifted);
    assert_int_equal(view.atom_count, 15);
    tiled = view;
    assert_true(digitnet__view_tile(&tiled, (const size_t[]){1, 2, 1, 1, 1, 1, 1, 1}));
    assert_int_equal(tiled.atom_count, 16);
    assert_false(digitnet__view_tile(&view, (const size_t[]){2, 2, 1, 1, 1, 1, 1, 1}));
    assert_false(digitnet__view_tile(&view, (const size_t[]){1, 1, 1, 1, 1, 1, 2, 2}));
    view = digitnet__view_plain(first, DNN_VIEW_AXES);
    cut_runs(&view, second);
    cut_runs(&view, last);
    assert_int_equal(view.atom_count, 16);
    assert_false(digitnet__view_expand(&view, (const size_t[]){2, 2, 2, 64, 8, 2, 4, 16}, DNN_VIEW_AXES));
    assert_false(digitnet__view_tile(&view, (const size_t[]){3, 1, 1, 1, 1, 1, 1, 1}));
    digitnet__view_set_channels(&view, 0, 1, 3);
    assert_int_equal(view.atom_count, 17);
    assert_false(digitnet__view_expand(&view, (const size_t[]){1, 1, 1, 1, 1, 1, 1, 1}, DNN_VIEW_AXES));
    assert_false(digitnet__view_tile(&view, (const size_t[]){1, 1, 1, 1, 1, 1, 1, 1}));
    digitnet__view image = digitnet__view_channels_first(3, 1, 1);
    for (size_t i = 0; i < 2; i++)
        digitnet__view_set_image(&image, 4, 5);
    assert_int_equal(image.atom_count, 3);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(views_are_moved_as_values_are),
        cmocka_unit_test(blocks_bring_any_view_into_any_other),
        cmocka_unit_test(repeated_values_have_no_place_of_their_own),
        cmocka_unit_test(channels_are_seen_in_any_order),
        cmocka_unit_test(rows_have_any_order),
        cmocka_unit_test(what_does_not_fit_is_said),
        cmocka_unit_test(runs_are_limited),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
