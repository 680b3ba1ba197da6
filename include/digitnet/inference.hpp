/** @file inference.hpp  Sessions, as inference.h has them. */
#ifndef DIGITNET_INFERENCE_HPP
#define DIGITNET_INFERENCE_HPP

#include "digitnet/inference.h"
#include "digitnet/model.hpp"
#include "digitnet/options.hpp"
#include "digitnet/owner.hpp"
#include "digitnet/span.hpp"
#include "digitnet/status.hpp"

#include <cstddef>
#include <cstdint>

namespace digitnet {

/** Options of a session. */
using session_options = sized<digitnet_session_options>;

/** A model's weights as they were when the session was made, for one thread at a time. */
class session : public owner<digitnet_session, digitnet_session_free> {
  public:
    using owner::owner;

    /**
     * Makes a session with the weights that a model has at this moment, as digitnet_session_create() does.
     *
     * @param source   the model, which may be trained, or be gone, afterwards
     * @param options  images at a time and threads; `{}` is all defaults
     * @throws error  with the status of digitnet_session_create()
     */
    explicit session(const model &source, const session_options &options = {}) : session(create(source, options)) {
    }
    /**
     * Makes a session that shares the weights, one for each thread, also while another thread uses this one.
     *
     * @return a session with the same options; either may be gone first
     * @throws error  with the status of digitnet_session_clone()
     */
    [[nodiscard]] session clone() const {
        digitnet_session *handle = nullptr;
        check(digitnet_session_clone(&handle, get()));
        return session(handle);
    }
    /**
     * Gives the scores of one or more images, as digitnet_session_run() does. Allocates nothing.
     *
     * @param scores  receives images x outputs values, image after image; as it was after a failure
     * @param images  images of floats, NHWC, with values as in training
     * @throws error  with DIGITNET_ESTATE where another thread is using the session, or another status of
     *                digitnet_session_run()
     */
    void run(span<float> scores, span<const float> images) {
        check(digitnet_session_run(scores.data(), scores.size(), get(), images.data(), images.size()));
    }
    /**
     * Gives the scores of one or more images of bytes, as digitnet_session_run_u8() does. Allocates nothing.
     *
     * @param scores  receives images x outputs values, image after image; as it was after a failure
     * @param images  images of bytes, NHWC, which are scaled to [0, 1]
     * @throws error  with DIGITNET_ESTATE where another thread is using the session, or another status of
     *                digitnet_session_run_u8()
     */
    void run(span<float> scores, span<const std::uint8_t> images) {
        check(digitnet_session_run_u8(scores.data(), scores.size(), get(), images.data(), images.size()));
    }
    /**
     * Gives the scores of one or more images of another width than the model's own, as digitnet_session_run_width()
     * does. Allocates nothing.
     *
     * @param scores  receives images x outputs(width) values, image after image; as it was after a failure
     * @param images  images of floats, NHWC, with values as in training
     * @param width   the images' columns, at most `max_width` of the options; 0: as many as the model's own have
     * @throws error  with DIGITNET_ESHAPE where a layer does not fit this width, or another status of
     *                digitnet_session_run_width()
     */
    void run_width(span<float> scores, span<const float> images, std::size_t width) {
        check(digitnet_session_run_width(scores.data(), scores.size(), get(), images.data(), images.size(), width));
    }
    /**
     * Gives the scores of one or more images of bytes, of another width than the model's own, as
     * digitnet_session_run_width_u8() does. Allocates nothing.
     *
     * @param scores  receives images x outputs(width) values, image after image; as it was after a failure
     * @param images  images of bytes, NHWC, which are scaled to [0, 1]
     * @param width   the images' columns, at most `max_width` of the options; 0: as many as the model's own have
     * @throws error  with DIGITNET_ESHAPE where a layer does not fit this width, or another status of
     *                digitnet_session_run_width_u8()
     */
    void run_width(span<float> scores, span<const std::uint8_t> images, std::size_t width) {
        check(digitnet_session_run_width_u8(scores.data(), scores.size(), get(), images.data(), images.size(), width));
    }
    /**
     * Says how many scores an image of a width has, as digitnet_session_outputs() does. Allocates nothing.
     *
     * @param width  the image's columns, at most `max_width` of the options; 0: as many as the model's own have
     * @return how many
     * @throws error  with DIGITNET_ESHAPE where a layer does not fit this width, or another status of
     *                digitnet_session_outputs()
     */
    [[nodiscard]] std::size_t outputs(std::size_t width = 0) {
        std::size_t count = 0;
        check(digitnet_session_outputs(&count, get(), width));
        return count;
    }

  private:
    static digitnet_session *create(const model &source, const session_options &options) {
        digitnet_session *handle = nullptr;
        check(digitnet_session_create(&handle, source.get(), &options));
        return handle;
    }
};

} // namespace digitnet

#endif
