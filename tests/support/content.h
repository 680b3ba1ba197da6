/* The bytes of a file that is being made, for the programs that make the tests' files. */
#ifndef DIGITNET_TESTS_CONTENT_H
#define DIGITNET_TESTS_CONTENT_H

#include <stddef.h>
#include <stdint.h>

typedef struct content {
    unsigned char bytes[1 << 16];
    size_t size;
} content;

/* Ends the program with this message where something does not hold. */
void require(int holds, const char *what);

void append(content *out, const void *bytes, size_t size);
/* The four bytes of a number in an IDX header. */
void append_number(content *out, uint32_t number);
/* The bytes as a gzip file. */
content compress_content(const content *in);

#endif
