#include "image/box.h"

void digitnet__box_unite(digitnet__box *box, const digitnet__box *other) {
    size_t right = box->left + box->width, bottom = box->top + box->height;
    size_t other_right = other->left + other->width, other_bottom = other->top + other->height;
    box->left = other->left < box->left ? other->left : box->left;
    box->top = other->top < box->top ? other->top : box->top;
    box->width = (other_right > right ? other_right : right) - box->left;
    box->height = (other_bottom > bottom ? other_bottom : bottom) - box->top;
}

size_t digitnet__overlap(size_t first, size_t end, size_t other_first, size_t other_end) {
    size_t from = first > other_first ? first : other_first, to = end < other_end ? end : other_end;
    return from < to ? to - from : 0;
}
