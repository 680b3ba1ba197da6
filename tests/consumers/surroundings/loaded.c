/* Opens the library, which must leave the process's arithmetic as it was: loaded PATH_OF_THE_LIBRARY */
#include <dlfcn.h>
#include <float.h>
#include <stdio.h>
#ifdef __SSE__
#include <xmmintrin.h>
#endif

int main(int argc, char **argv) {
    volatile float smallest = FLT_MIN;
    if (argc != 2 || !dlopen(argv[1], RTLD_NOW)) {
        fprintf(stderr, "%s\n", argc != 2 ? "loaded PATH" : dlerror());
        return 1;
    }
#ifdef __SSE__
    if (_mm_getcsr() != 0x1f80) {
        fprintf(stderr, "MXCSR is %#x\n", _mm_getcsr());
        return 1;
    }
#endif
    return smallest / 2 > 0 ? 0 : 1;
}
