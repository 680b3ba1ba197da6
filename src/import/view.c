#include "import/view.h"

#include "core/ieee.h"

#include <stdint.h>
#include <string.h>

static void add_atom(digitnet__view *view, size_t size, size_t stride, size_t axis) {
    if (size > 1)
        view->atoms[view->atom_count++] = (digitnet__view_atom){size, stride, axis};
}

/* False where there are as many as there may be. */
static bool try_atom(digitnet__view *view, size_t size, size_t stride, size_t axis) {
    if (size > 1 && view->atom_count >= DNN_VIEW_ATOMS)
        return false;
    add_atom(view, size, stride, axis);
    return true;
}

digitnet__view digitnet__view_channels_at(const size_t *sizes, size_t rank, size_t axis) {
    digitnet__view view = {.rank = rank};
    size_t stride = 1;
    for (size_t i = 0; i < rank; i++)
        stride *= sizes[i];
    for (size_t i = 0; i < rank; i++) {
        view.sizes[i] = sizes[i];
        if (i != axis)
            stride /= sizes[i];
        add_atom(&view, sizes[i], i == axis ? 1 : stride, i);
    }
    return view;
}

digitnet__view digitnet__view_plain(const size_t *sizes, size_t rank) {
    return digitnet__view_channels_at(sizes, rank, rank);
}

digitnet__view digitnet__view_channels_first(size_t channels, size_t rows, size_t columns) {
    return digitnet__view_channels_at((const size_t[]){channels, rows, columns}, 3, 0);
}

size_t digitnet__view_count(const digitnet__view *view) {
    size_t count = 1;
    for (size_t i = 0; i < view->rank; i++)
        count *= view->sizes[i];
    return count;
}

/* Atoms that go on where the one before ends become one. */
static void merge(digitnet__view *view, bool across_axes) {
    size_t count = 0;
    for (size_t i = 0; i < view->atom_count; i++) {
        digitnet__view_atom atom = view->atoms[i], *before = count ? &view->atoms[count - 1] : NULL;
        if (before && before->stride == atom.size * atom.stride && (across_axes || before->axis == atom.axis)) {
            before->size *= atom.size;
            before->stride = atom.stride;
        } else {
            view->atoms[count++] = atom;
        }
    }
    view->atom_count = count;
}

static bool same_sizes(const digitnet__view *view, const size_t *sizes, size_t rank) {
    return rank == view->rank && memcmp(sizes, view->sizes, rank * sizeof *sizes) == 0;
}

/* Takes `size` values for an axis from the front of the atoms that are left. */
static bool take_axis(digitnet__view *view, digitnet__view_atom *rest, size_t *next, size_t count, size_t size,
                      size_t axis) {
    while (size > 1) {
        if (*next == count)
            return false;
        digitnet__view_atom *atom = &rest[*next];
        size_t taken = size % atom->size == 0 ? atom->size : size;
        if (atom->size % taken != 0 || !try_atom(view, taken, atom->stride * (atom->size / taken), axis))
            return false;
        atom->size /= taken;
        size /= taken;
        *next += atom->size == 1;
    }
    return true;
}

bool digitnet__view_reshape(digitnet__view *view, const size_t *sizes, size_t rank) {
    if (same_sizes(view, sizes, rank))
        return true;
    if (view->places)
        return false;
    digitnet__view old = *view, result = {.rank = rank};
    size_t next = 0;
    merge(&old, true);
    for (size_t i = 0; i < rank; i++) {
        result.sizes[i] = sizes[i];
        if (!take_axis(&result, old.atoms, &next, old.atom_count, sizes[i], i))
            return false;
    }
    if (next != old.atom_count)
        return false;
    merge(&result, false);
    *view = result;
    return true;
}

bool digitnet__view_expand(digitnet__view *view, const size_t *sizes, size_t rank) {
    digitnet__view result = {.rank = rank};
    size_t next = 0;
    if (view->places || rank < view->rank)
        return false;
    for (size_t i = 0; i < rank; i++) {
        size_t old = i + view->rank < rank ? 1 : view->sizes[i + view->rank - rank];
        result.sizes[i] = sizes[i] == 1 ? old : sizes[i];
        if (old != 1 && sizes[i] != 1 && old != sizes[i])
            return false;
        for (; next < view->atom_count && view->atoms[next].axis + rank == i + view->rank; next++)
            if (!try_atom(&result, view->atoms[next].size, view->atoms[next].stride, i))
                return false;
        if (old == 1 && !try_atom(&result, sizes[i], 0, i))
            return false;
    }
    *view = result;
    return true;
}

bool digitnet__view_repeats(const digitnet__view *view) {
    for (size_t i = 0; i < view->atom_count; i++)
        if (view->atoms[i].stride == 0)
            return true;
    return false;
}

bool digitnet__view_repetitions(size_t *times, digitnet__view *view) {
    digitnet__view once = *view;
    once.atom_count = 0;
    for (size_t i = 0; i < view->rank; i++)
        times[i] = 1;
    for (size_t i = 0; i < view->atom_count; i++) {
        const digitnet__view_atom *atom = &view->atoms[i];
        if (atom->stride == 0) {
            times[atom->axis] *= atom->size;
            once.sizes[atom->axis] /= atom->size;
        } else if (times[atom->axis] > 1) {
            return false;
        } else {
            once.atoms[once.atom_count++] = *atom;
        }
    }
    *view = once;
    return true;
}

bool digitnet__view_tile(digitnet__view *view, const size_t *times) {
    digitnet__view result = {.rank = view->rank};
    size_t next = 0;
    if (view->places)
        return false;
    for (size_t i = 0; i < view->rank; i++) {
        result.sizes[i] = view->sizes[i] * times[i];
        if (!try_atom(&result, times[i], 0, i))
            return false;
        for (; next < view->atom_count && view->atoms[next].axis == i; next++)
            if (!try_atom(&result, view->atoms[next].size, view->atoms[next].stride, i))
                return false;
    }
    *view = result;
    return true;
}

void digitnet__view_collapse(digitnet__view *view) {
    size_t count = 0;
    for (size_t i = 0; i < view->atom_count; i++) {
        if (view->atoms[i].stride == 0)
            view->sizes[view->atoms[i].axis] = 1;
        else
            view->atoms[count++] = view->atoms[i];
    }
    view->atom_count = count;
}

void digitnet__view_transpose(digitnet__view *view, const size_t *order) {
    digitnet__view result = {.rank = view->rank, .places = view->places};
    for (size_t i = 0; i < view->rank; i++) {
        result.sizes[i] = view->sizes[order[i]];
        for (size_t k = 0; k < view->atom_count; k++)
            if (view->atoms[k].axis == order[i])
                add_atom(&result, view->atoms[k].size, view->atoms[k].stride, i);
    }
    *view = result;
}

/* The places of the atoms' values, which are those of the axis, or of all where it is none. */
static void list_places(size_t *places, const digitnet__view *view, size_t axis) {
    size_t count = 1;
    places[0] = 0;
    for (size_t i = view->atom_count; i-- > 0;) {
        const digitnet__view_atom *atom = &view->atoms[i];
        if (axis != DNN_VIEW_AXES && atom->axis != axis)
            continue;
        for (size_t k = 1; k < atom->size; k++)
            for (size_t j = 0; j < count; j++)
                places[k * count + j] = places[j] + k * atom->stride;
        count *= atom->size;
    }
}

void digitnet__view_places(size_t *places, const digitnet__view *view) {
    if (view->places)
        memcpy(places, view->places, view->sizes[0] * sizeof *places);
    else
        list_places(places, view, DNN_VIEW_AXES);
}

void digitnet__view_axis_places(size_t *places, const digitnet__view *view, size_t axis) {
    if (view->places)
        digitnet__view_places(places, view);
    else
        list_places(places, view, axis);
}

void digitnet__view_set_channels(digitnet__view *view, size_t axis, size_t before, size_t channels) {
    digitnet__view result = {.rank = view->rank};
    memcpy(result.sizes, view->sizes, sizeof result.sizes);
    result.sizes[axis] = channels;
    for (size_t i = 0, next = 0; i < view->rank; i++) {
        if (i == axis)
            add_atom(&result, channels, 1, axis);
        for (; next < view->atom_count && view->atoms[next].axis == i; next++)
            if (i != axis)
                add_atom(&result, view->atoms[next].size, view->atoms[next].stride / before * channels, i);
    }
    *view = result;
}

void digitnet__view_set_image(digitnet__view *view, size_t rows, size_t columns) {
    size_t channels = view->sizes[0];
    digitnet__view result = {.rank = 3, .sizes = {channels, rows, columns}};
    for (size_t i = 0; i < view->atom_count && view->atoms[i].axis == 0; i++)
        add_atom(&result, view->atoms[i].size, view->atoms[i].stride, 0);
    add_atom(&result, rows, columns * channels, 1);
    add_atom(&result, columns, channels, 2);
    *view = result;
}

/* Cuts the atoms of both views at the same values, so that each one of the first has its match in the second. */
static bool refine(digitnet__view *from, digitnet__view *to) {
    digitnet__view a = *from, b = *to;
    size_t i = 0, k = 0;
    from->atom_count = to->atom_count = 0;
    while (i < a.atom_count && k < b.atom_count) {
        digitnet__view_atom *first = &a.atoms[i], *second = &b.atoms[k];
        size_t size = first->size < second->size ? first->size : second->size;
        if (first->size % size != 0 || second->size % size != 0 || from->atom_count == DNN_VIEW_ATOMS)
            return false;
        first->size /= size;
        second->size /= size;
        add_atom(from, size, first->stride * first->size, from->atom_count);
        add_atom(to, size, second->stride * second->size, to->atom_count);
        i += first->size == 1;
        k += second->size == 1;
    }
    return i == a.atom_count && k == b.atom_count;
}

/* The atom with the next smaller stride than `below`; SIZE_MAX where there is none. */
static size_t next_inward(const digitnet__view *view, size_t below) {
    size_t found = SIZE_MAX;
    for (size_t i = 0; i < view->atom_count; i++)
        if (view->atoms[i].stride < below && (found == SIZE_MAX || view->atoms[i].stride > view->atoms[found].stride))
            found = i;
    return found;
}

/* Blocks of atoms, by their order in memory: `now` of a block is its place among all. */
typedef struct block {
    size_t size, stride, place;
} block;

/* Three blocks at most, as a permutation of three axes. */
static void permute_blocks(size_t sizes[3], size_t order[3], const block *blocks, size_t count) {
    for (size_t i = 0; i < 3; i++) {
        bool is_block = i < count;
        size_t at = is_block ? i + 3 - count : i - count, place = is_block ? blocks[i].place + 3 - count : i - count;
        order[at] = place;
        sizes[place] = is_block ? blocks[i].size : 1;
    }
}

/* Of more blocks, the last that is not where it belongs goes to the front; then those before it follow. */
static void move_to_front(size_t sizes[3], size_t order[3], const block *blocks, size_t count, size_t chosen) {
    size_t before = 1, behind = 1;
    for (size_t i = 0; i < count; i++) {
        before *= blocks[i].place < blocks[chosen].place ? blocks[i].size : 1;
        behind *= blocks[i].place > blocks[chosen].place ? blocks[i].size : 1;
    }
    memcpy(sizes, (const size_t[]){before, blocks[chosen].size, behind}, 3 * sizeof *sizes);
    memcpy(order, (const size_t[]){1, 0, 2}, 3 * sizeof *order);
}

digitnet__view_move digitnet__view_blocks(size_t sizes[3], size_t order[3], digitnet__view *from,
                                          const digitnet__view *to) {
    digitnet__view now = *from, then = *to;
    size_t sequence[DNN_VIEW_ATOMS], count = 0, block_count = 0;
    block blocks[DNN_VIEW_ATOMS];
    if (from->places || to->places || digitnet__view_repeats(from) ||
        digitnet__view_count(from) != digitnet__view_count(to) || !refine(&now, &then))
        return DNN_VIEW_STUCK;
    /* The atoms as they are to stand, outermost first; those that stand so already, one inside the other, are one. */
    for (size_t atom = next_inward(&then, SIZE_MAX); atom != SIZE_MAX;
         atom = next_inward(&then, then.atoms[atom].stride))
        sequence[count++] = atom;
    for (size_t i = 0; i < count; i++) {
        const digitnet__view_atom *atom = &now.atoms[sequence[i]];
        if (block_count == 0 || blocks[block_count - 1].stride != atom->size * atom->stride)
            blocks[block_count++] = (block){.size = 1};
        blocks[block_count - 1].size *= atom->size;
        blocks[block_count - 1].stride = atom->stride;
    }
    for (size_t i = 0; i < block_count; i++)
        for (size_t k = 0; k < block_count; k++)
            blocks[i].place += blocks[k].stride > blocks[i].stride;
    if (block_count <= 3) {
        permute_blocks(sizes, order, blocks, block_count);
        return DNN_VIEW_MOVED;
    }
    /* The longest end of the wanted order whose blocks follow each other now too may stay. */
    size_t chosen = block_count - 1;
    while (chosen > 0 && blocks[chosen - 1].place < blocks[chosen].place)
        chosen--;
    if (chosen-- == 0)
        return DNN_VIEW_STUCK;
    *from = now;
    move_to_front(sizes, order, blocks, block_count, chosen);
    for (size_t i = 0; i < from->atom_count; i++) {
        digitnet__view_atom *atom = &from->atoms[i];
        size_t stride = atom->stride, size = blocks[chosen].size, outer = blocks[chosen].stride * size;
        if (stride >= outer)
            atom->stride = stride / size;
        else if (stride >= blocks[chosen].stride)
            atom->stride = stride * sizes[0];
    }
    return DNN_VIEW_MOVES;
}

bool digitnet__view_equal(const digitnet__view *a, const digitnet__view *b) {
    if (!same_sizes(a, b->sizes, b->rank))
        return false;
    if (a->places || b->places)
        return a->places && b->places && memcmp(a->places, b->places, a->sizes[0] * sizeof *a->places) == 0;
    digitnet__view first = *a, second = *b;
    merge(&first, false);
    merge(&second, false);
    return first.atom_count == second.atom_count &&
           memcmp(first.atoms, second.atoms, first.atom_count * sizeof *first.atoms) == 0;
}

bool digitnet__view_is_plain(const digitnet__view *view) {
    digitnet__view plain = digitnet__view_plain(view->sizes, view->rank);
    return digitnet__view_equal(view, &plain);
}

bool digitnet__view_covers(const digitnet__view *view, size_t first, size_t last) {
    if (view->places)
        return true;
    size_t covered = 1, wanted = 1;
    for (size_t i = first; i <= last; i++)
        wanted *= view->sizes[i];
    for (bool found = true; found && covered < wanted;) {
        found = false;
        for (size_t i = 0; i < view->atom_count; i++) {
            const digitnet__view_atom *atom = &view->atoms[i];
            if (atom->axis >= first && atom->axis <= last && atom->stride == covered) {
                covered *= atom->size;
                found = true;
            }
        }
    }
    return covered == wanted;
}

bool digitnet__view_steps(const digitnet__view *view, size_t axis, size_t stride) {
    if (view->places)
        return false;
    digitnet__view merged = *view;
    merge(&merged, false);
    size_t atoms = 0;
    bool steps = true;
    for (size_t i = 0; i < merged.atom_count; i++) {
        if (merged.atoms[i].axis == axis) {
            atoms++;
            steps = merged.atoms[i].stride == stride;
        }
    }
    return atoms <= 1 && steps;
}
