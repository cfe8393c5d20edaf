#include "agent/examples.h"

#include <fmt/format.h>

namespace rustcoder::agent {

namespace {

namespace json = base::json;

constexpr std::size_t most_examples = 64; // each is a run of the program

Result<repair::Example> parse_one(const json::value& item, const std::string& place) {
    const auto* o = item.if_object();
    if (!o)
        return fail(Errc::invalid_input, "an example has to be an object", place,
                    R"(Write {"args": [], "stdin": "", "stdout": "..."}.)");
    repair::Example out;
    for (const auto& [key, value] : *o) {
        const std::string name(key);
        if (name == "args" && value.is_array()) {
            for (const auto& a : value.get_array()) {
                if (!a.is_string())
                    return fail(Errc::invalid_input, "args has to hold strings", place);
                out.arguments.emplace_back(a.get_string().c_str());
            }
        } else if (name == "stdin" && value.is_string()) {
            out.stdin_bytes = std::string(value.get_string());
        } else if (name == "files" && value.is_object()) {
            for (const auto& [path, content] : value.get_object()) {
                if (!content.is_string())
                    return fail(Errc::invalid_input, "files has to hold texts", place);
                RC_TRY(out.files.set(path, std::string(content.get_string())));
            }
        } else if (name == "stdout" && value.is_string()) {
            out.expected_stdout = std::string(value.get_string());
        } else if (name == "code" && value.is_int64()) {
            out.expected_code = static_cast<int>(value.get_int64());
        } else {
            return fail(Errc::invalid_input,
                        fmt::format("'{}' is not a field of an example, or has the wrong type", name), place,
                        "Use args (strings), stdin, stdout (strings), files {path: text} and code (an integer).");
        }
    }
    if (!out.expected_stdout && !out.expected_code)
        return fail(Errc::invalid_input, "an example has to expect something", place, "Give stdout, code or both.");
    return out;
}

} // namespace

Result<std::vector<repair::Example>> parse_examples(const json::value& list) {
    const auto* array = list.if_array();
    if (!array)
        return fail(Errc::invalid_input, "examples have to be a list", "examples");
    if (array->size() > most_examples)
        return fail(Errc::limit, fmt::format("at most {} examples are taken", most_examples), "examples");
    std::vector<repair::Example> out;
    for (std::size_t i = 0; i < array->size(); ++i) {
        RC_TRY_ASSIGN(auto example, parse_one((*array)[i], fmt::format("examples[{}]", i)));
        out.push_back(std::move(example));
    }
    return out;
}

} // namespace rustcoder::agent
