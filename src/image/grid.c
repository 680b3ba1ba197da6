#include "image/grid.h"

#include "core/memory.h"
#include "core/status.h"
#include "image/crossings.h"
#include "image/lattice.h"
#include "image/projection.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* A larger picture is reduced until no side is longer. */
enum { LONGEST_SIDE = 1600 };
/* A rule of a table crosses this part of the others, a piece of one that part. */
#define RULE_CROSSES 0.4
#define PIECE_CROSSES 0.15
/* What a border of the picture weighs as a table's line: less than a line that is seen. */
#define BORDER_WEIGHT 0.45
/* The part of a table's crossings that are seen, and that of a table whose other rules need not be tried. */
#define LEAST_SEEN 0.55
#define MOSTLY_SEEN 0.9
/* A crossing farther than this from where its neighbours want it, in cells, is put there. */
#define FARTHEST 0.15

typedef struct family {
    const digitnet__traces *rules;
    unsigned char *chosen;           /* the rules of the table that is tried */
    digitnet__candidate *candidates; /* the chosen ones by position */
    size_t *order;                   /* the rule of each candidate */
    size_t *crosses;                 /* how many of the other direction's rules each crosses */
    size_t *lines;                   /* the line that each rule belongs to, or none */
    size_t candidate_count, wanted;
    digitnet__lattice lattice;
} family;

typedef struct search {
    const digitnet__crossings *crossings;
    family across, down;
    digitnet__projection from_table, to_table; /* between the picture and the table as seen from the front */
    double *scratch;
} search;

static size_t pair_of(const search *s, size_t across, size_t down) {
    return across * s->down.rules->count + down;
}

static bool seen(const search *s, const family *f, size_t own, size_t other) {
    return s->crossings->seen[f == &s->across ? pair_of(s, own, other) : pair_of(s, other, own)];
}

static digitnet__point crossing(const search *s, size_t across, size_t down) {
    size_t pair = pair_of(s, across, down);
    if (s->crossings->seen[pair])
        return s->crossings->points[pair];
    return digitnet__traces_cross(&s->across.rules->items[across], &s->down.rules->items[down]);
}

static const family *other_of(const search *s, const family *f) {
    return f == &s->across ? &s->down : &s->across;
}

static size_t chosen_count(const family *f) {
    size_t count = 0;
    for (size_t i = 0; i < f->rules->count; i++)
        count += f->chosen[i];
    return count;
}

/* How many chosen rules of the other direction this one crosses. */
static size_t crossed(const search *s, const family *f, size_t rule) {
    const family *other = other_of(s, f);
    size_t count = 0;
    for (size_t j = 0; j < other->rules->count; j++)
        count += other->chosen[j] && seen(s, f, rule, j);
    return count;
}

/* Chooses the rules that cross enough of the other direction's. */
static bool choose_rules(const search *s, family *f, double part) {
    double least = fmax(2.0, part * (double)chosen_count(other_of(s, f)));
    for (size_t i = 0; i < f->rules->count; i++)
        f->chosen[i] = (double)crossed(s, f, i) >= least;
    return chosen_count(f) >= 2;
}

/* The two chosen rules that are far apart and cross many others. False where all but one are borders. */
static bool farthest_pair(const search *s, const family *f, size_t pair[2]) {
    const family *other = other_of(s, f);
    double along = 0.0, count = 0.0, best = 0.0;
    for (size_t j = 0; j < other->rules->count; j++) {
        if (other->chosen[j]) {
            const digitnet__trace *rule = &other->rules->items[j];
            along += rule->points[rule->count / 2].across;
            count += 1.0;
        }
    }
    along /= count;
    for (size_t i = 0; i < f->rules->count; i++)
        f->crosses[i] = f->chosen[i] && !f->rules->items[i].border ? crossed(s, f, i) : 0;
    for (size_t i = 0; i < f->rules->count; i++)
        s->scratch[i] = f->chosen[i] ? digitnet__trace_at(&f->rules->items[i], along) : 0.0;
    for (size_t i = 0; i < f->rules->count; i++) {
        for (size_t k = 0; f->crosses[i] > 0 && k < f->rules->count; k++) {
            double crosses = (double)(f->crosses[i] < f->crosses[k] ? f->crosses[i] : f->crosses[k]);
            double value = (s->scratch[k] - s->scratch[i]) * crosses;
            if (f->crosses[k] > 0 && value > best) {
                best = value;
                pair[0] = i;
                pair[1] = k;
            }
        }
    }
    return best > 0.0;
}

static bool is_convex(const digitnet__point c[4]) {
    for (int i = 0; i < 4; i++) {
        digitnet__point a = c[i], b = c[(i + 1) % 4], d = c[(i + 2) % 4];
        if (!((b.x - a.x) * (d.y - b.y) - (b.y - a.y) * (d.x - b.x) > 1.0))
            return false;
    }
    return true;
}

/* Two rules of each direction are a rectangle of the table: they say how it is seen. */
static bool find_view(search *s) {
    size_t a[2], d[2];
    if (!farthest_pair(s, &s->across, a) || !farthest_pair(s, &s->down, d))
        return false;
    digitnet__point corners[4] = {crossing(s, a[0], d[0]), crossing(s, a[0], d[1]), crossing(s, a[1], d[1]),
                                  crossing(s, a[1], d[0])};
    if (!is_convex(corners))
        return false;
    s->from_table = digitnet__projection_onto(corners);
    return digitnet__projection_invert(&s->to_table, &s->from_table);
}

static int compare_doubles(const void *a, const void *b) {
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static double median(double *values, size_t count) {
    qsort(values, count, sizeof *values, compare_doubles);
    return count % 2 ? values[count / 2] : (values[count / 2 - 1] + values[count / 2]) / 2.0;
}

/* Where the rule is in the table seen from the front, from the chosen rules that it crosses. */
static double position_of(const search *s, const family *f, size_t rule) {
    const family *other = other_of(s, f);
    size_t count = 0;
    for (size_t j = 0; j < other->rules->count; j++) {
        if (!other->chosen[j] || !seen(s, f, rule, j))
            continue;
        bool across = f == &s->across;
        digitnet__point at = digitnet__project(&s->to_table, across ? crossing(s, rule, j) : crossing(s, j, rule));
        s->scratch[count++] = across ? at.y : at.x;
    }
    return median(s->scratch, count);
}

/* How much of the other direction's rules was seen between two chosen ones. */
static double joined(const search *s, const family *f, size_t first, size_t second) {
    const family *other = other_of(s, f);
    bool across = f == &s->across;
    double sum = 0.0, count = 0.0;
    for (size_t j = 0; j < other->rules->count; j++) {
        if (!other->chosen[j] || other->rules->items[j].border)
            continue;
        digitnet__point from = across ? crossing(s, first, j) : crossing(s, j, first);
        digitnet__point to = across ? crossing(s, second, j) : crossing(s, j, second);
        sum += digitnet__trace_seen(&other->rules->items[j], across ? from.y : from.x, across ? to.y : to.x);
        count += 1.0;
    }
    return count > 0.0 ? sum / count : 1.0;
}

/* Sorts the chosen rules by position into the family's candidates. */
static void make_candidates(const search *s, family *f) {
    double others = (double)chosen_count(other_of(s, f));
    f->candidate_count = 0;
    for (size_t i = 0; i < f->rules->count; i++) {
        if (!f->chosen[i])
            continue;
        f->crosses[i] = crossed(s, f, i);
        double weight = (double)f->crosses[i] / others;
        weight = f->rules->items[i].border ? fmin(weight, BORDER_WEIGHT) : weight;
        digitnet__candidate added = {position_of(s, f, i), weight, 1.0, DNN_NO_LINE};
        size_t at = f->candidate_count++;
        for (; at > 0 && f->candidates[at - 1].position > added.position; at--) {
            f->candidates[at] = f->candidates[at - 1];
            f->order[at] = f->order[at - 1];
        }
        f->candidates[at] = added;
        f->order[at] = i;
    }
    for (size_t i = 0; i + 1 < f->candidate_count; i++)
        f->candidates[i].joined = joined(s, f, f->order[i], f->order[i + 1]);
}

/* Chooses the lines of one direction, and only their rules remain chosen. */
static bool choose_lines(const search *s, family *f) {
    make_candidates(s, f);
    if (!digitnet__lattice_choose(&f->lattice, f->candidates, f->candidate_count, f->wanted))
        return false;
    for (size_t i = 0; i < f->rules->count; i++)
        f->lines[i] = DNN_NO_LINE;
    for (size_t i = 0; i < f->candidate_count; i++)
        f->lines[f->order[i]] = f->candidates[i].line;
    for (size_t i = 0; i < f->rules->count; i++)
        f->chosen[i] = f->lines[i] != DNN_NO_LINE;
    return chosen_count(f) >= 2;
}

/* The table of which this across rule is one. */
static bool find_lines(search *s, size_t start) {
    for (size_t j = 0; j < s->down.rules->count; j++)
        s->down.chosen[j] = seen(s, &s->across, start, j);
    if (chosen_count(&s->down) < 2)
        return false;
    for (int pass = 0; pass < 2; pass++)
        if (!choose_rules(s, &s->across, RULE_CROSSES) || !choose_rules(s, &s->down, RULE_CROSSES))
            return false;
    if (!find_view(s))
        return false;
    for (int pass = 0; pass < 3; pass++) {
        family *f = pass % 2 ? &s->down : &s->across;
        if (!choose_rules(s, f, PIECE_CROSSES) || !choose_lines(s, f))
            return false;
    }
    return true;
}

/* A crossing of two lines, in the table seen from the front, less where it is expected. */
typedef struct node {
    double x, y;
    size_t crosses; /* how many rules both rules cross */
    bool known, seen;
} node;

/* Where several rules are one line, those that cross more others come first. */
static void note_crossings(const search *s, node *nodes) {
    size_t columns = s->down.lattice.lines;
    memset(nodes, 0, s->across.lattice.lines * columns * sizeof *nodes);
    for (size_t i = 0; i < s->across.rules->count; i++) {
        for (size_t j = 0; s->across.chosen[i] && j < s->down.rules->count; j++) {
            if (!s->down.chosen[j])
                continue;
            size_t line = s->across.lines[i], column = s->down.lines[j];
            node *n = &nodes[line * columns + column];
            size_t crosses = s->across.crosses[i] + s->down.crosses[j];
            bool is_seen = seen(s, &s->across, i, j);
            if (n->known && (n->seen > is_seen || (n->seen == is_seen && n->crosses >= crosses)))
                continue;
            digitnet__point at = digitnet__project(&s->to_table, crossing(s, i, j));
            *n = (node){at.x - s->down.lattice.positions[column], at.y - s->across.lattice.positions[line], crosses,
                        true, is_seen};
        }
    }
}

/* The median of what is known around a crossing; false where nothing is. */
static bool neighbours_want(node *out, const node *nodes, size_t lines, size_t columns, size_t line, size_t column) {
    double x[25], y[25];
    for (size_t reach = 1; reach <= 2; reach++) {
        size_t count = 0;
        for (size_t i = line > reach ? line - reach : 0; i <= line + reach && i < lines; i++) {
            for (size_t j = column > reach ? column - reach : 0; j <= column + reach && j < columns; j++) {
                const node *n = &nodes[i * columns + j];
                if (!n->known || (i == line && j == column))
                    continue;
                x[count] = n->x;
                y[count++] = n->y;
            }
        }
        if (count >= 3) {
            *out = (node){median(x, count), median(y, count), 0, true, false};
            return true;
        }
    }
    return false;
}

static double spacing_at(const digitnet__lattice *lattice, size_t line) {
    size_t before = line > 0 ? line - 1 : 0, after = line + 1 < lattice->lines ? line + 1 : line;
    return (lattice->positions[after] - lattice->positions[before]) / (double)(after - before);
}

/* Moves crossings that are far from where their neighbours want them, and places unknown ones. */
static void settle(const search *s, node *settled, const node *nodes) {
    size_t lines = s->across.lattice.lines, columns = s->down.lattice.lines;
    for (size_t i = 0, k = 0; i < lines; i++) {
        for (size_t j = 0; j < columns; j++, k++) {
            node wanted = {.known = false};
            settled[k] = nodes[k];
            if (!neighbours_want(&wanted, nodes, lines, columns, i, j))
                continue;
            double x = (nodes[k].x - wanted.x) / spacing_at(&s->down.lattice, j);
            double y = (nodes[k].y - wanted.y) / spacing_at(&s->across.lattice, i);
            if (!nodes[k].known || hypot(x, y) > FARTHEST)
                settled[k] = wanted;
        }
    }
}

static double area(const digitnet__grid *g) {
    digitnet__point a = g->points[0], b = g->points[g->columns];
    digitnet__point c = g->points[(g->rows + 1) * (g->columns + 1) - 1], d = g->points[g->rows * (g->columns + 1)];
    return ((c.x - a.x) * (d.y - b.y) - (c.y - a.y) * (d.x - b.x)) / 2.0;
}

/* Larger tables are better, and those of which all is seen. */
static double value_of(const digitnet__grid *g) {
    return g->seen * g->seen * sqrt(area(g));
}

static void make_grid(digitnet__grid *out, const search *s, node *nodes, node *settled) {
    size_t lines = s->across.lattice.lines, columns = s->down.lattice.lines, count = 0;
    note_crossings(s, nodes);
    settle(s, settled, nodes);
    out->rows = lines - 1;
    out->columns = columns - 1;
    for (size_t i = 0, k = 0; i < lines; i++) {
        for (size_t j = 0; j < columns; j++, k++) {
            digitnet__point at = {s->down.lattice.positions[j] + settled[k].x,
                                  s->across.lattice.positions[i] + settled[k].y};
            out->points[k] = digitnet__project(&s->from_table, at);
            count += nodes[k].seen;
        }
    }
    out->seen = (double)count / (double)(lines * columns);
}

/* A table has at least two cells. */
static bool is_table(const search *s) {
    size_t across = s->across.lattice.lines, down = s->down.lattice.lines;
    return across <= DNN_GRID_MOST + 1 && down <= DNN_GRID_MOST + 1 && (across - 1) * (down - 1) >= 2;
}

/* Tries each across rule for the table that it belongs to. `tried` has the size of `best`; `done`, an element a rule,
 * is zero. */
static void search_all(search *s, digitnet__grid *best, digitnet__grid *tried, node *nodes, node *settled,
                       unsigned char *done) {
    double highest = 0.0;
    for (size_t start = 0; start < s->across.rules->count; start++) {
        if (done[start] || s->across.rules->items[start].border || !find_lines(s, start) || !is_table(s))
            continue;
        make_grid(tried, s, nodes, settled);
        for (size_t i = 0; tried->seen >= MOSTLY_SEEN && i < s->across.rules->count; i++)
            done[i] |= s->across.chosen[i];
        double value = value_of(tried);
        if (tried->seen >= LEAST_SEEN && value > highest) {
            digitnet__grid last = *best;
            *best = *tried;
            *tried = last;
            highest = value;
        }
    }
}

static digitnet_status find_in(digitnet__grid *out, const digitnet__crossings *crossings, size_t rows, size_t columns) {
    size_t across = crossings->across.count, down = crossings->down.count, most = across > down ? across : down;
    size_t lines = rows ? rows + 1 : DNN_GRID_MOST + 1, uprights = columns ? columns + 1 : DNN_GRID_MOST + 1;
    digitnet__arena memory = {.size = 0};
    size_t places[2][5], counts[2] = {across, down};
    for (int i = 0; i < 2; i++) {
        places[i][0] = digitnet__arena_reserve(&memory, counts[i], 1);
        places[i][1] = digitnet__arena_reserve(&memory, counts[i], sizeof(digitnet__candidate));
        places[i][2] = digitnet__arena_reserve(&memory, counts[i], sizeof(size_t));
        places[i][3] = digitnet__arena_reserve(&memory, counts[i], sizeof(size_t));
        places[i][4] = digitnet__arena_reserve(&memory, counts[i], sizeof(size_t));
    }
    size_t scratch = digitnet__arena_reserve(&memory, most, sizeof(double));
    size_t done = digitnet__arena_reserve(&memory, across, 1);
    size_t nodes = digitnet__arena_reserve(&memory, lines * uprights, sizeof(node));
    size_t settled = digitnet__arena_reserve(&memory, lines * uprights, sizeof(node));
    digitnet__grid tried = {.points = digitnet__allocate_array(lines * uprights, sizeof *tried.points)};
    out->points = digitnet__allocate_array(lines * uprights, sizeof *out->points);
    if (!tried.points || !out->points || !digitnet__arena_allocate(&memory)) {
        digitnet__grid_release(&tried);
        digitnet__grid_release(out);
        return DIGITNET_ENOMEM;
    }
    search s = {.crossings = crossings, .scratch = digitnet__arena_at(&memory, scratch)};
    for (int i = 0; i < 2; i++) {
        *(i ? &s.down : &s.across) = (family){.rules = i ? &crossings->down : &crossings->across,
                                              .chosen = digitnet__arena_at(&memory, places[i][0]),
                                              .candidates = digitnet__arena_at(&memory, places[i][1]),
                                              .order = digitnet__arena_at(&memory, places[i][2]),
                                              .lines = digitnet__arena_at(&memory, places[i][3]),
                                              .crosses = digitnet__arena_at(&memory, places[i][4]),
                                              .wanted = i ? (columns ? columns + 1 : 0) : (rows ? rows + 1 : 0)};
    }
    search_all(&s, out, &tried, digitnet__arena_at(&memory, nodes), digitnet__arena_at(&memory, settled),
               digitnet__arena_at(&memory, done));
    digitnet__grid_release(&tried);
    digitnet__arena_release(&memory);
    return DIGITNET_OK;
}

digitnet_status digitnet__grid_find(digitnet__grid *out, const digitnet__plane *ink, size_t rows, size_t columns) {
    size_t longest = ink->width > ink->height ? ink->width : ink->height, factor = (longest - 1) / LONGEST_SIDE + 1;
    digitnet__plane reduced = {.pixels = NULL};
    digitnet__crossings crossings;
    *out = (digitnet__grid){.points = NULL};
    if (rows > DNN_GRID_MOST || columns > DNN_GRID_MOST)
        return digitnet__fail(DIGITNET_EINVAL, "a table of %zu x %zu cells; at most %d x %d are found", rows, columns,
                              DNN_GRID_MOST, DNN_GRID_MOST);
    digitnet_status status = factor > 1 ? digitnet__plane_reduce(&reduced, ink, factor) : DIGITNET_OK;
    if (!status)
        status = digitnet__crossings_find(&crossings, factor > 1 ? &reduced : ink);
    digitnet__plane_release(&reduced);
    if (status)
        return status;
    status = find_in(out, &crossings, rows, columns);
    digitnet__crossings_release(&crossings);
    if (!status && out->rows == 0) {
        digitnet__grid_release(out);
        status =
            digitnet__fail(DIGITNET_ENOTFOUND, "no table in the picture of %zu x %zu pixels", ink->width, ink->height);
    }
    for (size_t i = 0; !status && i < (out->rows + 1) * (out->columns + 1); i++) {
        out->points[i].x *= (double)factor;
        out->points[i].y *= (double)factor;
    }
    return status;
}

void digitnet__grid_release(digitnet__grid *grid) {
    digitnet__release(grid->points);
    *grid = (digitnet__grid){.points = NULL};
}

void digitnet__grid_cell(digitnet__point corners[4], const digitnet__grid *grid, size_t row, size_t column) {
    const digitnet__point *upper = grid->points + row * (grid->columns + 1) + column;
    corners[0] = upper[0];
    corners[1] = upper[1];
    corners[2] = upper[grid->columns + 2];
    corners[3] = upper[grid->columns + 1];
}
