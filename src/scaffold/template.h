// A project template: a whole cargo project with marked features and slots (docs/templates.md). Values; reading is
// pure but for load_folder().
#pragma once

#include "project/project.h"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace rustcoder::scaffold {

/// What a template always does.
struct Cover {
    std::string says;
    std::vector<std::string> words;
};

/// What can be left out.
struct Feature {
    std::string name, says;
    std::vector<std::string> words;
    bool on = false; // when nobody says anything
    std::vector<std::string> needs;
};

/// What can be chosen.
struct Slot {
    std::string name, says;
    enum class Kind { integer, decimal, text, identifier, choice } kind = Kind::integer;
    std::string default_value;
    std::optional<double> min, max;
    std::vector<std::string> choices, cues;
};

/// What the program must do, whatever the features and with the default slots.
struct Example {
    std::vector<std::string> arguments;
    std::string stdin_bytes;
    std::optional<std::string> expected_stdout; // empty in the file with a code other than 0 counts as "not checked"
    int code = 0;
};

struct Template {
    std::string name; // the folder's, and the package's
    std::string title, summary, area;
    bool library = false;
    std::vector<std::string> keywords, asks;
    std::vector<Cover> covers;
    std::vector<Feature> features;
    std::vector<Slot> slots;
    std::vector<Example> examples;
    project::Project files; // with markers, without template.toml
};

/// `files` holds template.toml. Errors: invalid_input with file and line: TOML that does not parse, a missing or
/// unknown field, a feature that needs one that is not there (or itself), a marker without an end or of an unknown
/// feature or slot, a slot whose default is not on its marked line or is outside its own limits.
Result<Template> read_template(std::string name, project::Project files);

/// Each folder below `root` that holds a template.toml. One that cannot be read does not take the others with it: it is
/// told in `problems` and left out.
struct Loaded {
    std::vector<Template> templates; // by name
    std::vector<std::string> problems;
};
Result<Loaded> load_folder(const std::filesystem::path& root);

} // namespace rustcoder::scaffold
