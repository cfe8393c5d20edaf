#include "scaffold/template.h"

#include "base/os.h"
#include "base/text.h"
#include "scaffold/fill.h"
#include "scaffold/markers.h"
#include "scaffold/values.h"

#include <algorithm>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <functional>
#include <set>

#define TOML_HEADER_ONLY 1
#define TOML_EXCEPTIONS 0
#define TOML_ENABLE_FORMATTERS 0
#include <toml++/toml.h>

namespace rustcoder::scaffold {

namespace {

constexpr std::string_view areas[] = {"cli",         "text",    "data",       "parser",  "algorithms",
                                      "structures",  "math",    "simulation", "game",    "files",
                                      "concurrency", "network", "state",      "embedded"};

/// One table of template.toml, every field of which must be asked for.
class Table {
public:
    Table(const toml::table& table, std::string place, std::string what)
        : table_(table), place_(std::move(place)), what_(std::move(what)) {}

    std::unexpected<Error> error(const toml::node* at, std::string message) const {
        const auto line = (at ? at->source() : table_.source()).begin.line;
        return fail(Errc::invalid_input, std::move(message), fmt::format("{}:{}", place_, line),
                    "docs/templates.md lists the fields.");
    }
    const toml::node* node(std::string_view key) {
        asked_.insert(std::string(key));
        return table_.get(key);
    }

    Status text(std::string_view key, std::string& out, bool required = true) {
        const auto* value = node(key);
        if (!value)
            return required ? missing(key) : Status{};
        const auto exact = value->value_exact<std::string>();
        if (!exact || (required && base::trim(*exact).empty()))
            return error(
                value, fmt::format("'{}' of {} must be a text{}", key, what_, required ? " that says something" : ""));
        out = *exact;
        return {};
    }
    Status texts(std::string_view key, std::vector<std::string>& out, bool required = true) {
        const auto* value = node(key);
        if (!value)
            return required ? missing(key) : Status{};
        const auto* array = value->as_array();
        for (std::size_t i = 0; array && i < array->size(); ++i) {
            const auto item = array->get(i)->value_exact<std::string>();
            if (!item)
                return error(array->get(i), fmt::format("'{}' of {} must be a list of texts", key, what_));
            out.push_back(*item);
        }
        if (!array || (required && out.empty()))
            return error(value, fmt::format("'{}' of {} must be a list of texts", key, what_));
        return {};
    }
    Status truth(std::string_view key, bool& out) {
        if (const auto* value = node(key)) {
            const auto exact = value->value_exact<bool>();
            if (!exact)
                return error(value, fmt::format("'{}' of {} must be true or false", key, what_));
            out = *exact;
        }
        return {};
    }
    Status number(std::string_view key, std::optional<double>& out) {
        if (const auto* value = node(key)) {
            if (!value->is_number())
                return error(value, fmt::format("'{}' of {} must be a number", key, what_));
            out = value->value<double>();
        }
        return {};
    }
    Status whole(std::string_view key, int& out, int least, int most) {
        if (const auto* value = node(key)) {
            const auto exact = value->value_exact<std::int64_t>();
            if (!exact || *exact < least || *exact > most)
                return error(value,
                             fmt::format("'{}' of {} must be a whole number from {} to {}", key, what_, least, most));
            out = static_cast<int>(*exact);
        }
        return {};
    }
    /// After the last field: others are errors.
    Status end() const {
        for (const auto& [key, value] : table_)
            if (!asked_.contains(std::string(key.str())))
                return error(&value, fmt::format("'{}' is no field of {}", key.str(), what_));
        return {};
    }

private:
    Status missing(std::string_view key) const { return error(nullptr, fmt::format("{} has no '{}'", what_, key)); }

    const toml::table& table_;
    std::string place_, what_;
    std::set<std::string> asked_;
};

/// `read` for each table of an array of tables.
Status each(Table& top, std::string_view key, const std::string& place, const std::function<Status(Table&)>& read) {
    const auto* value = top.node(key);
    if (!value)
        return {};
    const auto* array = value->as_array();
    if (!array)
        return top.error(value, fmt::format("'{}' must be written [[{}]]", key, key));
    for (std::size_t i = 0; i < array->size(); ++i) {
        const auto* table = array->get(i)->as_table();
        if (!table)
            return top.error(array->get(i), fmt::format("'{}' must be written [[{}]]", key, key));
        Table one(*table, place, fmt::format("a [[{}]]", key));
        RC_TRY(read(one));
        RC_TRY(one.end());
    }
    return {};
}

bool is_label(std::string_view name) {
    return !name.empty() && std::all_of(name.begin(), name.end(), [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_' || c == '-';
    });
}

Status read_cover(Table& table, Template& out) {
    Cover cover;
    RC_TRY(table.text("says", cover.says));
    RC_TRY(table.texts("words", cover.words));
    out.covers.push_back(std::move(cover));
    return {};
}

Status read_feature(Table& table, Template& out) {
    Feature feature;
    RC_TRY(table.text("name", feature.name));
    RC_TRY(table.text("says", feature.says));
    RC_TRY(table.texts("words", feature.words));
    RC_TRY(table.truth("default", feature.on));
    RC_TRY(table.texts("needs", feature.needs, false));
    if (!is_label(feature.name))
        return table.error(table.node("name"),
                           fmt::format("'{}' is no name of a feature: a-z, 0-9, _ and -", feature.name));
    for (const auto& other : out.features)
        if (other.name == feature.name)
            return table.error(table.node("name"), fmt::format("feature '{}' is there twice", feature.name));
    out.features.push_back(std::move(feature));
    return {};
}

Status read_slot(Table& table, Template& out) {
    Slot slot;
    std::string kind;
    RC_TRY(table.text("name", slot.name));
    RC_TRY(table.text("says", slot.says));
    RC_TRY(table.text("kind", kind));
    if (!table.node("default"))
        return table.error(nullptr, fmt::format("slot '{}' has no 'default'", slot.name));
    RC_TRY(table.text("default", slot.default_value, false));
    RC_TRY(table.number("min", slot.min));
    RC_TRY(table.number("max", slot.max));
    RC_TRY(table.texts("choices", slot.choices, false));
    RC_TRY(table.texts("cues", slot.cues));
    static constexpr std::pair<std::string_view, Slot::Kind> kinds[] = {{"integer", Slot::Kind::integer},
                                                                        {"decimal", Slot::Kind::decimal},
                                                                        {"text", Slot::Kind::text},
                                                                        {"identifier", Slot::Kind::identifier},
                                                                        {"choice", Slot::Kind::choice}};
    const auto found = std::find_if(std::begin(kinds), std::end(kinds), [&](const auto& k) { return k.first == kind; });
    if (found == std::end(kinds))
        return table.error(table.node("kind"),
                           fmt::format("'{}' is no kind of slot: integer, decimal, text, identifier or choice", kind));
    slot.kind = found->second;
    if (!is_label(slot.name))
        return table.error(table.node("name"), fmt::format("'{}' is no name of a slot: a-z, 0-9, _ and -", slot.name));
    for (const auto& other : out.slots)
        if (other.name == slot.name)
            return table.error(table.node("name"), fmt::format("slot '{}' is there twice", slot.name));
    if ((slot.kind == Slot::Kind::choice) == slot.choices.empty())
        return table.error(table.node("kind"),
                           fmt::format("slot '{}': choices belong to kind choice, and only there", slot.name));
    if (const auto value = slot_value(slot, slot.default_value); !value)
        return table.error(table.node("default"),
                           fmt::format("the default of slot '{}': {}", slot.name, value.error().message));
    else if (*value != slot.default_value)
        return table.error(table.node("default"),
                           fmt::format("the default of slot '{}' is written {}", slot.name, *value));
    out.slots.push_back(std::move(slot));
    return {};
}

Status read_example(Table& table, Template& out) {
    Example example;
    std::string expected;
    RC_TRY(table.texts("args", example.arguments, false));
    RC_TRY(table.text("stdin", example.stdin_bytes, false));
    RC_TRY(table.text("stdout", expected, false));
    RC_TRY(table.whole("code", example.code, 0, 255));
    if (table.node("stdout") && !(expected.empty() && example.code != 0))
        example.expected_stdout = std::move(expected);
    out.examples.push_back(std::move(example));
    return {};
}

Status read_top(Table& top, const std::string& place, Template& out) {
    std::string kind;
    RC_TRY(top.text("title", out.title));
    RC_TRY(top.text("summary", out.summary));
    RC_TRY(top.text("area", out.area));
    RC_TRY(top.text("kind", kind));
    RC_TRY(top.texts("keywords", out.keywords));
    RC_TRY(top.texts("asks", out.asks));
    if (std::find(std::begin(areas), std::end(areas), out.area) == std::end(areas))
        return top.error(top.node("area"), fmt::format("'{}' is no area: {}", out.area, fmt::join(areas, ", ")));
    if (kind != "bin" && kind != "lib")
        return top.error(top.node("kind"), "'kind' must be bin or lib");
    out.library = kind == "lib";
    RC_TRY(each(top, "covers", place, [&](Table& table) { return read_cover(table, out); }));
    RC_TRY(each(top, "feature", place, [&](Table& table) { return read_feature(table, out); }));
    RC_TRY(each(top, "slot", place, [&](Table& table) { return read_slot(table, out); }));
    RC_TRY(each(top, "example", place, [&](Table& table) { return read_example(table, out); }));
    if (out.covers.empty())
        return top.error(nullptr, "a template needs a [[covers]]: what its program always does");
    for (const auto& feature : out.features)
        for (const auto& need : feature.needs)
            if (need == feature.name || std::none_of(out.features.begin(), out.features.end(),
                                                     [&](const Feature& other) { return other.name == need; }))
                return top.error(top.node("feature"),
                                 fmt::format("feature '{}' needs '{}', which is no other feature", feature.name, need));
    return top.end();
}

/// The package's name is what renaming looks for.
Status check_manifest(const Template& from) {
    const auto place = from.name + "/Cargo.toml";
    const auto* manifest = from.files.find("Cargo.toml");
    if (!manifest)
        return fail(Errc::invalid_input, "a template needs a Cargo.toml", place);
    const auto parsed = toml::parse(*manifest, place);
    if (!parsed)
        return fail(Errc::invalid_input, std::string(parsed.error().description()),
                    fmt::format("{}:{}", place, parsed.error().source().begin.line));
    if (const auto name = parsed.table()["package"]["name"].value<std::string>(); name != from.name)
        return fail(Errc::invalid_input,
                    fmt::format("the package is '{}' and the folder '{}'", name.value_or(""), from.name), place,
                    "Give both the same name.");
    const auto* root = from.library ? "src/lib.rs" : "src/main.rs";
    if (!from.files.contains(root))
        return fail(Errc::invalid_input, fmt::format("a {} needs {}", from.library ? "library" : "program", root),
                    from.name);
    return {};
}

Status check_line(const Template& from, std::string_view path, const MarkedLine& line, std::set<std::string>& placed) {
    const auto place = fmt::format("{}/{}:{}", from.name, path, line.number);
    for (const auto& condition : line.conditions)
        if (std::none_of(from.features.begin(), from.features.end(),
                         [&](const Feature& feature) { return feature.name == condition.feature; }))
            return fail(Errc::invalid_input, fmt::format("no feature is called '{}'", condition.feature), place);
    for (const auto& name : line.slots) {
        const auto slot =
            std::find_if(from.slots.begin(), from.slots.end(), [&](const Slot& s) { return s.name == name; });
        if (slot == from.slots.end())
            return fail(Errc::invalid_input, fmt::format("no slot is called '{}'", name), place);
        const auto replaced = replace_value(line.text, path.ends_with(".rs"), slot->default_value, slot->default_value);
        if (!replaced || !*replaced)
            return fail(Errc::invalid_input,
                        fmt::format("the default of slot '{}', {}, is not on this line", name, slot->default_value),
                        place);
        placed.insert(name);
    }
    return {};
}

Status check_files(const Template& from) {
    std::set<std::string> placed;
    for (const auto& [path, file] : from.files.files()) {
        RC_TRY_ASSIGN(const auto marked, read_markers(from.name + "/" + path, *file.bytes));
        for (const auto& line : marked.lines)
            RC_TRY(check_line(from, path, line, placed));
    }
    for (const auto& slot : from.slots)
        if (!placed.contains(slot.name))
            return fail(Errc::invalid_input, fmt::format("no line is marked '@slot {}'", slot.name),
                        from.name + "/template.toml");
    return {};
}

} // namespace

Result<Template> read_template(std::string name, project::Project files) {
    const auto place = name + "/template.toml";
    const auto* text = files.find("template.toml");
    if (!text)
        return fail(Errc::invalid_input, "a template needs a template.toml", place);
    const auto parsed = toml::parse(*text, place);
    if (!parsed)
        return fail(Errc::invalid_input, std::string(parsed.error().description()),
                    fmt::format("{}:{}", place, parsed.error().source().begin.line));
    Template out;
    out.name = std::move(name);
    Table top(parsed.table(), place, "a template");
    RC_TRY(read_top(top, place, out));
    files.erase("template.toml");
    out.files = std::move(files);
    RC_TRY(check_manifest(out));
    RC_TRY(check_files(out));
    return out;
}

Result<Loaded> load_folder(const std::filesystem::path& root) {
    std::vector<std::filesystem::path> folders;
    std::error_code error;
    for (std::filesystem::directory_iterator it(root, error), end; !error && it != end; it.increment(error)) {
        std::error_code ignored; // a folder that cannot be looked into is none of ours
        if (std::filesystem::exists(it->path() / "template.toml", ignored))
            folders.push_back(it->path());
    }
    if (error)
        return fail(Errc::io, error.message(), root.string());
    std::sort(folders.begin(), folders.end());
    Loaded out;
    for (const auto& folder : folders) {
        auto loaded = project::load_folder(folder);
        auto read = loaded ? read_template(folder.filename().string(), std::move(loaded->project))
                           : Result<Template>(std::unexpected(loaded.error()));
        if (read)
            out.templates.push_back(*std::move(read));
        else
            out.problems.push_back(fmt::format("{}: {}", folder.filename().string(), read.error().text()));
    }
    return out;
}

} // namespace rustcoder::scaffold
