/* What all arithmetic here relies on: NaN is unequal to itself, infinities stay, sums keep their order. Every source
 * sees this header, mostly through another one; cmake/settings.cmake has the flags. */
#ifndef DNN_CORE_IEEE_H
#define DNN_CORE_IEEE_H

#if (defined(__FINITE_MATH_ONLY__) && __FINITE_MATH_ONLY__) || defined(__ASSOCIATIVE_MATH__) || \
    defined(__RECIPROCAL_MATH__) || defined(__NO_SIGNED_ZEROS__)
#error "libdigitnet needs IEEE arithmetic: compile its sources without -ffast-math, -Ofast and the flags they imply"
#endif

#endif
