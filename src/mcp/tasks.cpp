#include "mcp/tasks.h"

#include "base/clock.h"
#include "mcp/subscriptions.h"

namespace rustcoder::mcp {

namespace {

constexpr auto sweep_every = std::chrono::seconds(30);

json::object fault_json(const Fault& fault) {
    json::object out;
    out["code"] = fault.code;
    out["message"] = fault.message;
    if (!fault.data.is_null())
        out["data"] = fault.data;
    return out;
}

} // namespace

std::string TaskStore::create(New wanted) {
    auto task = std::make_shared<Task>();
    task->id = wanted.id.empty() ? random_id() : std::move(wanted.id);
    task->principal = std::move(wanted.principal);
    task->modern = wanted.modern;
    const auto most = server_.options().task_ttl;
    task->ttl = wanted.ttl ? std::clamp(*wanted.ttl, std::chrono::milliseconds(1'000), most) : most;
    task->owner = std::move(wanted.owner);
    std::lock_guard lock(mutex_);
    if (stopped_ || tasks_.size() >= server_.options().max_tasks || !tasks_.emplace(task->id, task).second)
        return {};
    if (!sweeping_) {
        sweeping_ = true;
        server_.timers().after(sweep_every, [this] { sweep(); });
    }
    return task->id;
}

json::object TaskStore::render(const Task& task, View view) const {
    json::object out;
    out["taskId"] = task.id;
    out["status"] = task.status;
    if (!task.message.empty())
        out["statusMessage"] = task.message;
    out["createdAt"] = base::utc_timestamp(task.created);
    out["lastUpdatedAt"] = base::utc_timestamp(task.updated);
    out[view == View::legacy ? "ttl" : "ttlMs"] = task.ttl.count();
    out[view == View::legacy ? "pollInterval" : "pollIntervalMs"] = server_.options().poll_interval.count();
    if (view != View::detailed)
        return out;
    if (task.result)
        out["result"] = *task.result;
    if (task.fault)
        out["error"] = fault_json(*task.fault);
    if (task.status == "input_required") {
        json::object inputs;
        for (const auto& [key, ask] : task.inputs)
            inputs[key] = to_json(ask);
        out["inputRequests"] = std::move(inputs);
    }
    return out;
}

json::object TaskStore::render_kept(const std::string& id, const KeptTask& kept) const {
    Task task;
    task.id = id;
    task.status = kept.status;
    task.message = kept.status_message;
    task.created = kept.created;
    task.updated = kept.updated;
    task.ttl = server_.options().task_ttl;
    task.result = kept.result;
    task.fault = kept.fault;
    return render(task, View::detailed);
}

TaskStore::TaskPtr TaskStore::find(const std::string& id, std::string_view principal) const {
    std::lock_guard lock(mutex_);
    const auto it = tasks_.find(id);
    return it != tasks_.end() && it->second->principal == principal ? it->second : nullptr;
}

void TaskStore::changed(const TaskPtr& task) {
    json::object now;
    {
        std::lock_guard lock(mutex_);
        if (!task->modern)
            return;
        now = render(*task, View::detailed);
    }
    server_.subscriptions().task_changed(task->id, task->principal, now);
}

void TaskStore::message(const std::string& id, std::string_view text) {
    TaskPtr task;
    {
        std::lock_guard lock(mutex_);
        const auto it = tasks_.find(id);
        if (it == tasks_.end() || it->second->over())
            return;
        task = it->second;
        task->message = text;
        task->updated = Clock::now();
    }
    changed(task);
}

bool TaskStore::settle(const std::string& id, std::string_view status, std::optional<json::object> result,
                       std::optional<Fault> fault) {
    TaskPtr task;
    std::vector<Outcome> waiting;
    {
        std::lock_guard lock(mutex_);
        const auto it = tasks_.find(id);
        if (it == tasks_.end() || it->second->over())
            return false;
        task = it->second;
        task->status = status;
        task->updated = Clock::now();
        if (fault)
            task->message = fault->message;
        task->result = std::move(result);
        task->fault = std::move(fault);
        task->inputs.clear();
        waiting.swap(task->waiting);
    }
    for (const auto& then : waiting) // over: result and fault do not change any more
        then(task->result, task->fault);
    changed(task);
    return true;
}

void TaskStore::complete(const std::string& id, json::object result) {
    settle(id, "completed", std::move(result), std::nullopt);
}

void TaskStore::fail(const std::string& id, Fault fault) {
    settle(id, "failed", std::nullopt, std::move(fault));
}

std::map<std::string, std::string> TaskStore::ask(const std::string& id, const Asks& asks) {
    std::map<std::string, std::string> shown;
    TaskPtr task;
    {
        std::lock_guard lock(mutex_);
        const auto it = tasks_.find(id);
        if (it == tasks_.end() || it->second->over())
            return shown;
        task = it->second;
        for (const auto& [key, ask] : asks) {
            auto name = key;
            for (int n = 2; !task->used_keys.insert(name).second; ++n)
                name = key + "-" + std::to_string(n);
            task->inputs.emplace(name, ask);
            shown.emplace(key, name);
        }
        task->status = "input_required";
        task->updated = Clock::now();
    }
    changed(task);
    return shown;
}

std::optional<json::object> TaskStore::show(const std::string& id, std::string_view principal, View view) {
    const auto task = find(id, principal);
    if (!task)
        return std::nullopt;
    std::lock_guard lock(mutex_);
    return render(*task, view);
}

bool TaskStore::update(const std::string& id, std::string_view principal, const json::object& answers) {
    const auto task = find(id, principal);
    if (!task)
        return false;
    json::object outstanding;
    std::shared_ptr<TaskOwner> owner;
    {
        std::lock_guard lock(mutex_);
        for (const auto& [key, value] : answers) {
            const auto it = task->inputs.find(std::string(std::string_view(key)));
            if (it == task->inputs.end() || !answer_fits(it->second, value))
                continue; // never asked, answered before, or no answer to the question: it stays open
            outstanding[key] = value;
            task->inputs.erase(it);
        }
        if (outstanding.empty())
            return true;
        if (task->inputs.empty() && !task->over())
            task->status = "working";
        task->updated = Clock::now();
        owner = task->owner.lock();
    }
    if (owner)
        owner->answer(outstanding);
    changed(task);
    return true;
}

bool TaskStore::cancel(const std::string& id, std::string_view principal, bool* finished) {
    const auto task = find(id, principal);
    if (!task)
        return false;
    const bool now = settle(id, "cancelled", std::nullopt, std::nullopt);
    if (finished)
        *finished = !now;
    if (const auto owner = now ? task->owner.lock() : nullptr)
        owner->cancel();
    return true;
}

bool TaskStore::wait(const std::string& id, std::string_view principal, Outcome then) {
    const auto task = find(id, principal);
    if (!task)
        return false;
    {
        std::lock_guard lock(mutex_);
        if (!task->over()) {
            task->waiting.push_back(std::move(then));
            return true;
        }
    }
    then(task->result, task->fault);
    return true;
}

std::vector<json::object> TaskStore::list(std::string_view principal) {
    std::lock_guard lock(mutex_);
    std::vector<json::object> out;
    for (const auto& [id, task] : tasks_)
        if (task->principal == principal && !task->modern)
            out.push_back(render(*task, View::legacy));
    return out;
}

std::size_t TaskStore::size() const {
    std::lock_guard lock(mutex_);
    return tasks_.size();
}

void TaskStore::sweep() {
    std::vector<std::pair<std::string, std::string>> late;
    {
        std::lock_guard lock(mutex_);
        const auto now = Clock::now();
        for (auto it = tasks_.begin(); it != tasks_.end();) {
            const auto& task = *it->second;
            const bool old = now - task.created > task.ttl;
            // A result that came late can still be fetched for a while.
            if (task.over() && old && now - task.updated > std::min(task.ttl, std::chrono::milliseconds(60'000))) {
                it = tasks_.erase(it);
                continue;
            }
            if (!task.over() && old)
                late.emplace_back(task.id, task.principal);
            ++it;
        }
        sweeping_ = !tasks_.empty() && !stopped_;
        if (sweeping_)
            server_.timers().after(sweep_every, [this] { sweep(); });
    }
    for (const auto& [id, principal] : late)
        cancel(id, principal);
}

void TaskStore::shutdown() {
    std::vector<std::pair<std::string, std::string>> all;
    {
        std::lock_guard lock(mutex_);
        stopped_ = true;
        for (const auto& [id, task] : tasks_)
            if (!task->over())
                all.emplace_back(id, task->principal);
    }
    for (const auto& [id, principal] : all)
        cancel(id, principal);
}

} // namespace rustcoder::mcp
