// Reading pictures in C++.
#include "wrapper_support.hpp"

#include <algorithm>
#include <set>
#include <stdexcept>
#include <thread>
#include <utility>

constexpr std::size_t WIDTH = 120, HEIGHT = 40;

// Reads everything as a 3, but if that may not stand as an 8.
static digitnet::model make_digit_model() {
    digitnet::dense_options named;
    named.name = "scores";
    digitnet::model model = digitnet::model(28, 28, 1)
                                .flatten()
                                .dense(10, digitnet::softmax, named)
                                .compile(digitnet::sgd, digitnet::sparse_categorical_crossentropy);
    model.set_weights("scores/kernel", std::vector<float>(784 * 10));
    model.set_weights("scores/bias", std::vector<float>{0, 0, 0, 9, 0, 0, 0, 0, 5, 0});
    return model;
}

// Reads a column with ink as a 1.
static digitnet::model make_line_model() {
    digitnet::conv2d_options named;
    named.name = "scores";
    named.kernel_width = 1;
    digitnet::model model = digitnet::model(DIGITNET_LINE_HEIGHT, 64, 1)
                                .conv2d(11, DIGITNET_LINE_HEIGHT, digitnet::softmax, named)
                                .compile(digitnet::sgd, digitnet::ctc);
    std::vector<float> kernel(std::size_t{DIGITNET_LINE_HEIGHT} * 11);
    for (std::size_t row = 0; row < DIGITNET_LINE_HEIGHT; row++)
        kernel[row * 11 + 1] = 2;
    model.set_weights("scores/kernel", kernel);
    model.set_weights("scores/bias", std::vector<float>{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 12});
    return model;
}

// Three strokes on paper.
static const std::vector<std::uint8_t> &strokes() {
    static const std::vector<std::uint8_t> pixels = [] {
        std::vector<std::uint8_t> drawn(WIDTH * HEIGHT, 240);
        for (std::size_t i = 0; i < drawn.size(); i++)
            if (i / WIDTH >= 8 && i / WIDTH < 32 && i % WIDTH >= 20 && i % WIDTH < 100 && (i % WIDTH - 20) % 36 < 5)
                drawn[i] = 20;
        return drawn;
    }();
    return pixels;
}

static digitnet::image picture() {
    digitnet::image made;
    made.pixels = strokes().data();
    made.width = WIDTH;
    made.height = HEIGHT;
    return made;
}

TEST_CASE("pictures are read") {
    const digitnet::reader reader(make_digit_model(), make_line_model());
    digitnet::reader_scratch scratch(reader);
    const digitnet::reading digit = scratch.read_digit(picture());
    CHECK(digit.line_count() == 1);
    CHECK(digit.describe_line(0).status == DIGITNET_READING_UNSURE); // there are three strokes
    CHECK(digit.describe_character(0, 0).digit == 3);
    CHECK(digit.describe_character(0, 0).alternatives[0].digit == 8);
    CHECK(digit.text() == "3\n");
    CHECK(scratch.read_line(picture()).text() == "111\n");
    CHECK(scratch.read_page(picture()).text() == "111\n");
    CHECK(scratch.read_table(picture()).text().empty());
    CHECK_ERROR(DIGITNET_ENOTFOUND, "no line 1", digit.describe_line(1));
    CHECK_ERROR(DIGITNET_ENOTFOUND, "no character 1", digit.describe_character(0, 1));
    CHECK_ERROR(DIGITNET_EINVAL, "pixels", scratch.read_digit(digitnet::image()));
}

TEST_CASE("a reader is made of one model or of two, or of files") {
    const temporary_folder folder;
    const std::string digit = folder.file("digit.onnx"), line = folder.file("line.onnx");
    make_digit_model().save(digit);
    make_line_model().save(line);
    digitnet::reader_scratch both(digitnet::reader::load(digit, line));
    CHECK(both.read_digit(picture()).text() == "3\n");
    CHECK(both.read_line(picture()).text() == "111\n");
    digitnet::reader_scratch digits(digitnet::reader::load(digit, ""));
    CHECK_ERROR(DIGITNET_ESTATE, "no model of lines", digits.read_line(picture()));
    digitnet::reader_scratch lines(digitnet::reader(digitnet::model(), make_line_model()));
    CHECK_ERROR(DIGITNET_ESTATE, "no model of digits", lines.read_digit(picture()));
    CHECK_ERROR(DIGITNET_EINVAL, "one is needed", digitnet::reader(digitnet::model()));
    CHECK_ERROR(DIGITNET_EINVAL, "one is needed", digitnet::reader::load("", ""));
    CHECK_ERROR(DIGITNET_ENOTFOUND, "none.onnx", digitnet::reader::load(folder.file("none.onnx"), ""));
    CHECK_ERROR(DIGITNET_ESHAPE, "28 x 28 x 1", digitnet::reader(make_model()));
}

TEST_CASE("a callable says which texts may stand") {
    digitnet::reader_scratch scratch(digitnet::reader(make_digit_model(), make_line_model()));
    const std::set<std::string> codes{"8", "7"};
    auto is_code = [&](const char *text) { return codes.count(text) > 0; };
    const digitnet::reading code = scratch.read_digit(picture(), digitnet::with_check(is_code));
    CHECK(code.text() == "8\n");
    auto thrower = [](const char *) -> bool { throw std::out_of_range("planned"); };
    CHECK_THROWS_AS(static_cast<void>(scratch.read_line(picture(), digitnet::with_check(thrower))), std::out_of_range);
    digitnet::read_options longer;
    longer.min_length = 40;
    auto unasked = [](const char *) -> bool { throw std::logic_error("no text is long enough"); };
    const auto line = scratch.read_line(picture(), digitnet::with_check(unasked, longer));
    CHECK(line.describe_line(0).status == DIGITNET_READING_UNSURE);
    CHECK(scratch.read_digit(picture()).text() == "3\n");
}

TEST_CASE("what was moved from reads nothing") {
    digitnet::reader reader(make_digit_model());
    digitnet::reader_scratch scratch(reader);
    digitnet::reading reading = scratch.read_digit(picture());
    const digitnet::reader other_reader = std::move(reader);
    digitnet::reader_scratch other_scratch = std::move(scratch);
    const digitnet::reading other_reading = std::move(reading);
    CHECK_ERROR(DIGITNET_EINVAL, "reader is NULL", digitnet::reader_scratch(reader));
    CHECK_ERROR(DIGITNET_EINVAL, "scratch is NULL", scratch.read_digit(picture()));
    CHECK_ERROR(DIGITNET_EINVAL, "reading is NULL", reading.describe_line(0));
    CHECK_ERROR(DIGITNET_EINVAL, "reading is NULL", reading.describe_character(0, 0));
    CHECK(reading.line_count() == 0);
    CHECK(reading.text().empty());
    CHECK(other_reading.text() == "3\n");
    CHECK(digitnet::reader_scratch(other_reader).read_digit(picture()).text() == "3\n");
    CHECK(other_scratch.read_digit(picture()).text() == "3\n");
}

TEST_CASE("threads read with one reader") {
    const digitnet::reader reader(make_digit_model(), make_line_model());
    std::vector<std::string> texts(4);
    std::vector<std::thread> threads;
    for (std::string &text : texts)
        threads.emplace_back(
            [&, scratch = digitnet::reader_scratch(reader)]() mutable { text = scratch.read_line(picture()).text(); });
    for (std::thread &thread : threads)
        thread.join();
    CHECK(texts == std::vector<std::string>(4, "111\n"));
}

TEST_CASE("a line is brought into its frame") {
    digitnet::image layout = picture();
    digitnet::image in_c = layout;
    std::vector<float> expected(std::size_t{DIGITNET_LINE_HEIGHT} * 100);
    std::size_t width = 0;
    REQUIRE(digitnet_image_frame_line(expected.data(), expected.size(), &width, &in_c) == DIGITNET_OK);
    expected.resize(DIGITNET_LINE_HEIGHT * width);
    CHECK(digitnet::frame_line(strokes(), layout) == expected);
    layout.height++;
    CHECK_ERROR(DIGITNET_ESHAPE, "too few for 41 rows", digitnet::frame_line(strokes(), layout));

    std::vector<std::uint8_t> row(std::size_t{4000} * 40, 255); // more columns than are tried at first
    for (std::size_t i = 0; i < row.size(); i++)
        if (i / 4000 > 7 && i / 4000 < 32 && i % 4000 % 50 < 4 && i % 4000 > 4)
            row[i] = 0;
    layout.width = 4000;
    layout.height = 40;
    const auto strip = digitnet::frame_line(row, layout);
    CHECK(strip.size() > std::size_t{DIGITNET_LINE_HEIGHT} * 1024);
    CHECK(*std::max_element(strip.begin(), strip.end()) == 1);
}

TEST_CASE("a table is cut into frames") {
    constexpr std::size_t SIDE = 120, FRAME = std::size_t{DIGITNET_FRAME_SIZE} * DIGITNET_FRAME_SIZE;
    std::vector<std::uint8_t> pixels(SIDE * SIDE, 240);
    for (std::size_t i = 10; i < 112; i++)
        for (std::size_t rule = 10; rule <= 110; rule += 50)
            for (std::size_t k = rule; k < rule + 2; k++)
                pixels[i * SIDE + k] = pixels[k * SIDE + i] = 20;
    for (std::size_t row = 22; row < 48; row++)
        pixels[row * SIDE + 35] = pixels[row * SIDE + 36] = pixels[row * SIDE + 37] = 20;
    digitnet::image layout;
    layout.width = layout.height = SIDE;
    const digitnet::table_frames table = digitnet::frame_table(pixels, layout, 2, 2);
    CHECK(table.rows == 2);
    CHECK(table.columns == 2);
    REQUIRE(table.values.size() == 4 * FRAME);
    CHECK(*std::max_element(table.values.begin(), table.values.begin() + FRAME) == 1);
    CHECK(*std::max_element(table.values.begin() + FRAME, table.values.end()) == 0);
    CHECK_ERROR(DIGITNET_ENOTFOUND, "table", digitnet::frame_table(strokes(), picture()));
}
