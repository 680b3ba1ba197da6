/** @file status.hpp  The exception that a failing call throws. */
#ifndef DIGITNET_STATUS_HPP
#define DIGITNET_STATUS_HPP

#if __cplusplus < 201703L
#error "digitnet.hpp needs C++17"
#endif

#include "digitnet/status.h"

#include <stdexcept>
#include <string>

namespace digitnet {

/** What a call failed with; what() is the message. Exported, so that all libraries of a program know it as one type. */
class DIGITNET_API error : public std::runtime_error {
  public:
    /**
     * Makes an exception.
     *
     * @param status   why the call failed; not DIGITNET_OK
     * @param message  what what() gives; copied
     * @throws std::bad_alloc  where there is no memory for it
     */
    error(digitnet_status status, const std::string &message) : std::runtime_error(message), status_(status) {
    }
    /**
     * Gives the status that the call failed with, for a program to act on.
     *
     * @return a number below 0, never DIGITNET_OK
     */
    [[nodiscard]] digitnet_status status() const noexcept {
        return status_;
    }

  private:
    digitnet_status status_;
};

/**
 * Makes an exception of a failure: for calls of the C API.
 *
 * @param status  what a C function has just returned on this thread
 * @throws error  with this status and the text of digitnet_last_error(), unless it is DIGITNET_OK
 */
inline void check(digitnet_status status) {
    if (status != DIGITNET_OK)
        throw error(status, digitnet_last_error());
}

} // namespace digitnet

#endif
