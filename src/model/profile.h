// How to speak to one family of models, as data: models/profiles/*.toml, compiled into the program and overridable by
// files of the user's own. Values, thread-safe.
#pragma once

#include "base/result.h"
#include "model/reasoning.h"

#include <boost/json/object.hpp>
#include <filesystem>
#include <functional>
#include <span>

namespace rustcoder::model {

struct Profile {
    std::string name = "default";
    std::vector<std::string> match; // '*' globs, looked for anywhere in the model's name, without case
    std::string system;             // the system prompt; {format} stands for `format`
    std::string format;             // how to write an answer
    std::string reminder;           // the last words of the user's message
    std::string write_system, write_format, write_reminder; // the same for whole projects; changes of one: `format`
    std::string fence = "```";      // around sources in the prompt; longer where a source holds it
    bool system_role = true;        // false: the system prompt opens the user's message
    std::vector<std::string> stop;
    std::vector<double> temperatures{0.2}; // of the first, second, ... sample; the last one for all further
    double top_p = 0;                      // 0 = not sent
    int max_tokens = 2048;                 // of one answer
    int context_tokens = 8192;             // prompt and answer together
    std::vector<TagPair> reasoning{{"<think>", "</think>"}};
    boost::json::object extra;                // sent with each request as it is ("reasoning_effort", ...)
    double input_price = 0, output_price = 0; // per million tokens; 0 = unknown or free

    double temperature(int sample) const;
};

/// All profiles of one program run.
class Profiles {
public:
    /// The shipped ones, and over them each *.toml of the folders in order (later wins). A file of a known name changes
    /// only the fields that it has; a new one starts from "default". Folders that are not there are passed over.
    /// Errors: invalid_input with file and line, or the field that is unknown or of a wrong type.
    static Result<Profiles> load(std::span<const std::filesystem::path> folders = {});
    /// By profile name; nullptr when there is none.
    const Profile* find(std::string_view name) const;
    /// The profile with the longest pattern that fits the model's name, else "default".
    const Profile& for_model(std::string_view model) const;
    const std::vector<Profile>& all() const { return profiles_; }

private:
    Status add(std::string_view file, std::string_view text);
    std::vector<Profile> profiles_; // "default" first
};

/// Where the user's own profiles are: RUSTCODER_PROFILES, else rustcoder/profiles in XDG_CONFIG_HOME or ~/.config.
std::vector<std::filesystem::path> profile_folders(const std::function<std::string(const char*)>& environment);

} // namespace rustcoder::model
