#include "base/counters.h"
#include "base/json.h"
#include "base/log.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <thread>
#include <vector>

namespace rustcoder::base {
namespace {

using ::testing::HasSubstr;

TEST(Counters, SameNameAndLabelsAreOneMetric) {
    auto& a = counter("test_total", "Things.", "code=\"200\"");
    EXPECT_EQ(&a, &counter("test_total", "Things.", "code=\"200\""));
    EXPECT_NE(&a, &counter("test_total", "Things.", "code=\"500\""));
    {
        std::vector<std::jthread> threads;
        for (int t = 0; t < 4; ++t)
            threads.emplace_back([] {
                for (int i = 0; i < 1000; ++i)
                    counter("test_total", "Things.", "code=\"200\"").add();
            });
    }
    EXPECT_EQ(a.value(), 4000u);
    EXPECT_THAT(render_metrics(),
                HasSubstr("# HELP rustcoder_test_total Things.\n# TYPE rustcoder_test_total counter\n"
                          "rustcoder_test_total{code=\"200\"} 4000\nrustcoder_test_total{code=\"500\"} 0\n"));
}

TEST(Counters, GaugesAndHistograms) {
    auto& g = gauge("test_gauge", "Now.");
    g.set(5);
    g.add(-7);
    EXPECT_THAT(render_metrics(), HasSubstr("rustcoder_test_gauge -2\n"));
    auto& h = histogram("test_seconds", "Time.");
    h.observe(0.0005);
    h.observe(0.001);
    h.observe(0.3);
    h.observe(1000);
    EXPECT_EQ(h.count(), 4u);
    EXPECT_EQ(h.bucket(0), 2u) << "bounds are inclusive";
    const auto text = render_metrics();
    EXPECT_THAT(text, HasSubstr("rustcoder_test_seconds_bucket{le=\"0.001\"} 2\n"));
    EXPECT_THAT(text, HasSubstr("rustcoder_test_seconds_bucket{le=\"0.25\"} 2\n"));
    EXPECT_THAT(text, HasSubstr("rustcoder_test_seconds_bucket{le=\"0.5\"} 3\n"));
    EXPECT_THAT(text, HasSubstr("rustcoder_test_seconds_bucket{le=\"300\"} 3\n"));
    EXPECT_THAT(text, HasSubstr("rustcoder_test_seconds_bucket{le=\"+Inf\"} 4\n"));
    EXPECT_THAT(text, HasSubstr("rustcoder_test_seconds_count 4\n"));
    EXPECT_NEAR(h.sum(), 1000.3015, 1e-6);
}

TEST(Log, LevelsAndForms) {
    configure_log(LogLevel::info, false);
    ::testing::internal::CaptureStderr();
    log_debug("quiet");
    log_info("one\ntwo\x1b[31m");
    auto text = ::testing::internal::GetCapturedStderr();
    EXPECT_THAT(text, HasSubstr(" info one\n    two?[31m\n")) << "a message can forge neither lines nor colours";
    EXPECT_EQ(text.find("quiet"), std::string::npos);

    configure_log(LogLevel::warn, true);
    ::testing::internal::CaptureStderr();
    log_info("quiet");
    log_error("say \"hi\"\n\xff");
    text = ::testing::internal::GetCapturedStderr();
    const auto v = parse_json(text);
    ASSERT_TRUE(v) << text;
    EXPECT_EQ(get_string(v->as_object(), "message"), "say \"hi\"\n\xEF\xBF\xBD");
    EXPECT_EQ(get_string(v->as_object(), "level"), "error");
    configure_log(LogLevel::off, false);
    ::testing::internal::CaptureStderr();
    log_error("silent");
    EXPECT_EQ(::testing::internal::GetCapturedStderr(), "");
    configure_log(LogLevel::warn, false);
}

TEST(ErrorText, JoinsItsParts) {
    EXPECT_EQ((Error{Errc::io, "broken", "a.rs:3", "Mend it."}).text(), "broken (a.rs:3). Mend it.");
    EXPECT_EQ((Error{Errc::io, "broken"}).text(), "broken");
    EXPECT_STREQ(name(Errc::unavailable), "unavailable");
}

} // namespace
} // namespace rustcoder::base
