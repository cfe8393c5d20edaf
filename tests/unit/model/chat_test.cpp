#include "model/chat.h"

#include "support/raw_server.h"
#include "support/scripted_model.h"

#include <map>

namespace rustcoder::model {
namespace {

using namespace std::chrono_literals;
using test::Act;
using test::RawServer;
using test::ScriptedModel;
using test::streamed;

std::string chunk(std::string_view choice) {
    return net::sse_event(fmt::format(R"({{"choices":[{}]}})", choice));
}
std::string said(std::string_view text) {
    return chunk(fmt::format(R"({{"index":0,"delta":{{"content":"{}"}}}})", text));
}
const std::string ended = chunk(R"({"index":0,"delta":{},"finish_reason":"stop"})");
const std::string done = net::sse_event("[DONE]");

struct ChatTest : testing::Test {
    ScriptedModel server;
    ChatOptions options{.endpoint = {.base = server.base()}, .model = "qwen", .retry = {.first_wait = 1ms}};
    ChatRequest request{.messages = {{Role::system, "be brief"}, {Role::user, "question"}}};
    std::string watched;

    Result<ChatReply> chat(std::stop_token stop = {}) {
        return make_chat_model(options)->chat(
            request, stop, [&](const Delta& d) { watched += d.restarted ? "|again|" : std::string(d.text); });
    }
    std::string answer() {
        const auto reply = chat();
        return reply ? reply->samples[0].text : reply.error().text();
    }
    /// The error when every attempt meets the same act.
    Error refused(const Act& act) {
        server.otherwise([act](const net::HttpRequest&) { return act; });
        const auto reply = chat();
        EXPECT_FALSE(reply) << act.body;
        return reply ? Error{} : reply.error();
    }
};

TEST_F(ChatTest, a_streamed_answer_with_its_account) {
    server.then(streamed({"Hel", "lo ", "\u00e4\"\n"}));
    options.endpoint.key = "sk";
    options.profile.stop = {"</s>", " "};
    options.profile.top_p = 0.9;
    options.profile.input_price = 1;
    options.profile.output_price = 10;
    request.seed = 5;
    const auto reply = chat();
    ASSERT_TRUE(reply) << reply.error().text();
    ASSERT_EQ(reply->samples.size(), 1u);
    EXPECT_EQ(reply->samples[0].text, "Hello \u00e4\"\n");
    EXPECT_EQ(reply->samples[0].end, Sample::End::complete);
    EXPECT_EQ(watched, "Hello \u00e4\"\n");
    EXPECT_EQ(reply->model, "scripted");
    EXPECT_EQ(reply->usage.prompt, 11);
    EXPECT_EQ(reply->usage.completion, 7);
    EXPECT_FALSE(reply->usage.estimated);
    EXPECT_NEAR(reply->cost, (11 + 70) / 1e6, 1e-12);
    EXPECT_EQ(reply->requests, 1);
    const auto sent = server.request_body(0);
    EXPECT_EQ(server.requests()[0].header("Authorization"), "Bearer sk");
    EXPECT_EQ(base::get_string(sent, "model"), "qwen");
    EXPECT_EQ(base::dump(sent.at("stop")), R"(["</s>"])");
    EXPECT_EQ(base::get_int(sent, "seed"), 5);
    EXPECT_EQ(base::dump(sent.at("messages")),
              R"([{"role":"system","content":"be brief"},{"role":"user","content":"question"}])");
}

TEST_F(ChatTest, a_model_without_a_system_role_gets_one_message) {
    server.then(streamed({"ok"}));
    options.profile.system_role = false;
    request.messages.push_back({Role::user, "more"});
    EXPECT_EQ(answer(), "ok");
    EXPECT_EQ(base::dump(server.request_body(0).at("messages")),
              R"([{"role":"user","content":"be brief\n\nquestion\n\nmore"}])");
}

TEST_F(ChatTest, the_ways_of_other_servers) {
    const auto one_piece = [](std::string body) { return Act{.body = std::move(body)}; };
    const auto stream = [](std::vector<std::string> events) { return Act{.events = std::move(events)}; };
    const std::pair<Act, std::string> cases[] = {
        // no stream although asked for; content in parts; the old form
        {one_piece(R"({"choices":[{"message":{"content":"whole"},"finish_reason":"stop"}]})"), "whole"},
        {one_piece(R"({"choices":[{"message":{"content":[{"type":"text","text":"pa"},{"text":"rts"}]}}]})"), "parts"},
        {one_piece(R"({"choices":[{"text":"old"}]})"), "old"},
        // null where a text is expected, other choices, empty choices, fields nobody asked for
        {stream({chunk(R"({"index":0,"delta":{"role":"assistant","content":null}})"),
                 net::sse_event(R"({"choices":[],"prompt_filter_results":[]})"), said("a"),
                 chunk(R"({"index":1,"delta":{"content":"other"}})"), said("b"), ended, done}),
         "ab"},
        // comments, no [DONE], no reason but [DONE], a whole message in a stream, an event name
        {stream({": OPENROUTER PROCESSING\n\n", said("x"), ended}), "x"},
        {stream({said("y"), done}), "y"},
        {stream({chunk(R"({"message":{"content":"m"},"finish_reason":"stop"})"), done}), "m"},
        {stream({"event: chunk\r\ndata: "
                 "{\"choices\":[{\"delta\":{\"content\":\"crlf\"},\"finish_reason\":\"eos\"}]}\r\n\r\n"}),
         "crlf"},
        // a stream under another name
        {Act{.body = said("plain") + ended + done, .content_type = "text/plain"}, "plain"},
        // reasoning beside the answer and inside it
        {stream({chunk(R"({"delta":{"reasoning_content":"hm","content":""}})"), said("after"), ended}), "after"},
        {stream({said("<think>\\nhm\\n</think>\\n\\nafter"), ended}), "\n\nafter"},
    };
    for (const auto& [act, expected] : cases) {
        server.then(act);
        EXPECT_EQ(answer(), expected);
    }
    EXPECT_EQ(server.requests().size(), std::size(cases));
}

TEST_F(ChatTest, why_an_answer_ended_is_told) {
    const std::pair<std::string, Sample::End> cases[] = {{"length", Sample::End::length},
                                                         {"content_filter", Sample::End::filtered},
                                                         {"tool_calls", Sample::End::tool_call},
                                                         {"stop", Sample::End::complete}};
    for (const auto& [reason, end] : cases) {
        server.then(streamed({"text"}, reason));
        const auto reply = chat();
        ASSERT_TRUE(reply);
        EXPECT_EQ(reply->samples[0].end, end) << reason;
    }
    server.then(streamed({}, "tool_calls")); // no text at all, yet the reason says why
    EXPECT_EQ(chat()->samples[0].end, Sample::End::tool_call);
}

TEST_F(ChatTest, cut_garbled_and_empty_answers_are_asked_again_and_never_taken_for_whole) {
    for (const auto& bad : {
             Act{.events = {said("half")}}, // the stream just ends
             Act{.events = {said("half"), "data: {\"choices\": [{\"del"}},
             Act{.events = {said("half"), net::sse_event("not json")}},
             Act{.events = {said("half"), net::sse_event("[1,2]")}},
             Act{.events = {said("half"), net::sse_event(R"({"error":{"message":"out of memory","code":500}})")}},
             Act{.body = "<html>hello</html>", .content_type = "text/html"}, // a portal's page, status 200
             Act{.body = R"({"choices":[]})"},
             Act{.body = ""},
             Act{.body = R"({"error":"loading model"})"},
             streamed({}),
             streamed({" \n "}),
         }) {
        watched.clear();
        server.then(bad);
        server.then(streamed({"good"}));
        EXPECT_EQ(answer(), "good") << bad.body;
        if (watched != "good") {
            EXPECT_TRUE(watched == "half|again|good" || watched == " \n |again|good") << watched;
        }
    }
    const auto error = refused({.events = {said("half")}});
    EXPECT_EQ(error.code, Errc::unavailable);
    EXPECT_NE(error.message.find("cut in the middle; 4 attempts"), std::string::npos) << error.text();
}

TEST_F(ChatTest, statuses_decide_whether_to_ask_again) {
    struct Case {
        int status;
        std::string body;
        Errc code;
        std::size_t requests;
    };
    for (const auto& c : {Case{400, "400 Bad Request: no", Errc::invalid_input, 1}, Case{401, "", Errc::denied, 1},
                          Case{404, "no such model", Errc::not_found, 1}, Case{429, "slow down", Errc::busy, 4},
                          Case{429, R"({"error":{"message":"none left","type":"insufficient_quota"}})", Errc::busy, 1},
                          Case{429, R"({"error":{"message":"You exceeded your current quota"}})", Errc::busy, 1},
                          Case{500, "oops", Errc::unavailable, 4}, Case{503, "", Errc::unavailable, 4},
                          Case{529, R"({"type":"error","error":{"type":"overloaded_error"}})", Errc::unavailable, 4},
                          Case{302, "", Errc::unavailable, 1}}) {
        const auto before = server.requests().size();
        EXPECT_EQ(refused({.status = c.status, .body = c.body, .content_type = "text/plain"}).code, c.code) << c.status;
        EXPECT_EQ(server.requests().size() - before, c.requests) << c.status << c.body;
    }
}

TEST_F(ChatTest, refused_parts_of_a_request_are_left_out_from_then_on) {
    const auto model = make_chat_model(options);
    const auto complain = [&](std::string message, std::string parameter) {
        server.then({.status = 400,
                     .body = base::dump(test::json::object{
                         {"error", test::json::object{{"message", message}, {"param", parameter}}}})});
    };
    complain("Unsupported parameter: 'max_tokens' is not supported with this model. Use 'max_completion_tokens'.",
             "max_tokens");
    complain("Unsupported value: 'temperature' does not support 0.2 with this model.", "temperature");
    server.then({.status = 422, .body = "json: unknown field \"stream_options\"", .content_type = "text/plain"});
    server.then({.status = 500, .body = R"({"error":{"code":500,"message":"System role not supported"}})"});
    server.then(streamed({"at last"}));
    const auto reply = model->chat(request);
    ASSERT_TRUE(reply) << reply.error().text();
    const auto last = server.request_body(4);
    EXPECT_FALSE(last.contains("max_tokens"));
    EXPECT_TRUE(last.contains("max_completion_tokens"));
    EXPECT_FALSE(last.contains("temperature"));
    EXPECT_FALSE(last.contains("stream_options"));
    EXPECT_EQ(base::get_array(last, "messages")->size(), 1u);
    server.then(streamed({"known"}));
    ASSERT_TRUE(model->chat(request));
    EXPECT_EQ(base::dump(server.request_body(5)), base::dump(last));
    // what nobody can leave out is an error, at once
    complain("'model' does not exist", "model");
    EXPECT_EQ(model->chat(request).error().code, Errc::invalid_input);
}

TEST_F(ChatTest, each_phase_ends_in_time) {
    options.timeouts = {.connect = 1s, .first_token = 100ms, .between_tokens = 100ms, .total = 5s};
    options.retry.attempts = 1;
    const auto message = [&](Act act) {
        const auto begin = Clock::now();
        const auto error = refused(std::move(act));
        EXPECT_EQ(error.code, Errc::timeout);
        EXPECT_LT(Clock::now() - begin, 2s);
        return error.message;
    };
    EXPECT_EQ(message({.hang = true}), "the model said nothing for 100 ms");
    EXPECT_EQ(message({.events = {chunk(R"({"delta":{"role":"assistant"}})")}, .hang = true}),
              "the model said nothing for 100 ms");
    std::vector<std::string> pings(200, ": ping\n\n");
    EXPECT_EQ(message({.events = pings, .pause = 10ms}), "the model said nothing for 100 ms");
    pings.insert(pings.begin(), said("word"));
    EXPECT_EQ(message({.events = pings, .pause = 10ms}), "the model fell silent for 100 ms within its answer");
    options.timeouts.total = 300ms;
    std::vector<std::string> words;
    for (int i = 0; i < 200; ++i)
        words.push_back(said(std::to_string(i)));
    EXPECT_EQ(message({.events = words, .pause = 10ms}), "the answer did not come in time");
}

TEST_F(ChatTest, a_stop_ends_the_call_at_once) {
    server.otherwise([](const net::HttpRequest&) { return Act{.events = {said("word")}, .hang = true}; });
    request.samples = 3;
    std::stop_source source;
    std::thread stopper([&] {
        std::this_thread::sleep_for(80ms);
        source.request_stop();
    });
    const auto begin = Clock::now();
    const auto reply = chat(source.get_token());
    stopper.join();
    ASSERT_FALSE(reply);
    EXPECT_EQ(reply.error().code, Errc::cancelled);
    EXPECT_LT(Clock::now() - begin, 1s);
}

TEST_F(ChatTest, babble_is_cut_off) {
    options.retry.attempts = 1;
    std::vector<std::string> loop(2000, said("I apologize for the confusion. "));
    server.then({.events = loop, .hang = true});
    auto reply = chat();
    ASSERT_TRUE(reply) << reply.error().text();
    EXPECT_EQ(reply->samples[0].end, Sample::End::babble);
    EXPECT_LT(reply->samples[0].text.size(), 10'000u);
    EXPECT_TRUE(reply->usage.estimated);

    request.max_tokens = 10; // which the server ignores
    std::vector<std::string> endless;
    for (int i = 0; i < 20'000; ++i)
        endless.push_back(said(std::to_string(i * 7919)));
    server.then({.events = endless, .hang = true});
    reply = chat();
    ASSERT_TRUE(reply) << reply.error().text();
    EXPECT_EQ(reply->samples[0].end, Sample::End::babble);
    EXPECT_LT(reply->samples[0].text.size(), 6'000u);
}

TEST_F(ChatTest, several_samples_are_asked_in_parallel_and_some_may_fail) {
    std::atomic<int> count = 0;
    server.otherwise([&](const net::HttpRequest&) -> Act {
        const int i = count++;
        if (i == 1)
            return {.status = 400, .body = "no", .content_type = "text/plain"};
        auto act = streamed({"s" + std::to_string(i)});
        act.pause = 30ms;
        return act;
    });
    options.profile.temperatures = {0.1, 0.5};
    options.parallel = 4;
    request.samples = 4;
    request.seed = 100;
    const auto reply = chat();
    ASSERT_TRUE(reply) << reply.error().text();
    EXPECT_EQ(reply->samples.size(), 3u);
    EXPECT_EQ(reply->failures.size(), 1u);
    EXPECT_EQ(reply->usage.prompt, 33);
    EXPECT_LT(reply->wall, 4 * 5 * 30ms); // one after the other would be longer
    std::map<std::int64_t, double> by_seed;
    for (std::size_t i = 0; i < 4; ++i)
        by_seed[base::get_int(server.request_body(i), "seed")] =
            server.request_body(i).at("temperature").to_number<double>();
    EXPECT_EQ(by_seed, (std::map<std::int64_t, double>{{100, 0.1}, {101, 0.5}, {102, 0.5}, {103, 0.5}}));
}

TEST_F(ChatTest, context_and_budget_bound_what_is_asked) {
    options.profile.context_tokens = 1000;
    options.profile.max_tokens = 900;
    const auto words = [](int n) {
        std::string out;
        for (int i = 0; i < n; ++i)
            out += "a ";
        return out;
    };
    request.messages = {{Role::user, words(1500)}};
    EXPECT_EQ(chat().error().code, Errc::limit);
    EXPECT_TRUE(server.requests().empty());
    request.messages = {{Role::user, words(492)}};
    server.then(streamed({"ok"}));
    ASSERT_TRUE(chat());
    EXPECT_EQ(base::get_int(server.request_body(0), "max_tokens"), 500);

    request.budget = std::make_shared<TokenBudget>(1500);
    server.then(streamed({"ok"}));
    ASSERT_TRUE(chat());
    EXPECT_EQ(request.budget->left(), 1500 - 18); // what the server counted
    request.samples = 2;
    EXPECT_EQ(chat().error().code, Errc::limit);
    EXPECT_EQ(request.budget->left(), 1500 - 18);

    request = {.messages = {{Role::user, "q"}}};
    const auto error = refused(
        {.status = 400,
         .body = R"({"error":{"message":"This model's maximum context length is 10 tokens; reduce max_tokens"}})"});
    EXPECT_EQ(error.code, Errc::limit);
    EXPECT_EQ(server.requests().size(), 3u);
}

TEST_F(ChatTest, connections_that_break_are_errors_not_answers) {
    const std::string head = "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n";
    for (const std::string& answer : {std::string(), std::string("garbage"), head, head + "5\r\nda",
                                      head + fmt::format("{:x}\r\n{}\r\n", said("half").size(), said("half"))}) {
        const RawServer raw(RawServer::answering(answer));
        options.endpoint.base = raw.url("/v1");
        const auto reply = chat();
        ASSERT_FALSE(reply) << answer;
        EXPECT_EQ(reply.error().code, Errc::unavailable) << reply.error().text();
        EXPECT_EQ(raw.accepted(), 4);
    }
}

TEST_F(ChatTest, anthropic_speaks_its_own_dialect) {
    options.api = Api::anthropic;
    options.endpoint.key = "key";
    options.endpoint.key_as_x_api_key = true;
    options.endpoint.headers.add("anthropic-version", "2023-06-01");
    options.profile.temperatures = {1.7};
    options.profile.stop = {"\n", "STOP"};
    request.messages.push_back({Role::assistant, "answer"});
    request.messages.push_back({Role::user, "again"});
    const auto event = [](std::string_view type, std::string_view rest) {
        return net::sse_event(fmt::format(R"({{"type":"{}"{}}})", type, rest), type);
    };
    const Act good{
        .events = {
            event(
                "message_start",
                R"(,"message":{"model":"claude-x","usage":{"input_tokens":10,"cache_read_input_tokens":5,"output_tokens":1}})"),
            event("content_block_start", R"(,"index":0,"content_block":{"type":"thinking","thinking":""})"),
            event("ping", ""),
            event("content_block_delta", R"(,"index":0,"delta":{"type":"thinking_delta","thinking":"hm"})"),
            event("content_block_delta", R"(,"index":1,"delta":{"type":"text_delta","text":"Hel"})"),
            event("content_block_delta", R"(,"index":1,"delta":{"type":"text_delta","text":"lo"})"),
            event("some_news", R"(,"x":1)"),
            event("message_delta", R"(,"delta":{"stop_reason":"end_turn"},"usage":{"output_tokens":15})"),
            event("message_stop", ""),
        }};
    server.then({.events = {event("error", R"(,"error":{"type":"overloaded_error","message":"Overloaded"})")}});
    server.then(good);
    auto reply = chat();
    ASSERT_TRUE(reply) << reply.error().text();
    EXPECT_EQ(reply->samples[0].text, "Hello");
    EXPECT_EQ(reply->samples[0].reasoning, "hm");
    EXPECT_EQ(reply->model, "claude-x");
    EXPECT_EQ(reply->usage.prompt, 15);
    EXPECT_EQ(reply->usage.cached, 5);
    EXPECT_EQ(reply->usage.completion, 15);
    const auto sent = server.request_body(1);
    EXPECT_EQ(base::get_string(sent, "system"), "be brief");
    EXPECT_EQ(base::get_array(sent, "messages")->size(), 3u);
    EXPECT_EQ(sent.at("temperature").to_number<double>(), 1.0);
    EXPECT_EQ(base::dump(sent.at("stop_sequences")), R"(["STOP"])");

    server.then(
        {.body = R"({"type":"message","content":[{"type":"text","text":"in one"}],"stop_reason":"max_tokens"})"});
    reply = chat();
    ASSERT_TRUE(reply);
    EXPECT_EQ(reply->samples[0].text, "in one");
    EXPECT_EQ(reply->samples[0].end, Sample::End::length);
    server.then({.events = {event("error", R"(,"error":{"type":"invalid_request_error","message":"no"})")}});
    const auto before = server.requests().size();
    EXPECT_EQ(chat().error().code, Errc::invalid_input);
    EXPECT_EQ(server.requests().size(), before + 1);
}

TEST(ChatFrom, the_environment_names_the_server_or_there_is_no_model) {
    const auto profiles = *Profiles::load();
    std::map<std::string, std::string> env;
    const auto make = [&] { return chat_from([&](const char* name) { return env[name]; }, profiles); };
    auto model = make();
    ASSERT_TRUE(model);
    EXPECT_FALSE((*model)->available());
    EXPECT_EQ((*model)->chat({}).error().code, Errc::unavailable);
    EXPECT_NE((*model)->chat({}).error().next_step.find("LLM_API_BASE"), std::string::npos);

    env["LLM_API_BASE"] = "http://localhost:8080/v1/";
    model = make();
    ASSERT_TRUE(model);
    EXPECT_TRUE((*model)->available());
    EXPECT_EQ((*model)->name(), "Qwen2.5-Coder-3B-Instruct at http://localhost:8080/v1");
    EXPECT_EQ((*model)->profile().name, "qwen-coder");
    env["LLM_MODEL"] = "whatever";
    env["LLM_PROFILE"] = "gemma";
    env["LLM_CONTEXT"] = "5000";
    EXPECT_EQ((*make())->profile().context_tokens, 5000);
    env["LLM_API"] = "none";
    EXPECT_FALSE((*make())->available());
    env.erase("LLM_API");
    for (const auto& [variable, value] : std::map<std::string, std::string>{{"LLM_API_BASE", "localhost"},
                                                                            {"LLM_API", "grpc"},
                                                                            {"LLM_PROFILE", "nobody"},
                                                                            {"LLM_CONTEXT", "-5"},
                                                                            {"LLM_TIMEOUT", "soon"}}) {
        const auto old = std::exchange(env[variable], value);
        EXPECT_EQ(make().error().code, Errc::invalid_input) << variable;
        env[variable] = old;
    }
    env = {{"LLM_API", "anthropic"}};
    EXPECT_EQ(make().error().code, Errc::invalid_input); // which model?
    env["LLM_MODEL"] = "claude-sonnet-4-5";
    EXPECT_EQ((*make())->name(), "claude-sonnet-4-5 at https://api.anthropic.com/v1");
}

} // namespace
} // namespace rustcoder::model
