#include "mcp/registry.h"

#include "net/http.h"

#include <fmt/core.h>

namespace rustcoder::mcp {

namespace {

const std::string& key_of(const Tool& t) {
    return t.name;
}
const std::string& key_of(const Prompt& p) {
    return p.name;
}
const std::string& key_of(const Resource& r) {
    return r.uri;
}
const std::string& key_of(const ResourceTemplate& r) {
    return r.uri_template;
}

template <class Table> auto find(Table& table, std::string_view key) {
    return std::ranges::find_if(table, [&](const auto& entry) { return key_of(entry.definition) == key; });
}

template <class Table, class T> void put(Table& table, T definition, Handler handler) {
    auto shared = std::make_shared<const Handler>(std::move(handler));
    if (const auto it = find(table, key_of(definition)); it != table.end())
        *it = {std::move(definition), std::move(shared)};
    else
        table.push_back({std::move(definition), std::move(shared)});
}

template <class Table> bool drop(Table& table, std::string_view key) {
    const auto it = find(table, key);
    if (it == table.end())
        return false;
    table.erase(it);
    return true;
}

template <class Table> json::array render(const Table& table) {
    json::array out;
    for (const auto& entry : table)
        out.emplace_back(to_json(entry.definition));
    return out;
}

} // namespace

Fault not_found_fault(const Caller& caller, std::string_view uri) {
    json::object data;
    data["uri"] = uri;
    return {caller.modern() ? rpc::invalid_params : rpc::resource_not_found,
            fmt::format("There is no resource \"{}\"", uri), std::move(data)};
}

std::optional<json::object> match_template(std::string_view uri_template, std::string_view uri) {
    json::object out;
    while (!uri_template.empty()) {
        const auto open = uri_template.find('{');
        const auto literal = uri_template.substr(0, open);
        if (!uri.starts_with(literal))
            return std::nullopt;
        uri.remove_prefix(literal.size());
        if (open == std::string_view::npos)
            return uri.empty() ? std::optional(out) : std::nullopt;
        const auto close = uri_template.find('}', open);
        if (close == std::string_view::npos)
            return std::nullopt;
        auto name = uri_template.substr(open + 1, close - open - 1);
        uri_template.remove_prefix(close + 1);
        const bool rest = name.starts_with('+') || name.ends_with('*');
        if (name.starts_with('+'))
            name.remove_prefix(1);
        if (name.ends_with('*'))
            name.remove_suffix(1);
        // As much as fits before the next literal; a plain variable stays within its segment.
        const auto next = uri_template.substr(0, uri_template.find('{'));
        auto end = next.empty() ? uri.size() : rest ? uri.rfind(next) : uri.find(next);
        if (end == std::string_view::npos)
            return std::nullopt;
        const auto value = uri.substr(0, end);
        if (value.empty() || (!rest && value.find('/') != std::string_view::npos))
            return std::nullopt;
        const auto decoded = net::percent_decode(value);
        if (!decoded)
            return std::nullopt;
        out[name] = *decoded;
        uri.remove_prefix(end);
    }
    return uri.empty() ? std::optional(out) : std::nullopt;
}

void Registry::add_tool(Tool tool, Handler handler) {
    std::lock_guard lock(mutex_);
    put(tools_, std::move(tool), std::move(handler));
    catalog_ = nullptr;
}

void Registry::add_resource(Resource resource, Handler read) {
    std::lock_guard lock(mutex_);
    put(resources_, std::move(resource), std::move(read));
    catalog_ = nullptr;
}

void Registry::add_template(ResourceTemplate resource, Handler read) {
    std::lock_guard lock(mutex_);
    put(templates_, std::move(resource), std::move(read));
    catalog_ = nullptr;
}

void Registry::add_prompt(Prompt prompt, Handler get) {
    std::lock_guard lock(mutex_);
    put(prompts_, std::move(prompt), std::move(get));
    catalog_ = nullptr;
}

void Registry::add_completion(std::string reference, Handler complete) {
    std::lock_guard lock(mutex_);
    completions_[std::move(reference)] = std::make_shared<const Handler>(std::move(complete));
}

bool Registry::remove_tool(std::string_view name) {
    std::lock_guard lock(mutex_);
    catalog_ = nullptr;
    return drop(tools_, name);
}

bool Registry::remove_prompt(std::string_view name) {
    std::lock_guard lock(mutex_);
    catalog_ = nullptr;
    return drop(prompts_, name);
}

bool Registry::remove_resource(std::string_view uri) {
    std::lock_guard lock(mutex_);
    catalog_ = nullptr;
    return drop(resources_, uri);
}

Offers Registry::offers() const {
    std::lock_guard lock(mutex_);
    Offers out;
    out.tools = !tools_.empty();
    out.resources = !resources_.empty() || !templates_.empty();
    out.prompts = !prompts_.empty();
    out.completions = !completions_.empty();
    out.subscribe = subscribe_;
    out.list_changed = list_changed_;
    for (const auto& tool : tools_)
        out.tasks = out.tasks || tool.definition.task != TaskSupport::never;
    return out;
}

std::shared_ptr<const Catalog> Registry::catalog(const Caller&) const {
    std::lock_guard lock(mutex_);
    if (catalog_)
        return catalog_;
    auto made = std::make_shared<Catalog>();
    made->tools = render(tools_);
    made->resources = render(resources_);
    made->templates = render(templates_);
    made->prompts = render(prompts_);
    for (const auto& entry : tools_)
        made->tool_by_name.emplace(entry.definition.name, entry.definition);
    catalog_ = std::move(made);
    return catalog_;
}

void Registry::call_tool(const CallPtr& call) {
    std::shared_ptr<const Handler> handler;
    {
        std::lock_guard lock(mutex_);
        if (const auto it = find(tools_, call->name()); it != tools_.end())
            handler = it->handler;
    }
    if (!handler)
        return call->fail(rpc::invalid_params, fmt::format("Unknown tool: \"{}\"", call->name()));
    (*handler)(call);
}

void Registry::read_resource(const CallPtr& call) {
    std::shared_ptr<const Handler> handler;
    std::optional<json::object> variables;
    {
        std::lock_guard lock(mutex_);
        if (const auto it = find(resources_, call->name()); it != resources_.end())
            handler = it->handler;
        for (auto it = templates_.begin(); !handler && it != templates_.end(); ++it) {
            variables = match_template(it->definition.uri_template, call->name());
            if (variables)
                handler = it->handler;
        }
    }
    if (!handler)
        return call->fail(not_found_fault(call->caller(), call->name()));
    if (variables)
        call->set_arguments(std::move(*variables));
    (*handler)(call);
}

void Registry::get_prompt(const CallPtr& call) {
    std::shared_ptr<const Handler> handler;
    std::string missing;
    {
        std::lock_guard lock(mutex_);
        if (const auto it = find(prompts_, call->name()); it != prompts_.end()) {
            handler = it->handler;
            for (const auto& a : it->definition.arguments)
                if (a.required && missing.empty() && !call->arguments().contains(a.name))
                    missing = a.name;
        }
    }
    if (!handler)
        return call->fail(rpc::invalid_params, fmt::format("Unknown prompt: \"{}\"", call->name()));
    if (!missing.empty())
        return call->fail(rpc::invalid_params,
                          fmt::format("The prompt \"{}\" needs the argument \"{}\"", call->name(), missing));
    (*handler)(call);
}

void Registry::complete(const CallPtr& call) {
    std::shared_ptr<const Handler> handler;
    bool known = false;
    {
        std::lock_guard lock(mutex_);
        if (const auto it = completions_.find(call->name()); it != completions_.end())
            handler = it->second;
        known = find(prompts_, call->name()) != prompts_.end() || find(templates_, call->name()) != templates_.end();
    }
    if (handler)
        return (*handler)(call);
    if (known) // nothing to suggest
        return call->finish(Completion{});
    call->fail(rpc::invalid_params, fmt::format("Nothing is known about \"{}\"", call->name()));
}

} // namespace rustcoder::mcp
