/* NumPy's files of one array. */
#ifndef NPY_H
#define NPY_H

#include <stddef.h>

enum { NPY_RANK_MAX = 8, NPY_MESSAGE_SIZE = 256 };

struct npy {
    size_t rank, dims[NPY_RANK_MAX];
    size_t count;  /* of all values */
    int is_bytes;  /* its values are uint8, from 0 to 255 */
    int is_whole;  /* they are int32 or int64 */
    float *values; /* in row-major order; the caller's to free() */
};

/* Reads a file in NumPy's format 1.0, 2.0 or 3.0, of float32, float64, uint8, int32 or int64 in little-endian and C
 * order, which may hold anything else too. 0, or -1 with the reason in `message`. */
int read_npy(struct npy *array, const char *path, char message[NPY_MESSAGE_SIZE]);

#endif
