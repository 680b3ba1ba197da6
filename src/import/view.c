#include "import/view.h"

#include <stdint.h>
#include <string.h>

static void add_atom(digitnet__view *view, size_t size, size_t stride, size_t axis) {
    if (size > 1)
        view->atoms[view->atom_count++] = (digitnet__view_atom){size, stride, axis};
}

digitnet__view digitnet__view_plain(const size_t *sizes, size_t rank) {
    digitnet__view view = {.rank = rank};
    size_t stride = 1;
    for (size_t i = 0; i < rank; i++)
        stride *= sizes[i];
    for (size_t i = 0; i < rank; i++) {
        view.sizes[i] = sizes[i];
        stride /= sizes[i];
        add_atom(&view, sizes[i], stride, i);
    }
    return view;
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
        if (*next == count || view->atom_count == DNN_VIEW_ATOMS)
            return false;
        digitnet__view_atom *atom = &rest[*next];
        if (size % atom->size == 0) {
            add_atom(view, atom->size, atom->stride, axis);
            size /= atom->size;
            ++*next;
        } else if (atom->size % size == 0) {
            atom->size /= size;
            add_atom(view, size, atom->stride * atom->size, axis);
            size = 1;
        } else {
            return false;
        }
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
    merge(&result, false);
    *view = result;
    return next == old.atom_count;
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
            add_atom(&result, view->atoms[next].size, view->atoms[next].stride, i);
        if (result.atom_count == DNN_VIEW_ATOMS)
            return false;
        if (old == 1)
            add_atom(&result, sizes[i], 0, i);
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

bool digitnet__view_set_channels(digitnet__view *view, size_t axis, size_t before, size_t channels) {
    digitnet__view result = {.rank = view->rank};
    if (view->places)
        return false;
    memcpy(result.sizes, view->sizes, sizeof result.sizes);
    result.sizes[axis] = channels;
    size_t next = 0;
    for (size_t i = 0; i < view->rank; i++) {
        if (i == axis)
            add_atom(&result, channels, 1, axis);
        for (; next < view->atom_count && view->atoms[next].axis == i; next++) {
            digitnet__view_atom atom = view->atoms[next];
            if (i == axis)
                continue;
            if (atom.stride % before != 0)
                return false;
            add_atom(&result, atom.size, atom.stride / before * channels, i);
        }
    }
    *view = result;
    return true;
}

bool digitnet__view_set_image(digitnet__view *view, size_t channels, size_t rows, size_t columns) {
    digitnet__view result = {.rank = 3, .sizes = {channels, rows, columns}};
    if (view->places || view->rank != 3 || view->sizes[0] != channels)
        return false;
    for (size_t i = 0; i < view->atom_count && view->atoms[i].axis == 0; i++)
        add_atom(&result, view->atoms[i].size, view->atoms[i].stride, 0);
    add_atom(&result, rows, columns * channels, 1);
    add_atom(&result, columns, channels, 2);
    *view = result;
    return true;
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

bool digitnet__view_blocks(size_t sizes[3], size_t order[3], const digitnet__view *from, const digitnet__view *to) {
    digitnet__view now = *from, then = *to;
    size_t sequence[DNN_VIEW_ATOMS], block_of[DNN_VIEW_ATOMS], count = 0, blocks = 0, before = SIZE_MAX;
    if (from->places || to->places || digitnet__view_count(from) != digitnet__view_count(to) || !refine(&now, &then))
        return false;
    /* The atoms as they are to stand, outermost first; those that stand so already, one inside the other, are one. */
    for (size_t atom = next_inward(&then, SIZE_MAX); atom != SIZE_MAX;
         atom = next_inward(&then, then.atoms[atom].stride))
        sequence[count++] = atom;
    for (size_t i = 0; i < count; i++) {
        const digitnet__view_atom *atom = &now.atoms[sequence[i]];
        blocks += i == 0 || before != atom->size * atom->stride;
        if (blocks > 3)
            return false;
        block_of[i] = blocks - 1;
        before = atom->stride;
    }
    size_t strides[3] = {0}, block_sizes[3] = {1, 1, 1};
    for (size_t i = 0; i < count; i++) {
        block_sizes[block_of[i]] *= now.atoms[sequence[i]].size;
        strides[block_of[i]] = now.atoms[sequence[i]].stride;
    }
    /* Where each stands now: behind all that have larger strides; what is left out, of size 1, in front. */
    for (size_t i = 0; i < 3; i++) {
        size_t place = i < blocks ? 3 - blocks : 0;
        for (size_t k = 0; i < blocks && k < blocks; k++)
            place += strides[k] > strides[i];
        order[i < blocks ? i + 3 - blocks : i - blocks] = i < blocks ? place : i - blocks;
        sizes[i < blocks ? place : i - blocks] = i < blocks ? block_sizes[i] : 1;
    }
    return true;
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
