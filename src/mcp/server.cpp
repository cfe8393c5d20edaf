#include "mcp/server.h"

#include "mcp/conversation.h"
#include "mcp/state_seal.h"
#include "mcp/subscriptions.h"
#include "mcp/tasks.h"

namespace rustcoder::mcp {

Server::Server(ServerOptions options, std::shared_ptr<Handlers> handlers)
    : options_(std::move(options)), handlers_(std::move(handlers)),
      seal_(std::make_unique<StateSeal>(options_.state_key)),
      subscriptions_(std::make_unique<Subscriptions>(options_.max_subscriptions)),
      tasks_(std::make_unique<TaskStore>(*this)) {}

Server::~Server() {
    shutdown();
    timers_.stop(); // its callbacks use what is destroyed next
}

std::shared_ptr<Server> Server::create(ServerOptions options, std::shared_ptr<Handlers> handlers) {
    return std::shared_ptr<Server>(new Server(std::move(options), std::move(handlers)));
}

std::shared_ptr<Conversation> Server::open(std::string principal) {
    return std::make_shared<Conversation>(shared_from_this(), std::move(principal));
}

void Server::tools_changed() {
    subscriptions_->list_changed(Subscriptions::List::tools);
}

void Server::prompts_changed() {
    subscriptions_->list_changed(Subscriptions::List::prompts);
}

void Server::resources_changed() {
    subscriptions_->list_changed(Subscriptions::List::resources);
}

void Server::resource_updated(std::string_view uri) {
    subscriptions_->resource_updated(uri);
}

void Server::shutdown() {
    subscriptions_->shutdown();
    tasks_->shutdown();
}

json::object Server::info() const {
    json::object out;
    out["name"] = options_.name;
    if (!options_.title.empty())
        out["title"] = options_.title;
    out["version"] = options_.version;
    return out;
}

json::object Server::capabilities(bool legacy) const {
    const auto offers = handlers_->offers();
    json::object changing, out;
    if (offers.list_changed)
        changing["listChanged"] = true;
    if (offers.tools)
        out["tools"] = changing;
    if (offers.prompts)
        out["prompts"] = changing;
    if (offers.resources) {
        auto resources = changing;
        if (offers.subscribe)
            resources["subscribe"] = true;
        out["resources"] = std::move(resources);
    }
    if (offers.completions)
        out["completions"] = json::object();
    out["logging"] = json::object();
    if (!offers.tasks)
        return out;
    json::object tasks;
    if (!legacy) {
        tasks[tasks_extension] = json::object();
        out["extensions"] = std::move(tasks);
        return out;
    }
    json::object call, tools;
    call["call"] = json::object();
    tools["tools"] = std::move(call);
    tasks["list"] = json::object();
    tasks["cancel"] = json::object();
    tasks["requests"] = std::move(tools);
    out["tasks"] = std::move(tasks);
    return out;
}

} // namespace rustcoder::mcp
