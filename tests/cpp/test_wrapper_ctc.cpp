// Networks that read lines, in C++: their loss, sessions at other widths, and decoding.
#include "wrapper_support.hpp"

#include <cmath>

TEST_CASE("columns of scores become sequences") {
    const std::vector<float> scores{0.4f, 0.6f, 0.4f, 0.6f};
    const digitnet::ctc_decoding best_path(scores, 2);
    CHECK(best_path.count() == 1);
    CHECK(best_path.sequence(0).labels.empty());
    digitnet::ctc_options options;
    options.beam_width = 5;
    const digitnet::ctc_decoding decoding(scores, 2, options);
    CHECK(decoding.count() == 2);
    const digitnet::ctc_sequence first = decoding.sequence(0);
    CHECK(std::vector<std::int32_t>(first.labels.begin(), first.labels.end()) == std::vector<std::int32_t>{0});
    CHECK(first.first_columns.size() == 1);
    CHECK(first.first_columns[0] < first.end_columns[0]);
    CHECK(std::abs(std::exp(first.log_probability) - 0.64) < 1e-6);
    CHECK_ERROR(DIGITNET_ENOTFOUND, "no sequence 2", decoding.sequence(2));
    CHECK_ERROR(DIGITNET_ESHAPE, "4 scores", digitnet::ctc_decoding(scores, 3));
    CHECK_ERROR(DIGITNET_ESHAPE, "4 scores", digitnet::ctc_decoding(scores, 0));
    CHECK_ERROR(DIGITNET_EINVAL, "classes", digitnet::ctc_decoding(scores, 1));
    const digitnet::ctc_decoding none;
    CHECK(none.count() == 0);
    CHECK_ERROR(DIGITNET_EINVAL, "decoding is NULL", none.sequence(0));
}

TEST_CASE("a session runs at other widths") {
    digitnet::conv2d_options tall;
    tall.kernel_width = 1;
    const digitnet::model model =
        digitnet::model(4, 6, 1).conv2d(3, 4, digitnet::softmax, tall).compile(digitnet::adam, digitnet::ctc);
    digitnet::session_options options;
    options.max_width = 9;
    digitnet::session session(model, options);
    std::vector<float> images(4 * 9, 0.5f), scores(3 * 9), own(3 * 6);
    const std::vector<std::uint8_t> bytes(4 * 2, 255);
    CHECK(session.outputs() == 18);
    CHECK(session.outputs(9) == 27);
    session.run_width(scores, images, 9);
    session.run(own, digitnet::span<const float>(images.data(), 24));
    CHECK(std::vector<float>(scores.begin(), scores.begin() + 18) == own);
    session.run_width(scores, bytes, 2);
    CHECK_ERROR(DIGITNET_EINVAL, "at most 9 columns", session.run_width(scores, images, 10));
    CHECK_ERROR(DIGITNET_EINVAL, "at most 9 columns", session.outputs(10));
}
