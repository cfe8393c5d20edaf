#include "scaffold/fill.h"

#include "base/text.h"
#include "scaffold/markers.h"
#include "scaffold/names.h"
#include "scaffold/values.h"
#include "syntax/source.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <cmath>

namespace rustcoder::scaffold {

namespace {

template <class T> const T* named(const std::vector<T>& list, std::string_view name) {
    const auto it = std::find_if(list.begin(), list.end(), [&](const T& one) { return one.name == name; });
    return it == list.end() ? nullptr : &*it;
}

template <class T> std::string names(const std::vector<T>& list) {
    std::vector<std::string> out;
    for (const auto& one : list)
        out.push_back(one.name);
    return out.empty() ? "none" : fmt::format("{}", fmt::join(out, ", "));
}

std::unexpected<Error> refused(const Slot& slot, std::string_view text, std::string why) {
    return fail(Errc::invalid_input, fmt::format("'{}' is no value for '{}': {}", text, slot.name, why), slot.name,
                fmt::format("It is the {}; {} when nothing is said.", slot.says, slot.default_value));
}

std::string limits(const Slot& slot) {
    if (slot.min && slot.max)
        return fmt::format("from {} to {}", number_text(*slot.min), number_text(*slot.max));
    return slot.min ? fmt::format("at least {}", number_text(*slot.min))
                    : fmt::format("at most {}", number_text(slot.max.value_or(0)));
}

bool outside(const Slot& slot, double value) {
    return (slot.min && value < *slot.min) || (slot.max && value > *slot.max);
}

Result<std::string> number_value(const Slot& slot, std::string_view text) {
    const bool whole = slot.kind == Slot::Kind::integer;
    const auto value = number_of(text);
    if (!value || !std::isfinite(*value) || (whole && *value != std::floor(*value)))
        return refused(slot, text, whole ? "it must be a whole number" : "it must be a number");
    if (outside(slot, *value))
        return refused(slot, text, fmt::format("it must be {}", limits(slot)));
    const bool plain = text.find_first_not_of("0123456789.") == std::string_view::npos && text.find('.') != 0;
    const bool zeros = text.size() > 1 && text[0] == '0' && text[1] != '.';
    return plain && !zeros && !text.ends_with('.') ? std::string(text) : number_text(*value);
}

/// What people call the characters that are chosen most.
std::string_view character_named(std::string_view word) {
    static constexpr std::pair<std::string_view, std::string_view> names[] = {
        {"comma", ","},      {"semicolon", ";"}, {"colon", ":"},      {"pipe", "|"},      {"bar", "|"},
        {"tab", "\t"},       {"space", " "},     {"blank", " "},      {"dot", "."},       {"period", "."},
        {"dash", "-"},       {"hyphen", "-"},    {"underscore", "_"}, {"hash", "#"},      {"slash", "/"},
        {"star", "*"},       {"asterisk", "*"},  {"plus", "+"},       {"equals", "="},    {"at", "@"},
        {"percent", "%"},    {"tilde", "~"},     {"dollar", "$"},     {"ampersand", "&"}, {"backslash", "\\"},
        {"exclamation", "!"}};
    const auto plain = word.ends_with('s') && word != "equals" ? word.substr(0, word.size() - 1) : word;
    for (const auto& [name, character] : names)
        if (name == plain)
            return character;
    return {};
}

Result<std::string> choice_value(const Slot& slot, std::string_view text) {
    const auto wanted = base::lower(text);
    const auto has = [&](std::string_view value) -> const std::string* {
        for (const auto& choice : slot.choices)
            if (base::lower(choice) == value)
                return &choice;
        return nullptr;
    };
    if (const auto* choice = has(wanted))
        return *choice;
    if (const auto character = character_named(wanted); !character.empty())
        if (const auto* choice = has(character))
            return *choice;
    for (const auto* truth : {"true", "yes", "on"})
        if (base::one_of(wanted, {"true", "yes", "on", "enabled"}))
            if (const auto* choice = has(truth))
                return *choice;
    for (const auto* lie : {"false", "no", "off"})
        if (base::one_of(wanted, {"false", "no", "off", "disabled"}))
            if (const auto* choice = has(lie))
                return *choice;
    return refused(slot, text, fmt::format("it must be one of {}", fmt::join(slot.choices, " ")));
}

Result<std::string> text_value(const Slot& slot, std::string_view text) {
    for (const char c : text)
        if (static_cast<unsigned char>(c) < 0x20 && c != '\t' && c != '\n')
            return refused(slot, "?", "it holds a control character");
    if (!base::valid_utf8(text))
        return refused(slot, "?", "it is not UTF-8");
    if (outside(slot, static_cast<double>(text.size())))
        return refused(slot, text, fmt::format("its length must be {}", limits(slot)));
    return std::string(text);
}

Result<std::string> identifier_value(const Slot& slot, std::string_view text) {
    const bool shape = !text.empty() && base::is_ident_start(text[0]) && text != "_" &&
                       std::all_of(text.begin(), text.end(), base::is_ident);
    if (!shape || (syntax::is_keyword(text) && !base::one_of(text, {"true", "false"})))
        return refused(slot, text, "it must be a Rust identifier");
    return std::string(text);
}

bool holds(const std::vector<Condition>& conditions, const std::set<std::string>& on) {
    return std::all_of(conditions.begin(), conditions.end(),
                       [&](const Condition& condition) { return on.contains(condition.feature) == condition.on; });
}

bool blank(std::string_view line) {
    return base::trim(line).empty();
}

/// Lines put together so that no cut can be seen: at a cut no second blank line, none behind an opening and none before
/// a closing bracket, at the beginning or at the end.
class Joiner {
public:
    void cut() { cut_ = true; }
    void add(std::string line) {
        if (cut_ || pending_) {
            const bool opens = lines_.empty() || opening(lines_.back());
            if (blank(line) && (opens || blank(lines_.back()))) {
                pending_ = true;
                return;
            }
            if (closing(line))
                drop_blanks();
        }
        cut_ = pending_ = false;
        lines_.push_back(std::move(line));
    }
    std::string text(bool newline) {
        if (cut_ || pending_)
            drop_blanks();
        auto out = fmt::format("{}", fmt::join(lines_, "\n"));
        if (newline && !lines_.empty())
            out += '\n';
        return out;
    }

private:
    static bool opening(std::string_view line) {
        const auto text = base::trim(line);
        return text.ends_with('{') || text.ends_with('(') || text.ends_with('[');
    }
    static bool closing(std::string_view line) {
        const auto text = base::trim(line);
        return text.starts_with('}') || text.starts_with(')') || text.starts_with(']');
    }
    void drop_blanks() {
        while (!lines_.empty() && blank(lines_.back()))
            lines_.pop_back();
    }

    std::vector<std::string> lines_;
    bool cut_ = false, pending_ = false;
};

Result<std::string> filled_line(const Template& from, const MarkedLine& line, bool rust, const Choices& choices) {
    std::string text = line.text;
    for (const auto& name : line.slots) {
        const auto chosen = choices.slots.find(name);
        const auto* slot = named(from.slots, name);
        if (chosen == choices.slots.end() || !slot || chosen->second == slot->default_value)
            continue;
        RC_TRY_ASSIGN(auto replaced, replace_value(text, rust, slot->default_value, chosen->second));
        if (!replaced)
            return fail(Errc::internal, fmt::format("the default of slot '{}' is not on its line", name), name);
        text = *std::move(replaced);
    }
    return text;
}

Result<std::string> filled_file(const Template& from, std::string_view path, std::string_view bytes,
                                const Choices& choices) {
    RC_TRY_ASSIGN(const auto marked, read_markers(path, bytes));
    const bool untouched =
        !marked.ends_in_cut && std::all_of(marked.lines.begin(), marked.lines.end(), [](const auto& line) {
            return line.conditions.empty() && line.slots.empty() && !line.after_cut;
        });
    if (untouched) // keeps line ends as they were
        return std::string(bytes);
    Joiner joiner;
    for (const auto& line : marked.lines) {
        if (line.after_cut)
            joiner.cut();
        if (!holds(line.conditions, choices.features)) {
            joiner.cut();
            continue;
        }
        RC_TRY_ASSIGN(auto text, filled_line(from, line, path.ends_with(".rs"), choices));
        joiner.add(std::move(text));
    }
    if (marked.ends_in_cut)
        joiner.cut();
    return joiner.text(marked.ends_in_newline);
}

/// Everything that fill() is asked for, checked: features with what they need, slots in their written form.
Result<Choices> checked(const Template& from, const Choices& choices) {
    Choices out;
    out.package = choices.package.empty() ? from.name : choices.package;
    RC_TRY(check_package_name(out.package));
    if (!choices.edition.empty() && !base::one_of(choices.edition, {"2018", "2021", "2024"}))
        return fail(Errc::invalid_input,
                    fmt::format("'{}' is no edition that templates are written for", choices.edition), "edition",
                    "Take 2018, 2021 or 2024.");
    out.edition = choices.edition;
    for (const auto& feature : choices.features)
        if (!named(from.features, feature))
            return fail(Errc::invalid_input, fmt::format("'{}' has no feature '{}'", from.name, feature), feature,
                        fmt::format("It has: {}.", names(from.features)));
    out.features = closure(from, choices.features);
    for (const auto& [name, value] : choices.slots) {
        const auto* slot = named(from.slots, name);
        if (!slot)
            return fail(Errc::invalid_input, fmt::format("'{}' has no slot '{}'", from.name, name), name,
                        fmt::format("It has: {}.", names(from.slots)));
        RC_TRY_ASSIGN(out.slots[name], slot_value(*slot, value));
    }
    return out;
}

std::string with_edition(std::string manifest, std::string_view edition) {
    const auto at = manifest.find("edition = \"");
    if (edition.empty() || at == std::string::npos)
        return manifest;
    const auto begin = at + std::string_view("edition = \"").size();
    return manifest.replace(begin, manifest.find('"', begin) - begin, edition);
}

} // namespace

std::set<std::string> closure(const Template& from, std::set<std::string> features) {
    for (bool grown = true; grown;) {
        grown = false;
        for (const auto& feature : from.features)
            if (features.contains(feature.name))
                for (const auto& need : feature.needs)
                    grown = features.insert(need).second || grown;
    }
    return features;
}

std::set<std::string> default_features(const Template& from) {
    std::set<std::string> out;
    for (const auto& feature : from.features)
        if (feature.on)
            out.insert(feature.name);
    return closure(from, std::move(out));
}

Result<std::string> slot_value(const Slot& slot, std::string_view text) {
    auto value = base::trim(text);
    if (slot.kind == Slot::Kind::text || slot.kind == Slot::Kind::choice) // " " may be what is chosen
        value = value.empty() ? text : value;
    switch (slot.kind) {
    case Slot::Kind::integer:
    case Slot::Kind::decimal:
        return number_value(slot, value);
    case Slot::Kind::text:
        return text_value(slot, text);
    case Slot::Kind::identifier:
        return identifier_value(slot, value);
    case Slot::Kind::choice:
        return choice_value(slot, value);
    }
    return refused(slot, text, "its slot is of no kind");
}

Result<project::Project> fill(const Template& from, const Choices& choices) {
    RC_TRY_ASSIGN(const auto wanted, checked(from, choices));
    const auto library = crate_name(from.name);
    bool module_of_that_name = false;
    for (const auto& [path, file] : from.files.files())
        module_of_that_name = module_of_that_name || (path.ends_with(".rs") && declares_module(*file.bytes, library));
    project::Project out;
    for (const auto& [path, file] : from.files.files()) {
        RC_TRY_ASSIGN(auto text, filled_file(from, path, *file.bytes, wanted));
        text = renamed(path, text, from.name, wanted.package, module_of_that_name);
        if (path == "Cargo.toml")
            text = with_edition(std::move(text), wanted.edition);
        if (blank(text) && !blank(*file.bytes))
            continue; // a file of a feature that is off
        RC_TRY(out.set(path, std::move(text), file.executable));
    }
    return out;
}

} // namespace rustcoder::scaffold
