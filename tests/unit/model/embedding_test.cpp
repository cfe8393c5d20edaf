#include "model/embedding.h"

#include "support/raw_server.h"
#include "support/scripted_model.h"

#include <cmath>
#include <map>

namespace rustcoder::model {
namespace {

using namespace std::chrono_literals;
using test::Act;
using test::ScriptedModel;

struct EmbeddingTest : testing::Test {
    ScriptedModel server;
    EmbeddingOptions options{
        .endpoint = {.base = server.base()}, .model = "embed", .batch_texts = 3, .retry = {.first_wait = 1ms}};
    std::vector<std::string> texts(std::size_t n) const { return std::vector<std::string>(n, "text"); }
    Result<std::vector<std::vector<float>>> embed(const std::vector<std::string>& texts) {
        return make_embedding_model(options)->embed(texts);
    }
    Error refused(Act act) {
        for (int i = 0; i < options.retry.attempts; ++i)
            server.then(act);
        const auto got = embed({"a", "b"});
        EXPECT_FALSE(got) << act.body;
        return got ? Error{} : got.error();
    }
};

TEST_F(EmbeddingTest, one_unit_vector_a_text_in_order_over_several_batches) {
    server.otherwise([](const net::HttpRequest& r) { return test::embedded(r, 4); });
    options.endpoint.key = "secret";
    const auto model = make_embedding_model(options);
    EXPECT_EQ(model->dimension(), 0u);
    const auto got = model->embed(texts(8));
    ASSERT_TRUE(got) << got.error().text();
    EXPECT_EQ(model->dimension(), 4u);
    ASSERT_EQ(got->size(), 8u);
    EXPECT_EQ(server.requests().size(), 3u);
    EXPECT_EQ(server.requests()[0].header("Authorization"), "Bearer secret");
    for (std::size_t i = 0; i < 8; ++i) {
        double sum = 0;
        for (const float x : (*got)[i])
            sum += x * x;
        EXPECT_NEAR(sum, 1, 1e-5);
        const double first = static_cast<double>(i % 3) + 1; // of its batch: first, first + 1, ...
        EXPECT_NEAR((*got)[i][1] / (*got)[i][0], (first + 1) / first, 1e-5);
    }
    EXPECT_TRUE(model->embed({})->empty());
}

TEST_F(EmbeddingTest, no_key_means_no_header) {
    server.otherwise([](const net::HttpRequest& r) { return test::embedded(r, 2); });
    ASSERT_TRUE(embed({"a"}));
    EXPECT_EQ(server.requests()[0].headers.count("Authorization"), 0u);
}

TEST_F(EmbeddingTest, answers_in_other_orders_and_forms) {
    // by index; all with index 0; without index; base64; wrapped once more
    const std::pair<std::string, std::string> same[] = {
        {R"({"index":1,"embedding":[0,1]})", R"({"index":0,"embedding":[2,0]})"},
        {R"({"index":0,"embedding":[1,0]})", R"({"index":0,"embedding":[0,3]})"},
        {R"({"embedding":[1,0]})", R"({"embedding":[0,1]})"},
        {R"({"index":0,"embedding":"AACAPwAAAAA="})", R"({"index":1,"embedding":"AAAAAAAAgD8="})"},
        {R"({"index":0,"embedding":[[1,0]]})", R"({"index":1,"embedding":[[0,1]]})"},
    };
    for (const auto& [a, b] : same) {
        server.then({.body = R"({"data":[)" + a + "," + b + "]}"});
        const auto got = embed({"a", "b"});
        ASSERT_TRUE(got) << a << got.error().text();
        EXPECT_EQ(*got, (std::vector<std::vector<float>>{{1, 0}, {0, 1}})) << a;
    }
}

TEST_F(EmbeddingTest, no_vector_is_ever_made_up) {
    for (const auto* body :
         {"", "hello", "[]", "{}", R"({"data":[]})", R"({"data":[{"embedding":[1,0]}]})", R"({"data":[1,2]})",
          R"({"data":[{"embedding":[1,0]},{}]})", R"({"data":[{"embedding":[1,0]},{"embedding":null}]})",
          R"({"data":[{"embedding":[1,0]},{"embedding":["x"]}]})",
          R"({"data":[{"embedding":[1,0]},{"embedding":"?"}]})",
          R"({"data":[{"embedding":[1,0]},{"embedding":"AAA="}]})",
          R"({"data":[{"embedding":[1,0]},{"embedding":[0,0]}]})",
          R"({"data":[{"embedding":[1,0]},{"embedding":[1e300,0]}]})",
          R"({"data":[{"embedding":[1,0]},{"embedding":[]}]})",
          R"({"data":[{"embedding":[1,0]},{"embedding":[1,0]},{"embedding":[1,0]}]})"})
        EXPECT_EQ(refused({.body = body}).code, Errc::internal) << body;
    EXPECT_EQ(refused({.body = R"({"error":{"message":"model gone"}})"}).code, Errc::unavailable);
}

TEST_F(EmbeddingTest, dimensions_are_watched) {
    server.otherwise([](const net::HttpRequest& r) { return test::embedded(r, 4); });
    options.dimension = 768;
    const auto wrong = embed({"a"});
    ASSERT_FALSE(wrong);
    EXPECT_EQ(wrong.error().code, Errc::internal);
    EXPECT_NE(wrong.error().next_step.find("LLM_EMBED_SIZE to 4"), std::string::npos) << wrong.error().text();
    options.dimension = 0;
    const auto model = make_embedding_model(options);
    ASSERT_TRUE(model->embed(texts(1)));
    server.otherwise([](const net::HttpRequest& r) { return test::embedded(r, 5); }); // another model behind the name
    EXPECT_FALSE(model->embed(texts(1)));
}

TEST_F(EmbeddingTest, plain_text_errors_are_read_and_the_key_is_not_shown) {
    options.endpoint.key = "sk-secret";
    const auto error = refused(
        {.status = 400, .body = "400 Bad Request: no such model, key sk-secret\n", .content_type = "text/plain"});
    EXPECT_EQ(error.code, Errc::invalid_input);
    EXPECT_NE(error.message.find("no such model, key ***"), std::string::npos) << error.text();
    EXPECT_EQ(server.requests().size(), 1u); // nothing to gain from asking again
}

TEST_F(EmbeddingTest, passing_troubles_are_waited_out) {
    Act busy{.status = 429, .body = "slow down", .content_type = "text/plain"};
    busy.headers.add("Retry-After", "0");
    server.then(busy);
    server.then({.status = 503, .body = "<html><title>503</title>loading</html>", .content_type = "text/html"});
    server.then({.body = "{\"data\": gar"});
    server.otherwise([](const net::HttpRequest& r) { return test::embedded(r, 2); });
    const auto got = embed({"a", "b"});
    ASSERT_TRUE(got) << got.error().text();
    EXPECT_EQ(server.requests().size(), 4u);
}

TEST_F(EmbeddingTest, what_is_too_long_is_halved_until_it_fits) {
    std::size_t longest = 0;
    server.otherwise([&](const net::HttpRequest& r) -> Act {
        if (r.body.size() > 3000)
            return {.status = 500,
                    .body =
                        R"({"error":{"message":"input is too large to process. increase the physical batch size"}})"};
        longest = std::max(longest, r.body.size());
        return test::embedded(r, 2);
    });
    options.text_bytes = 7000;
    std::string umlauts;
    for (int i = 0; i < 5000; ++i)
        umlauts += "\xC3\xA4"; // cut only between characters, or the request is no JSON
    const auto got = embed({"short", umlauts, std::string(20'000, 'x')});
    ASSERT_TRUE(got) << got.error().text();
    EXPECT_EQ(got->size(), 3u);
    EXPECT_GT(longest, 1000u);
    EXPECT_EQ(embed({""}).error().code, Errc::invalid_input);
    EXPECT_EQ(embed({"a", " \n"}).error().code, Errc::invalid_input);
    EXPECT_EQ(embed({"\xFF"}).error().code, Errc::invalid_input);
}

TEST_F(EmbeddingTest, a_dead_server_costs_little_once_it_is_known_to_be_dead) {
    options.endpoint.base = "http://127.0.0.1:1/v1";
    options.breaker = {.failures = 3, .rest = 1h};
    const auto model = make_embedding_model(options);
    EXPECT_EQ(model->embed(texts(1)).error().code, Errc::unavailable);
    const auto begin = Clock::now();
    for (int i = 0; i < 100; ++i)
        EXPECT_NE(model->embed(texts(1)).error().message.find("left alone"), std::string::npos);
    EXPECT_LT(Clock::now() - begin, 500ms);
}

TEST_F(EmbeddingTest, a_silent_server_is_a_timeout_and_a_stop_ends_the_wait) {
    server.otherwise([](const net::HttpRequest&) { return Act{.hang = true}; });
    options.timeouts.first_byte = 50ms;
    options.retry.attempts = 2;
    EXPECT_EQ(embed({"a"}).error().code, Errc::timeout);
    options.timeouts.first_byte = 60s;
    const auto model = make_embedding_model(options);
    std::stop_source source;
    std::thread stopper([&] {
        std::this_thread::sleep_for(30ms);
        source.request_stop();
    });
    const auto begin = Clock::now();
    EXPECT_EQ(model->embed(texts(1), source.get_token()).error().code, Errc::cancelled);
    EXPECT_LT(Clock::now() - begin, 5s);
    stopper.join();
}

TEST(EmbeddingFrom, the_contract_of_the_environment) {
    std::map<std::string, std::string> env;
    const auto get = [&](const char* name) { return env[name]; };
    EXPECT_FALSE(*embedding_from(get)); // no server is ever assumed
    env["LLM_API_BASE"] = "http://localhost:8080/v1/";
    EXPECT_FALSE(*embedding_from(get));
    env["LLM_EMBED_MODEL"] = "nomic-embed";
    env["LLM_API_KEY"] = "key";
    env["LLM_EMBED_SIZE"] = "768";
    const auto got = embedding_from(get);
    ASSERT_TRUE(got && *got);
    EXPECT_EQ((*got)->endpoint.base, "http://localhost:8080/v1");
    EXPECT_EQ((*got)->endpoint.key, "key");
    EXPECT_EQ((*got)->model, "nomic-embed");
    EXPECT_EQ((*got)->dimension, 768u);
    env["LLM_EMBED_API_BASE"] = "http://elsewhere/v1/embeddings/";
    EXPECT_EQ((*embedding_from(get))->endpoint.base, "http://elsewhere/v1");
    EXPECT_EQ((*embedding_from(get))->endpoint.key, ""); // a key is for the server that it was given for
    for (const auto* bad : {"0", "-1", "many", "768d", "99999999"}) {
        env["LLM_EMBED_SIZE"] = bad;
        EXPECT_EQ(embedding_from(get).error().code, Errc::invalid_input) << bad;
    }
    env["LLM_EMBED_SIZE"] = "";
    for (const auto* bad : {"localhost:8080", "ftp://x", "http://", "http://a b"}) {
        env["LLM_EMBED_API_BASE"] = bad;
        EXPECT_EQ(embedding_from(get).error().code, Errc::invalid_input) << bad;
    }
}

TEST(ErrorText, shapes_that_servers_use) {
    EXPECT_EQ(error_text(R"({"error":{"message":"m","type":"t"}})", ""), "m");
    EXPECT_EQ(error_text(R"({"error":{"message":"m","metadata":{"raw":"inner"}}})", ""), "m (inner)");
    EXPECT_EQ(error_text(R"({"error":"text"})", ""), "text");
    EXPECT_EQ(error_text(R"([{"error":{"message":"listed"}}])", ""), "listed");
    EXPECT_EQ(error_text(R"({"detail":"d"})", ""), "d");
    EXPECT_EQ(error_text("\"quoted\"", ""), "quoted");
    EXPECT_EQ(error_text("<html><style>a{}</style><h1>502 Bad\nGateway</h1><script>x<y</script>", ""),
              "502 Bad Gateway");
    EXPECT_EQ(error_text("", ""), "");
    EXPECT_EQ(error_text("\xFF\xFE", ""), "(not text)");
    EXPECT_LT(error_text(std::string(100'000, 'x'), "").size(), 500u);
}

} // namespace
} // namespace rustcoder::model
