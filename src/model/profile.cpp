#include "model/profile.h"

#include "base/os.h"
#include "base/text.h"
#include "model/profile_data.h"

#include <algorithm>
#include <boost/json/array.hpp>
#include <boost/json/value.hpp>
#include <fmt/format.h>

#define TOML_HEADER_ONLY 1
#define TOML_EXCEPTIONS 0
#define TOML_ENABLE_FORMATTERS 0
#include <toml++/toml.h>

namespace rustcoder::model {

namespace {

namespace json = boost::json;

json::value to_json(const toml::node& node) {
    if (const auto* table = node.as_table()) {
        json::object out;
        for (const auto& [key, value] : *table)
            out[std::string_view(key.str())] = to_json(value);
        return out;
    }
    if (const auto* array = node.as_array()) {
        json::array out;
        for (const auto& value : *array)
            out.push_back(to_json(value));
        return out;
    }
    if (const auto text = node.value_exact<std::string>())
        return json::value(*text);
    if (const auto whole = node.value_exact<std::int64_t>())
        return *whole;
    if (const auto real = node.value_exact<double>())
        return *real;
    if (const auto truth = node.value_exact<bool>())
        return *truth;
    return nullptr; // dates have no place here
}

bool read(const toml::node& node, std::string& out) {
    const auto value = node.value_exact<std::string>();
    if (value)
        out = *value;
    return value.has_value();
}
bool read(const toml::node& node, bool& out) {
    const auto value = node.value_exact<bool>();
    out = value.value_or(out);
    return value.has_value();
}
bool read(const toml::node& node, double& out) {
    const auto value = node.value<double>();
    if (!value || !node.is_number() || !(*value >= 0 && *value <= 1e6))
        return false;
    out = *value;
    return true;
}
bool read(const toml::node& node, int& out) {
    const auto value = node.value_exact<std::int64_t>();
    if (!value || *value < 1 || *value > 100'000'000)
        return false;
    out = static_cast<int>(*value);
    return true;
}
bool read(const toml::node& node, TagPair& out) {
    const auto* pair = node.as_array();
    return pair && pair->size() == 2 && read(*pair->get(0), out.first) && read(*pair->get(1), out.second);
}
template <class T> bool read(const toml::node& node, std::vector<T>& out) {
    const auto* array = node.as_array();
    if (!array)
        return false;
    out.clear();
    return std::all_of(array->begin(), array->end(),
                       [&](const toml::node& item) { return read(item, out.emplace_back()); });
}
bool read(const toml::node& node, json::object& out) {
    if (!node.is_table())
        return false;
    out = to_json(node).get_object();
    return true;
}

/// False: unknown field, or a value of a wrong type or out of range.
bool set_field(Profile& p, std::string_view key, const toml::node& value) {
    if (key == "name")
        return read(value, p.name);
    if (key == "match")
        return read(value, p.match);
    if (key == "system")
        return read(value, p.system);
    if (key == "format")
        return read(value, p.format);
    if (key == "reminder")
        return read(value, p.reminder);
    if (key == "write_system")
        return read(value, p.write_system);
    if (key == "write_format")
        return read(value, p.write_format);
    if (key == "write_reminder")
        return read(value, p.write_reminder);
    if (key == "fence")
        return read(value, p.fence) && p.fence.size() >= 3;
    if (key == "system_role")
        return read(value, p.system_role);
    if (key == "stop")
        return read(value, p.stop);
    if (key == "temperatures")
        return read(value, p.temperatures) && !p.temperatures.empty();
    if (key == "top_p")
        return read(value, p.top_p) && p.top_p <= 1;
    if (key == "max_tokens")
        return read(value, p.max_tokens);
    if (key == "context_tokens")
        return read(value, p.context_tokens);
    if (key == "reasoning")
        return read(value, p.reasoning);
    if (key == "extra")
        return read(value, p.extra);
    if (key == "input_price")
        return read(value, p.input_price);
    if (key == "output_price")
        return read(value, p.output_price);
    return false;
}

/// The parts between the stars occur in this order.
bool fits(std::string_view pattern, std::string_view name) {
    for (const auto part : base::split(pattern, '*')) {
        const auto at = name.find(part);
        if (at == std::string_view::npos)
            return false;
        name.remove_prefix(at + part.size());
    }
    return true;
}

} // namespace

double Profile::temperature(int sample) const {
    if (temperatures.empty())
        return 0;
    return temperatures[std::min(static_cast<std::size_t>(std::max(sample, 0)), temperatures.size() - 1)];
}

Status Profiles::add(std::string_view file, std::string_view text) {
    const auto parsed = toml::parse(text, file);
    if (!parsed) {
        const auto& error = parsed.error();
        return fail(Errc::invalid_input, std::string(error.description()),
                    fmt::format("{}:{}", file, error.source().begin.line));
    }
    const auto& table = parsed.table();
    const auto name = table["name"].value<std::string>();
    if (!name || name->empty())
        return fail(Errc::invalid_input, "a profile needs a name", std::string(file));
    auto it = std::find_if(profiles_.begin(), profiles_.end(), [&](const Profile& p) { return p.name == *name; });
    if (it == profiles_.end()) {
        profiles_.push_back(profiles_.empty() ? Profile{} : profiles_.front());
        it = std::prev(profiles_.end());
        it->match.clear();
    }
    for (const auto& [key, value] : table)
        if (!set_field(*it, key.str(), value))
            return fail(Errc::invalid_input,
                        fmt::format("'{}' is no field of a profile, or its value has a wrong type", key.str()),
                        fmt::format("{}:{}", file, value.source().begin.line), "docs/models.md lists the fields.");
    for (auto& pattern : it->match)
        pattern = base::lower(pattern);
    return {};
}

Result<Profiles> Profiles::load(std::span<const std::filesystem::path> folders) {
    Profiles out;
    for (const bool first : {true, false}) // all others start from the default
        for (const auto& file : shipped_profiles())
            if ((file.name == "default.toml") == first)
                RC_TRY(out.add(file.name, file.text));
    for (const auto& folder : folders) {
        std::vector<std::filesystem::path> files;
        std::error_code error;
        for (std::filesystem::directory_iterator it(folder, error), end; !error && it != end; it.increment(error))
            if (it->path().extension() == ".toml")
                files.push_back(it->path());
        std::sort(files.begin(), files.end());
        for (const auto& file : files) {
            RC_TRY_ASSIGN(const auto text, base::read_file(file, 1u << 20));
            RC_TRY(out.add(file.string(), text));
        }
    }
    return out;
}

const Profile* Profiles::find(std::string_view name) const {
    const auto it = std::find_if(profiles_.begin(), profiles_.end(), [&](const Profile& p) { return p.name == name; });
    return it == profiles_.end() ? nullptr : &*it;
}

const Profile& Profiles::for_model(std::string_view model) const {
    static const Profile none;
    const Profile* best = profiles_.empty() ? &none : &profiles_.front();
    std::size_t longest = 0;
    const auto name = base::lower(model);
    for (const auto& profile : profiles_)
        for (const auto& pattern : profile.match)
            if (pattern.size() > longest && fits(pattern, name)) {
                best = &profile;
                longest = pattern.size();
            }
    return *best;
}

std::vector<std::filesystem::path> profile_folders(const std::function<std::string(const char*)>& environment) {
    if (const auto folder = environment("RUSTCODER_PROFILES"); !folder.empty())
        return {folder};
    const auto config = environment("XDG_CONFIG_HOME"), home = environment("HOME");
    if (!config.empty())
        return {std::filesystem::path(config) / "rustcoder/profiles"};
    if (!home.empty())
        return {std::filesystem::path(home) / ".config/rustcoder/profiles"};
    return {};
}

} // namespace rustcoder::model
