#include "model_file/file_kind.h"

#include "core/ieee.h"

#include <stdbool.h>
#include <string.h>

/* Bytes that stand at one place in all files of a kind. */
typedef struct signature {
    size_t offset;
    const char *bytes;
    size_t size;
    const char *kind;
} signature;

#define AT(offset, bytes, kind) \
    { offset, bytes, sizeof(bytes) - 1, kind }
#define PICKLE "a pickle file, as PyTorch wrote its .pt and .pth before version 1.6"

static const signature signatures[] = {
    AT(0, "version https://git-lfs", "a Git LFS pointer, in the place of the file itself (see git lfs pull)"),
    AT(0, "\x1f\x8b", "a gzip file"),
    AT(0, "PK\3\4", "a zip file, as PyTorch's .pt and .pth and Keras's .keras are"),
    AT(0, "\x89HDF\r\n\x1a\n", "an HDF5 file, as Keras's .h5 are"),
    AT(0, "\x89PNG\r\n\x1a\n", "a PNG picture"),
    AT(0, "\xff\xd8\xff", "a JPEG picture"),
    AT(0, "GGUF", "a GGUF file"),
    AT(0, "\x80\2", PICKLE), /* and the number of pickle's protocol, of which from 4 on there are frames */
    AT(0, "\x80\3", PICKLE),
    AT(0, "\x80\4\x95", PICKLE),
    AT(0, "\x80\5\x95", PICKLE),
    AT(4, "TFL3", "a TensorFlow Lite file"),
    AT(5, "\0\0\0{\"", "a safetensors file"), /* a length of 8 bytes, and so much JSON */
};

static bool has(const unsigned char *bytes, size_t size, const signature *wanted) {
    return size >= wanted->offset + wanted->size && memcmp(bytes + wanted->offset, wanted->bytes, wanted->size) == 0;
}

/* ASCII alone, whatever the host's locale is. */
static unsigned char lower(unsigned char character) {
    return character >= 'A' && character <= 'Z' ? character + ('a' - 'A') : character;
}

static bool begins(const unsigned char *text, size_t size, const char *word) {
    size_t at = 0;
    while (at < size && word[at] != '\0' && lower(text[at]) == (unsigned char)word[at])
        at++;
    return word[at] == '\0';
}

static size_t count_spaces(const unsigned char *text, size_t size) {
    size_t count = 0;
    while (count < size && text[count] != '\0' && strchr(" \t\r\n", text[count]))
        count++;
    return count;
}

/* Text may have a byte order mark and space before its first word. */
static const char *text_kind(const unsigned char *text, size_t size) {
    static const char mark[] = "\xef\xbb\xbf";
    size_t start = begins(text, size, mark) ? strlen(mark) : 0;
    start += count_spaces(text + start, size - start);
    if (begins(text + start, size - start, "<!doctype html") || begins(text + start, size - start, "<html"))
        return "an HTML page";
    if (!begins(text + start, size - start, "{"))
        return NULL;
    start++;
    start += count_spaces(text + start, size - start);
    return begins(text + start, size - start, "\"") ? "JSON text" : NULL;
}

const char *digitnet__file_kind(const unsigned char *bytes, size_t size) {
    if (size == 0)
        return "empty";
    for (size_t i = 0; i < sizeof signatures / sizeof *signatures; i++)
        if (has(bytes, size, &signatures[i]))
            return signatures[i].kind;
    return text_kind(bytes, size);
}
