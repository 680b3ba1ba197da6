#include "import/constant.h"

#include "core/file.h"
#include "core/memory.h"
#include "core/status.h"
#include "onnx/schema.h"

#include <math.h>
#include <string.h>

/* What a tensor's fields say before they are compared. */
typedef struct contents {
    digitnet__wire_view name, raw, location;
    int64_t sizes[DNN_CONSTANT_AXES];
    size_t rank;
    uint64_t data_type, place, offset, length;
    size_t raw_fields, typed_fields;
    uint32_t typed_field;
    bool segmented, has_length;
} contents;

/* How values of a type stand in raw data, and in which field otherwise. */
typedef struct data_type {
    uint64_t type;
    size_t width;
    uint32_t field;
    bool is_integer, is_signed;
} data_type;

static const data_type data_types[] = {
    {DNN_DATA_FLOAT, 4, DNN_TENSOR_FLOAT_DATA, false, true},
    {DNN_DATA_DOUBLE, 8, DNN_TENSOR_DOUBLE_DATA, false, true},
    {DNN_DATA_HALF, 2, DNN_TENSOR_INT32_DATA, false, true},
    {DNN_DATA_BFLOAT16, 2, DNN_TENSOR_INT32_DATA, false, true},
    {DNN_DATA_UINT8, 1, DNN_TENSOR_INT32_DATA, true, false},
    {DNN_DATA_INT8, 1, DNN_TENSOR_INT32_DATA, true, true},
    {DNN_DATA_UINT16, 2, DNN_TENSOR_INT32_DATA, true, false},
    {DNN_DATA_INT16, 2, DNN_TENSOR_INT32_DATA, true, true},
    {DNN_DATA_INT32, 4, DNN_TENSOR_INT32_DATA, true, true},
    {DNN_DATA_INT64, 8, DNN_TENSOR_INT64_DATA, true, true},
    {DNN_DATA_BOOL, 1, DNN_TENSOR_INT32_DATA, true, false},
    {DNN_DATA_UINT32, 4, DNN_TENSOR_UINT64_DATA, true, false},
    {DNN_DATA_UINT64, 8, DNN_TENSOR_UINT64_DATA, true, false},
};

static digitnet_status fail(digitnet_status status, const contents *found, size_t offset, const char *what) {
    return digitnet__fail(status, "initializer '%s' at byte %zu: %s", digitnet__wire_printable(found->name).text,
                          offset, what);
}

/* Where the data are in another file: entries of keys and values, all text. */
static digitnet_status read_external(contents *found, digitnet__wire_view message) {
    digitnet__wire_view key = {0}, value = {0};
    digitnet__wire_reader fields = digitnet__wire_read(message);
    digitnet__wire_field field;
    while (digitnet__wire_next(&fields, &field))
        if (field.number == DNN_ENTRY_KEY)
            digitnet__wire_get_bytes(&fields, &field, &key);
        else if (field.number == DNN_ENTRY_VALUE)
            digitnet__wire_get_bytes(&fields, &field, &value);
    DNN_TRY(fields.status);
    if (digitnet__wire_is(key, "location")) {
        found->location = value;
        return DIGITNET_OK;
    }
    bool offset = digitnet__wire_is(key, "offset"), length = digitnet__wire_is(key, "length");
    if (!offset && !length)
        return DIGITNET_OK; /* a checksum, which others write and nobody reads */
    uint64_t number = 0;
    for (size_t i = 0; i < value.size; i++) {
        unsigned digit = value.bytes[i] - (unsigned)'0';
        if (digit > 9 || number > (UINT64_MAX - digit) / 10)
            return fail(DIGITNET_EFORMAT, found, message.offset, "its place in another file is no number");
        number = number * 10 + digit;
    }
    *(offset ? &found->offset : &found->length) = number;
    found->has_length |= length;
    return DIGITNET_OK;
}

static digitnet_status scan(contents *found, digitnet__wire_view message) {
    digitnet__wire_reader fields = digitnet__wire_read(message);
    digitnet__wire_field field;
    *found = (contents){.rank = 0};
    while (digitnet__wire_next(&fields, &field)) {
        digitnet__wire_view entry = {0};
        switch (field.number) {
        case DNN_TENSOR_DIMS:
            digitnet__wire_get_integers(&fields, &field, found->sizes, DNN_CONSTANT_AXES, &found->rank);
            break;
        case DNN_TENSOR_DATA_TYPE:
            digitnet__wire_get_varint(&fields, &field, &found->data_type);
            break;
        case DNN_TENSOR_SEGMENT:
            found->segmented = true;
            break;
        case DNN_TENSOR_NAME:
            digitnet__wire_get_bytes(&fields, &field, &found->name);
            break;
        case DNN_TENSOR_DATA_LOCATION:
            digitnet__wire_get_varint(&fields, &field, &found->place);
            break;
        case DNN_TENSOR_RAW_DATA:
            found->raw_fields++;
            digitnet__wire_get_bytes(&fields, &field, &found->raw);
            break;
        case DNN_TENSOR_EXTERNAL_DATA:
            digitnet__wire_get_bytes(&fields, &field, &entry);
            DNN_TRY(fields.status);
            DNN_TRY(read_external(found, entry));
            break;
        case DNN_TENSOR_FLOAT_DATA:
        case DNN_TENSOR_INT32_DATA:
        case DNN_TENSOR_INT64_DATA:
        case DNN_TENSOR_DOUBLE_DATA:
        case DNN_TENSOR_UINT64_DATA:
            found->typed_fields += field.number != found->typed_field;
            found->typed_field = field.number;
            break;
        default:
            break;
        }
    }
    return fields.status;
}

static digitnet_status check_sizes(digitnet__import_constant *constant, const contents *found, size_t offset) {
    if (found->rank > DNN_CONSTANT_AXES)
        return fail(DIGITNET_EUNSUPPORTED, found, offset, "it has more than 8 dimensions");
    constant->rank = found->rank;
    for (size_t i = 0; i < found->rank; i++) {
        if (found->sizes[i] < 0 || found->sizes[i] > INT32_MAX)
            return fail(DIGITNET_EFORMAT, found, offset, "a dimension is out of range");
        constant->sizes[i] = (size_t)found->sizes[i];
    }
    return digitnet__size_product(&constant->count, constant->sizes, constant->rank)
               ? DIGITNET_OK
               : fail(DIGITNET_EFORMAT, found, offset, "its dimensions overflow");
}

digitnet_status digitnet__constant_create(digitnet__import_constant *constant, float **numbers, int64_t **integers,
                                          digitnet__pool *pool, bool is_integer, const size_t *sizes, size_t rank) {
    void *memory;
    *constant = (digitnet__import_constant){.is_integer = is_integer, .rank = rank};
    memcpy(constant->sizes, sizes, rank * sizeof *sizes);
    if (!digitnet__size_product(&constant->count, sizes, rank))
        return digitnet__fail(DIGITNET_ELIMIT, "the size of a constant overflows");
    DNN_TRY(digitnet__pool_allocate(&memory, pool, constant->count, is_integer ? sizeof(int64_t) : sizeof(float)));
    *integers = is_integer ? memory : NULL;
    *numbers = is_integer ? NULL : memory;
    constant->integers = *integers;
    constant->numbers = *numbers;
    return DIGITNET_OK;
}

/* IEEE 754 binary16. */
static float half_to_float(uint32_t half) {
    int exponent = (int)(half >> 10 & 31);
    float fraction = (float)(half & 1023), magnitude;
    if (exponent == 31)
        magnitude = fraction != 0 ? NAN : INFINITY;
    else
        magnitude = exponent == 0 ? ldexpf(fraction, -24) : ldexpf(fraction + 1024, exponent - 25);
    return half >> 15 & 1 ? -magnitude : magnitude;
}

/* The values' bits, in `low`, as a number of the type. */
static void store(float *numbers, int64_t *integers, size_t index, const data_type *type, uint64_t bits) {
    unsigned char bytes[8];
    if (integers) {
        unsigned unused = 64 - 8 * (unsigned)type->width;
        uint64_t sign = type->is_signed ? (uint64_t)1 << (8 * type->width - 1) : 0;
        bits = bits << unused >> unused;
        bits = (bits ^ sign) - sign;
        memcpy(&integers[index], &bits, sizeof bits);
        return;
    }
    digitnet__wire_store_integer(bytes, type->type == DNN_DATA_BFLOAT16 ? bits << 16 : bits);
    numbers[index] = type->type == DNN_DATA_HALF     ? half_to_float((uint32_t)bits)
                     : type->type == DNN_DATA_DOUBLE ? (float)digitnet__wire_load_double(bytes)
                                                     : digitnet__wire_load_float(bytes);
}

static uint64_t load(const unsigned char *bytes, size_t width) {
    uint64_t bits = 0;
    for (size_t i = width; i-- > 0;)
        bits = bits << 8 | bytes[i];
    return bits;
}

typedef struct destination {
    float *numbers;
    int64_t *integers;
    size_t count;
} destination;

static void store_raw(const destination *to, const data_type *type, const unsigned char *bytes) {
    for (size_t i = 0; i < to->count; i++)
        store(to->numbers, to->integers, i, type, load(bytes + i * type->width, type->width));
}

/* Values as varints, packed or not; `*count` goes on past the destination's. */
static digitnet_status store_varints(size_t *count, const destination *to, const data_type *type,
                                     digitnet__wire_view message) {
    enum { CHUNK = 256 };
    digitnet__wire_reader fields = digitnet__wire_read(message);
    digitnet__wire_field field;
    *count = 0;
    while (digitnet__wire_next(&fields, &field)) {
        int64_t values[CHUNK];
        if (field.number != type->field)
            continue;
        digitnet__wire_view rest = field.bytes;
        if (field.type == DNN_WIRE_VARINT)
            rest.size = 0;
        /* In pieces: of a packed list as many bytes as surely are no more values than there is room for. */
        do {
            digitnet__wire_field piece = field;
            size_t found = 0, size = rest.size < CHUNK ? rest.size : CHUNK;
            while (size > 0 && size < rest.size && rest.bytes[size - 1] >= 0x80)
                size--;
            piece.bytes = (digitnet__wire_view){rest.bytes, size, rest.offset};
            digitnet__wire_get_integers(&fields, &piece, values, CHUNK, &found);
            DNN_TRY(fields.status);
            for (size_t i = 0; i < found && *count + i < to->count; i++)
                store(to->numbers, to->integers, *count + i, type, (uint64_t)values[i]);
            *count += found;
            if (size == 0)
                break;
            rest = (digitnet__wire_view){rest.bytes + size, rest.size - size, rest.offset + size};
        } while (rest.size > 0);
    }
    return fields.status;
}

static digitnet_status store_fixed(size_t *count, const destination *to, const data_type *type,
                                   digitnet__wire_view message) {
    digitnet__wire_reader fields = digitnet__wire_read(message);
    digitnet__wire_field field;
    *count = 0;
    while (digitnet__wire_next(&fields, &field)) {
        if (field.number != type->field)
            continue;
        if (field.type == DNN_WIRE_VARINT || field.bytes.size % type->width != 0)
            return digitnet__fail(DIGITNET_EFORMAT, "byte %zu: the values of an initializer are not of its type",
                                  field.offset);
        for (size_t at = 0; at < field.bytes.size; at += type->width, ++*count)
            if (*count < to->count)
                store(to->numbers, to->integers, *count, type, load(field.bytes.bytes + at, type->width));
    }
    return fields.status;
}

static digitnet_status store_typed(const destination *to, const data_type *type, const contents *found,
                                   digitnet__wire_view message) {
    size_t count = 0;
    bool is_fixed = type->field == DNN_TENSOR_FLOAT_DATA || type->field == DNN_TENSOR_DOUBLE_DATA;
    DNN_TRY((is_fixed ? store_fixed : store_varints)(&count, to, type, message));
    return count == to->count ? DIGITNET_OK
                              : fail(DIGITNET_EFORMAT, found, message.offset, "its data are not of its dimensions");
}

static digitnet_status store_external(const destination *to, const data_type *type, const contents *found,
                                      digitnet__pool *pool, digitnet__import_place *place, size_t offset) {
    char location[256];
    void *bytes;
    size_t size = to->count * type->width, more;
    if (!place->path)
        return fail(DIGITNET_EUNSUPPORTED, found, offset,
                    "its data are in another file, which cannot be found from memory: load the model by its path");
    if (found->location.size == 0 || found->location.size >= sizeof location ||
        memchr(found->location.bytes, 0, found->location.size))
        return fail(DIGITNET_EFORMAT, found, offset, "the name of the file with its data cannot be one");
    if (found->has_length && found->length != size)
        return fail(DIGITNET_EFORMAT, found, offset, "its data are not of its dimensions");
    if (size > place->bytes_left)
        return fail(DIGITNET_ELIMIT, found, offset, "its data exceed the limit on the size of a file");
    place->bytes_left -= size;
    /* The limit on memory counts this file's bytes like the model's. */
    if (!digitnet__size_multiply(&more, size, DNN_IMPORT_TIMES_FILE) ||
        !digitnet__size_add(&pool->left, pool->left, more))
        pool->left = SIZE_MAX;
    memcpy(location, found->location.bytes, found->location.size);
    location[found->location.size] = '\0';
    DNN_TRY(digitnet__pool_allocate(&bytes, pool, size, 1));
    digitnet_status status = digitnet__file_read_beside(bytes, size, place->path, location, found->offset);
    if (status != DIGITNET_OK)
        return digitnet__fail(status, "initializer '%s' at byte %zu: %s", digitnet__wire_printable(found->name).text,
                              offset, digitnet_last_error());
    store_raw(to, type, bytes);
    return DIGITNET_OK;
}

static const data_type *find_type(uint64_t type) {
    for (size_t i = 0; i < sizeof data_types / sizeof *data_types; i++)
        if (data_types[i].type == type)
            return &data_types[i];
    return NULL;
}

/* That the file can have as many values, before memory is asked for them. */
static digitnet_status check_data(const digitnet__import_constant *constant, const contents *found,
                                  const data_type *type, digitnet__wire_view message) {
    enum { EXTERNAL = 1 };
    size_t bytes;
    if (found->segmented)
        return fail(DIGITNET_EUNSUPPORTED, found, message.offset, "it is stored in segments");
    if (!digitnet__size_multiply(&bytes, constant->count, sizeof(int64_t)))
        return fail(DIGITNET_EFORMAT, found, message.offset, "its dimensions overflow");
    if (found->place == EXTERNAL)
        return DIGITNET_OK;
    if (found->raw_fields + found->typed_fields > 1 || (found->typed_fields && found->typed_field != type->field) ||
        (found->raw_fields ? found->raw.size != constant->count * type->width : constant->count > message.size))
        return fail(DIGITNET_EFORMAT, found, message.offset, "its data are not of its dimensions and type");
    return DIGITNET_OK;
}

digitnet_status digitnet__constant_read(digitnet__import_constant *constant, digitnet__pool *pool,
                                        digitnet__import_place *place, digitnet__wire_view message) {
    contents found;
    digitnet__import_constant shape;
    destination to;
    DNN_TRY(scan(&found, message));
    const data_type *type = find_type(found.data_type);
    if (!type)
        return digitnet__fail(DIGITNET_EUNSUPPORTED, "initializer '%s' at byte %zu: values of type %llu are not read",
                              digitnet__wire_printable(found.name).text, message.offset,
                              (unsigned long long)found.data_type);
    DNN_TRY(check_sizes(&shape, &found, message.offset));
    DNN_TRY(check_data(&shape, &found, type, message));
    DNN_TRY(digitnet__constant_create(constant, &to.numbers, &to.integers, pool, type->is_integer, shape.sizes,
                                      shape.rank));
    to.count = constant->count;
    if (found.place)
        return store_external(&to, type, &found, pool, place, message.offset);
    if (!found.raw_fields)
        return store_typed(&to, type, &found, message);
    store_raw(&to, type, found.raw.bytes);
    return DIGITNET_OK;
}

double digitnet__constant_number(const digitnet__import_constant *constant, size_t index) {
    return constant->is_integer ? (double)constant->integers[index] : (double)constant->numbers[index];
}

bool digitnet__constant_is_finite(const digitnet__import_constant *constant) {
    for (size_t i = 0; i < constant->count; i++)
        if (!isfinite(digitnet__constant_number(constant, i)))
            return false;
    return true;
}

digitnet_status digitnet__constant_align(digitnet__import_constant *constant, const digitnet__import_node *node,
                                         size_t axis, size_t rank) {
    if (axis + constant->rank > rank || rank > DNN_CONSTANT_AXES)
        return digitnet__import_fail(DIGITNET_EFORMAT, node, "has a constant with more dimensions than there are");
    while (axis + constant->rank < rank)
        constant->sizes[constant->rank++] = 1;
    return DIGITNET_OK;
}
