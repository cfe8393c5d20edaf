// Tools that ask the client something, in one round or several, and tools that become tasks.
#include "fixture.h"

namespace rustcoder::conformance {

using namespace std::chrono_literals;
using mcp::Answers;
using mcp::Asks;
using mcp::TaskSupport;
using mcp::ToolResult;

namespace {

constexpr const char* name_schema = R"({"type":"object","properties":{"name":{"type":"string"}},"required":["name"]})";
constexpr const char* ok_schema = R"({"type":"object","properties":{"ok":{"type":"boolean"}},"required":["ok"]})";
constexpr const char* confirm_schema =
    R"({"type":"object","properties":{"confirm":{"type":"boolean"}},"required":["confirm"]})";

mcp::Ask ask_for(const char* message, const char* form) {
    return mcp::elicit(message, schema(form));
}

/// Asks and goes on with the answers; what cannot be asked or answered is the tool's error.
void ask(const CallPtr& call, Asks asks, std::function<void(const Answers&)> then) {
    for (const auto& [key, one] : asks)
        if (!call->caller().can(one.capability()))
            return call->fail_missing(one.capability());
    call->ask(std::move(asks), [call, then = std::move(then)](Result<Answers> answers) {
        if (!answers)
            return call->finish(ToolResult::error(answers.error().text()));
        then(*answers);
    });
}

std::string field(const Answers& answers, const std::string& key, std::string_view name) {
    const auto* content = base::get_object(answers.at(key), "content");
    return content ? word(*content, name) : std::string();
}

/// "action=accept, content={...}"
std::string described(const json::object& answer) {
    const auto* content = base::get_object(answer, "content");
    return "action=" + word(answer, "action") + ", content=" + base::dump(content ? *content : json::object());
}

void add_legacy_asks(Fixture& f) {
    add(
        f, "test_sampling", "Asks the client's model",
        [](const CallPtr& call) {
            ask(call, {{"answer", mcp::sample(word(call->arguments(), "prompt"), 100)}},
                [call](const Answers& answers) {
                    const auto* content = base::get_object(answers.at("answer"), "content");
                    call->finish(ToolResult::text("LLM response: " + (content ? word(*content, "text") : "")));
                });
        },
        R"({"type":"object","properties":{"prompt":{"type":"string"}},"required":["prompt"]})");
    add(
        f, "test_elicitation", "Asks the user",
        [](const CallPtr& call) {
            auto form = mcp::elicit(word(call->arguments(), "message"), schema(R"({"type":"object","properties":{
                "username":{"type":"string","description":"User's response"},
                "email":{"type":"string","description":"User's email address"}},"required":["username","email"]})"));
            ask(call, {{"user", std::move(form)}}, [call](const Answers& answers) {
                call->finish(ToolResult::text("User response: " + described(answers.at("user"))));
            });
        },
        R"({"type":"object","properties":{"message":{"type":"string"}},"required":["message"]})");
    const auto form = [&f](const char* name, const char* description, const char* fields) {
        add(f, name, description, [fields](const CallPtr& call) {
            ask(call, {{"form", ask_for("Please fill in the form", fields)}}, [call](const Answers& answers) {
                call->finish(ToolResult::text("Elicitation completed: " + described(answers.at("form"))));
            });
        });
    };
    form("test_elicitation_sep1034_defaults", "A form with default values", R"({"type":"object","properties":{
        "name":{"type":"string","default":"John Doe"}, "age":{"type":"integer","default":30},
        "score":{"type":"number","default":95.5},
        "status":{"type":"string","enum":["active","inactive","pending"],"default":"active"},
        "verified":{"type":"boolean","default":true}}})");
    form("test_elicitation_sep1330_enums", "A form with choices of all kinds", R"({"type":"object","properties":{
        "untitledSingle":{"type":"string","enum":["option1","option2","option3"]},
        "titledSingle":{"type":"string","oneOf":[{"const":"value1","title":"First Option"},
            {"const":"value2","title":"Second Option"},{"const":"value3","title":"Third Option"}]},
        "legacyEnum":{"type":"string","enum":["opt1","opt2","opt3"],"enumNames":["Option One","Option Two","Option Three"]},
        "untitledMulti":{"type":"array","items":{"type":"string","enum":["option1","option2","option3"]}},
        "titledMulti":{"type":"array","items":{"anyOf":[{"const":"value1","title":"First Choice"},
            {"const":"value2","title":"Second Choice"},{"const":"value3","title":"Third Choice"}]}}}})");
}

void add_rounds(Fixture& f) {
    const auto hello = [](const CallPtr& call) {
        ask(call, {{"user_name", ask_for("What is your name?", name_schema)}}, [call](const Answers& answers) {
            call->finish(ToolResult::text("Hello, " + field(answers, "user_name", "name") + "!"));
        });
    };
    add(f, "test_input_required_result_elicitation", "Asks for a name", hello);
    add(f, "test_streaming_elicitation", "Asks for a name", hello);
    add(f, "test_input_required_result_sampling", "Asks the client's model", [](const CallPtr& call) {
        ask(call, {{"capital_question", mcp::sample("What is the capital of France?", 100)}},
            [call](const Answers& answers) {
                const auto* content = base::get_object(answers.at("capital_question"), "content");
                call->finish(ToolResult::text("The model said: " + (content ? word(*content, "text") : "")));
            });
    });
    add(f, "test_input_required_result_list_roots", "Asks for the roots", [](const CallPtr& call) {
        ask(call, {{"client_roots", mcp::list_roots()}}, [call](const Answers& answers) {
            const auto* roots = base::get_array(answers.at("client_roots"), "roots");
            call->finish(ToolResult::text("Roots: " + (roots ? base::dump(*roots) : "none")));
        });
    });
    const auto confirm = [](const CallPtr& call) {
        call->set_state("seen");
        ask(call, {{"confirm", ask_for("Please confirm", ok_schema)}},
            [call](const Answers&) { call->finish(ToolResult::text("state-ok")); });
    };
    add(f, "test_input_required_result_request_state", "Keeps a state over its rounds", confirm);
    add(f, "test_input_required_result_tampered_state", "Keeps a state that nobody may change", confirm);
    add(f, "test_input_required_result_multiple_inputs", "Asks three things at once", [](const CallPtr& call) {
        ask(call,
            {{"user_name", ask_for("What is your name?", name_schema)},
             {"greeting", mcp::sample("Generate a greeting", 50)},
             {"client_roots", mcp::list_roots()}},
            [call](const Answers& answers) {
                call->finish(ToolResult::text("All is known, " + field(answers, "user_name", "name")));
            });
    });
    add(f, "test_input_required_result_multi_round", "Asks twice", [](const CallPtr& call) {
        ask(call, {{"step1", ask_for("Step 1: What is your name?", name_schema)}}, [call](const Answers& first) {
            const auto name = field(first, "step1", "name");
            ask(call,
                {{"step2",
                  ask_for("Step 2: What is your favorite color?",
                          R"({"type":"object","properties":{"color":{"type":"string"}},"required":["color"]})")}},
                [call, name](const Answers& second) {
                    call->finish(ToolResult::text(name + " likes " + field(second, "step2", "color")));
                });
        });
    });
    add(f, "test_input_required_result_capabilities", "Asks what the client can answer", [](const CallPtr& call) {
        Asks asks;
        if (call->caller().can("elicitation"))
            asks.emplace_back("user_name", ask_for("What is your name?", name_schema));
        if (call->caller().can("sampling"))
            asks.emplace_back("greeting", mcp::sample("Generate a greeting", 50));
        ask(call, std::move(asks), [call](const Answers& answers) {
            call->finish(ToolResult::text(std::to_string(answers.size()) + " answers"));
        });
    });
    add(f, "test_missing_capability", "Needs sampling", [](const CallPtr& call) {
        if (!call->caller().can("sampling"))
            return call->fail_missing("sampling");
        call->finish(ToolResult::text("Sampling is there"));
    });
}

} // namespace

void add_asking_tools(Fixture& f) {
    add_legacy_asks(f);
    add_rounds(f);
}

void add_task_tools(Fixture& f) {
    add(
        f, "slow_compute", "Sleeps, then answers",
        [&f](const CallPtr& call) {
            const auto seconds = base::get_int(call->arguments(), "seconds");
            auto done = [call, label = word(call->arguments(), "label")] {
                call->finish(ToolResult::text("Computed " + label));
            };
            if (seconds <= 0)
                return done();
            call->become_task();
            f.timers.after(std::chrono::seconds(seconds), std::move(done));
        },
        R"({"type":"object","properties":{"seconds":{"type":"integer"},"label":{"type":"string"}}})",
        TaskSupport::optional);
    add(
        f, "failing_job", "Fails after a second",
        [&f](const CallPtr& call) {
            call->become_task();
            f.timers.after(1s, [call] { call->finish(ToolResult::error("The job failed")); });
        },
        R"({"type":"object"})", TaskSupport::required);
    add(
        f, "protocol_error_job", "Ends with a fault of the protocol",
        [&f](const CallPtr& call) {
            call->become_task();
            f.timers.after(50ms, [call] { call->fail(mcp::rpc::internal_error, "The job broke down"); });
        },
        R"({"type":"object"})", TaskSupport::required);
    add(
        f, "confirm_delete", "Asks before it deletes",
        [](const CallPtr& call) {
            call->become_task();
            ask(call, {{"confirm", ask_for("Really delete?", confirm_schema)}}, [call](const Answers& answers) {
                call->finish(
                    ToolResult::text(word(call->arguments(), "filename") + ": " + described(answers.at("confirm"))));
            });
        },
        R"({"type":"object","properties":{"filename":{"type":"string"}}})", TaskSupport::optional);
    add(
        f, "multi_input", "Asks two things at once",
        [](const CallPtr& call) {
            call->become_task();
            ask(call,
                {{"first", ask_for("Who is first?", name_schema)}, {"second", ask_for("Who is second?", name_schema)}},
                [call](const Answers& answers) {
                    call->finish(
                        ToolResult::text(field(answers, "first", "name") + ", " + field(answers, "second", "name")));
                });
        },
        R"({"type":"object"})", TaskSupport::optional);
    add(
        f, "test_tool_with_task", "Asks first, then works as a task",
        [&f](const CallPtr& call) {
            ask(call, {{"user_name", ask_for("What is your name?", name_schema)}}, [&f, call](const Answers& answers) {
                call->become_task();
                f.timers.after(100ms, [call, name = field(answers, "user_name", "name")] {
                    call->finish(ToolResult::text("Worked for " + name));
                });
            });
        },
        R"({"type":"object"})", TaskSupport::required);
}

} // namespace rustcoder::conformance
