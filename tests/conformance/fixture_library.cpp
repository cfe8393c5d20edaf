// Resources and prompts.
#include "fixture.h"

namespace rustcoder::conformance {

using mcp::PromptResult;
using mcp::ReadResult;

void add_resources(Fixture& f) {
    auto& r = *f.registry;
    r.allow_subscriptions();
    r.announce_changes();
    const auto text = [&r](const char* uri, const char* name, const char* content) {
        r.add_resource({.uri = uri, .name = name, .mime_type = "text/plain"},
                       [uri, content](const CallPtr& call) { call->finish(ReadResult().text(uri, content)); });
    };
    text("test://static-text", "Static text", "This is the content of the static text resource.");
    text("test://watched-resource", "Watched resource", "Watched resource content");
    r.add_resource(
        {.uri = "test://static-binary", .name = "Static image", .mime_type = "image/png"},
        [](const CallPtr& call) { call->finish(ReadResult().blob("test://static-binary", tiny_png(), "image/png")); });
    r.add_template({.uri_template = "test://template/{id}/data", .name = "Template", .mime_type = "application/json"},
                   [](const CallPtr& call) {
                       const auto id = word(call->arguments(), "id");
                       json::object data;
                       data["id"] = id;
                       data["templateTest"] = true;
                       data["data"] = "Data for ID: " + id;
                       call->finish(ReadResult().text(call->name(), base::dump(data), "application/json"));
                   });
}

void add_prompts(Fixture& f) {
    auto& r = *f.registry;
    r.add_prompt({.name = "test_simple_prompt", .description = "A prompt without arguments"}, [](const CallPtr& call) {
        call->finish(PromptResult().user(mcp::content::text("This is a simple prompt for testing.")));
    });
    r.add_prompt({.name = "test_prompt_with_arguments",
                  .description = "A prompt with two arguments",
                  .arguments = {{"arg1", "First test argument", true}, {"arg2", "Second test argument", true}}},
                 [](const CallPtr& call) {
                     const auto& a = call->arguments();
                     call->finish(PromptResult().user(mcp::content::text(
                         "Prompt with arguments: arg1='" + word(a, "arg1") + "', arg2='" + word(a, "arg2") + "'")));
                 });
    r.add_completion("test_prompt_with_arguments", [](const CallPtr& call) {
        const auto value = word(call->arguments(), "value");
        mcp::Completion completion;
        for (const char* known : {"paris", "park", "party"})
            if (std::string_view(known).starts_with(value))
                completion.values.emplace_back(known);
        call->finish(std::move(completion));
    });
    r.add_prompt({.name = "test_prompt_with_embedded_resource",
                  .description = "A prompt with a resource inside",
                  .arguments = {{"resourceUri", "URI of the resource to embed", true}}},
                 [](const CallPtr& call) {
                     call->finish(PromptResult()
                                      .user(mcp::content::embedded_text(word(call->arguments(), "resourceUri"),
                                                                        "Embedded resource content for testing."))
                                      .user(mcp::content::text("Please process the embedded resource above.")));
                 });
    r.add_prompt({.name = "test_prompt_with_image", .description = "A prompt with an image"}, [](const CallPtr& call) {
        call->finish(PromptResult()
                         .user(mcp::content::image(tiny_png(), "image/png"))
                         .user(mcp::content::text("Please analyze the image above.")));
    });
    r.add_prompt({.name = "test_input_required_result_prompt", .description = "A prompt that asks first"},
                 [](const CallPtr& call) {
                     auto form = mcp::elicit("What context should the prompt use?", schema(R"({"type":"object",
                         "properties":{"context":{"type":"string"}},"required":["context"]})"));
                     call->ask({{"user_context", std::move(form)}}, [call](Result<mcp::Answers> answers) {
                         if (!answers)
                             return call->fail_missing("elicitation");
                         const auto* content = base::get_object(answers->at("user_context"), "content");
                         call->finish(PromptResult().user(
                             mcp::content::text("Context: " + (content ? word(*content, "context") : "none"))));
                     });
                 });
}

} // namespace rustcoder::conformance
