// Questions to the client: requests in sessions, rounds with a sealed state without, and what a hostile client does to
// it.
#include "mcp_fixture.h"

#include "mcp/state_seal.h"

namespace rustcoder::test {
namespace {

struct Asking : McpTest {
    int runs = 0;
    Asking() {
        add("two", [this](const CallPtr& call) {
            ++runs;
            call->set_state(runs);
            call->ask({{"name", question("name")}}, [this, call](Result<mcp::Answers> first) {
                if (!first)
                    return call->finish(mcp::ToolResult::error(first.error().text()));
                const auto name = given(*first, "name");
                call->ask({{"color", question("color")}}, [call, name](Result<mcp::Answers> second) {
                    if (!second)
                        return call->finish(mcp::ToolResult::error(second.error().text()));
                    call->finish(mcp::ToolResult::text(name + " " + given(*second, "color")));
                });
            });
        });
    }
    static mcp::Ask question(const char* field) {
        json::object properties, schema;
        properties[field] = json::object{{"type", "string"}};
        schema["type"] = "object";
        schema["properties"] = std::move(properties);
        schema["required"] = json::array{json::value(field)};
        return mcp::elicit("Which?", std::move(schema));
    }
    static std::string given(const mcp::Answers& answers, const std::string& key) {
        return std::string(base::get_string(answers.at(key).at("content").as_object(), key));
    }
    static json::object answers(const char* key, json::value answer) {
        json::object out;
        out[key] = std::move(answer);
        return out;
    }
    json::object retry(json::object params, const json::value& state, json::object responses) {
        if (!state.is_null())
            params["requestState"] = state;
        params["inputResponses"] = std::move(responses);
        return modern(2, "tools/call", std::move(params), capable({"elicitation"}));
    }
    json::object first_round(json::object params = named("two")) {
        return ask(modern(1, "tools/call", std::move(params), capable({"elicitation"})))->result();
    }
    static json::object good(const char* key, const char* value) {
        return answers(key, accept(answers(key, json::value(value))));
    }
};

TEST_F(Asking, in_a_session_the_client_is_asked_by_requests) {
    legacy(mcp::latest_legacy, capable({"elicitation"}));
    const auto heard = ask(request(5, "tools/call", named("two")));
    const auto first = heard->messages(1).at(0);
    EXPECT_EQ(first.at("method"), "elicitation/create");
    ask(mcp::rpc::result(first.at("id"), accept(answers("name", "Ann"))));
    const auto second = heard->messages(2).at(1);
    EXPECT_NE(second.at("id"), first.at("id"));
    ask(mcp::rpc::result(first.at("id"), accept(answers("name", "Eve")))); // answered already
    ask(mcp::rpc::result(second.at("id"), accept(answers("color", "red"))));
    EXPECT_EQ(heard->result().at("content").at(0).at("text"), "Ann red");
    EXPECT_EQ(runs, 1);
}

TEST_F(Asking, refusals_and_nonsense_reach_the_handler_as_errors) {
    legacy(mcp::latest_legacy, capable({"elicitation"}));
    auto heard = ask(request(1, "tools/call", named("two")));
    ask(mcp::rpc::error(heard->messages(1).at(0).at("id"), -1, "the user is away"));
    EXPECT_EQ(heard->result().at("isError"), true);
    EXPECT_THAT(std::string(heard->result().at("content").at(0).at("text").as_string()), testing::HasSubstr("away"));
    for (const json::value& nonsense : {json::value(5), json::value(json::object()),
                                        json::value(accept(answers("name", 5))), json::value(accept({}))}) {
        heard = ask(request(2, "tools/call", named("two")));
        auto response = mcp::rpc::result(heard->messages(1).at(0).at("id"), {});
        response["result"] = nonsense;
        ask(response);
        EXPECT_EQ(heard->result().at("isError"), true) << base::dump(nonsense);
    }
}

TEST_F(Asking, what_the_client_cannot_answer_is_not_asked) {
    legacy();
    auto heard = ask(request(1, "tools/call", named("two")));
    EXPECT_EQ(heard->result().at("isError"), true);
    EXPECT_TRUE(heard->messages().empty());
    EXPECT_EQ(ask(modern(2, "tools/call", named("two")))->result().at("isError"), true);
}

TEST_F(Asking, a_cancelled_call_takes_its_questions_back) {
    legacy(mcp::latest_legacy, capable({"elicitation"}));
    const auto heard = ask(request(1, "tools/call", named("two")));
    const auto question = heard->messages(1).at(0);
    ask(notification("notifications/cancelled", {{"requestId", 1}}));
    EXPECT_EQ(heard->messages(2).at(1).at("method"), "notifications/cancelled");
    EXPECT_EQ(heard->messages(2).at(1).at("params").at("requestId"), question.at("id"));
    ask(mcp::rpc::result(question.at("id"), accept(answers("name", "Ann")))); // nobody listens
    EXPECT_EQ(heard->finished(), 0);
}

TEST_F(Asking, without_a_session_rounds_carry_what_is_known) {
    begin();
    const auto first = first_round();
    EXPECT_EQ(first.at("resultType"), "input_required");
    EXPECT_TRUE(first.at("inputRequests").as_object().contains("name"));
    const auto second = ask(retry(named("two"), first.at("requestState"), good("name", "Ann")))->result();
    EXPECT_EQ(second.at("resultType"), "input_required");
    EXPECT_TRUE(second.at("inputRequests").as_object().contains("color"));
    EXPECT_FALSE(second.at("inputRequests").as_object().contains("name"));
    EXPECT_NE(second.at("requestState"), first.at("requestState"));
    const auto third = ask(retry(named("two"), second.at("requestState"), good("color", "red")))->result();
    EXPECT_EQ(third.at("resultType"), "complete");
    EXPECT_EQ(third.at("content").at(0).at("text"), "Ann red");
    EXPECT_EQ(runs, 3);
    EXPECT_EQ(conversation->active(), 0u);
}

TEST_F(Asking, missing_or_malformed_answers_are_asked_for_again) {
    begin();
    const auto state = first_round().at("requestState");
    for (const json::object& bad :
         {answers("other", accept({})), answers("name", 5), answers("name", json::object{{"action", "maybe"}}),
          answers("name", accept({})), answers("name", accept(answers("name", 5)))}) {
        const auto result = ask(retry(named("two"), state, bad))->result();
        EXPECT_EQ(result.at("resultType"), "input_required") << base::dump(bad);
        EXPECT_TRUE(result.at("inputRequests").as_object().contains("name"));
    }
    auto params = named("two");
    params["inputResponses"] = nullptr;
    EXPECT_EQ(ask(modern(3, "tools/call", params, capable({"elicitation"})))->code(), -32602);
}

TEST_F(Asking, a_state_that_was_touched_or_taken_elsewhere_is_refused) {
    begin();
    const std::string state(first_round().at("requestState").as_string());
    const auto refused = [&](std::string_view text, json::object params = named("two")) {
        const json::value given(text);
        const auto heard = ask(retry(std::move(params), given, good("name", "Ann")));
        EXPECT_EQ(heard->code(), -32602) << base::dump(given);
    };
    refused(state + "0");
    refused(state.substr(0, state.size() - 1));
    refused("x" + state);
    refused("");
    refused(".");
    refused("e30=." + std::string(64, '0'));
    refused(std::string(2 << 20, 'A'));
    for (std::size_t i = 0; i < state.size(); i += 7) { // any one bit
        auto changed = state;
        changed[i] = static_cast<char>(changed[i] ^ 1);
        refused(changed);
    }
    json::object more;
    more["extra"] = 1;
    refused(state, named("two", more)); // of other arguments
    const auto other = server->open("somebody else");
    const auto heard = std::make_shared<Heard>();
    other->handle(mcp::classify(json::value(retry(named("two"), json::value(state), good("name", "Ann")))), heard);
    EXPECT_EQ(heard->code(), -32602) << "of another principal";
    EXPECT_EQ(ask(retry(named("two"), json::value(state), good("name", "Ann")))->result().at("resultType"),
              "input_required");
}

TEST_F(Asking, states_expire_and_differ_between_servers) {
    options.state_ttl = -2s;
    begin();
    EXPECT_EQ(ask(retry(named("two"), first_round().at("requestState"), good("name", "Ann")))->code(), -32602);
    options.state_ttl = 60s;
    begin();
    const auto state = first_round().at("requestState");
    begin(); // another key
    EXPECT_EQ(ask(retry(named("two"), json::value(state), good("name", "Ann")))->code(), -32602);
    options.state_key = "the same on all machines";
    begin();
    const auto shared = first_round().at("requestState");
    begin();
    EXPECT_EQ(ask(retry(named("two"), shared, good("name", "Ann")))->result().at("resultType"), "input_required");
}

TEST(StateSeals, arguments_in_another_order_are_the_same_request) {
    const auto digest = [](const char* text) {
        return mcp::request_digest("tools/call", "x", base::parse_json(text)->as_object());
    };
    EXPECT_EQ(digest(R"({"a":1,"b":{"c":2,"d":[1,2]}})"), digest(R"({"b":{"d":[1,2],"c":2},"a":1})"));
    EXPECT_NE(digest(R"({"a":[1,2]})"), digest(R"({"a":[2,1]})"));
    EXPECT_NE(digest(R"({"a":"1"})"), digest(R"({"a":1})"));
}

TEST(StateSeals, the_signature_is_hmac_sha256) { // RFC 4231, test case 2, through what a seal is made of
    const mcp::StateSeal seal("Jefe");
    const auto sealed = seal.close({"p", "r", {}, nullptr}, std::chrono::system_clock::now() + 60s);
    EXPECT_TRUE(seal.open(sealed, "p", "r"));
    EXPECT_FALSE(mcp::StateSeal("jefe").open(sealed, "p", "r"));
    EXPECT_EQ(seal.sign("what do ya want for nothing?"),
              "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
}

} // namespace
} // namespace rustcoder::test
