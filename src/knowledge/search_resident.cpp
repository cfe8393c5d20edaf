#include "knowledge/search_resident.h"

#include "base/counters.h"
#include "base/log.h"

#include <algorithm>
#include <new>
#include <set>
#include <utility>

namespace rustcoder::knowledge {
namespace {

constexpr std::size_t inline_changes = 128; // entries read by the question that finds them changed: about 5 ms
constexpr std::size_t inline_merge = 1024;  // documents
constexpr std::size_t max_documents = (1u << 24) - 1; // a posting has 24 bits for the document
constexpr std::chrono::seconds retry_after{5};

std::vector<std::string> distinct_ids(std::span<const Store::Change> changes) {
    std::set<std::string> ids;
    for (const auto& change : changes)
        ids.insert(change.id);
    return {ids.begin(), ids.end()};
}

} // namespace

ResidentIndex::ResidentIndex(Store& store, std::string model, std::size_t dimension,
                             std::chrono::milliseconds first_wait)
    : store_(store), model_(std::move(model)), dimension_(dimension), first_wait_(first_wait) {}

ResidentIndex::~ResidentIndex() = default;

std::shared_ptr<const Index> ResidentIndex::current() {
    std::lock_guard lock(mutex_);
    return index_;
}

std::shared_ptr<const Index> ResidentIndex::get() {
    const auto now = first();
    if (!now)
        return nullptr;
    follow(*now);
    return current();
}

std::shared_ptr<const Index> ResidentIndex::first() {
    std::unique_lock lock(mutex_);
    if (index_)
        return index_;
    const auto now = std::chrono::steady_clock::now();
    if (task_ == Task::none && !working_ && now - failed_ > retry_after) {
        if (!worker_.joinable())
            worker_ = std::jthread([this](std::stop_token stop) { work(stop); });
        started_ = now;
        task_ = Task::build;
        changed_.notify_all();
    }
    changed_.wait_until(lock, started_ + first_wait_,
                        [&] { return index_ != nullptr || (task_ == Task::none && !working_); });
    return index_;
}

void ResidentIndex::publish(Index next) {
    auto shared = std::make_shared<const Index>(std::move(next));
    static auto& bytes = base::gauge("knowledge_index_bytes", "Memory of the resident search index");
    static auto& documents = base::gauge("knowledge_index_documents", "Entries in the resident search index");
    bytes.set(static_cast<std::int64_t>(shared->bytes()));
    documents.set(static_cast<std::int64_t>(shared->documents()));
    std::lock_guard lock(mutex_);
    index_ = std::move(shared);
    changed_.notify_all();
}

void ResidentIndex::want(Task task) {
    std::lock_guard lock(mutex_);
    // A build makes the other tasks superfluous, catching up is done before merging.
    if (task_ == Task::none || task < task_)
        task_ = task;
    changed_.notify_all();
}

void ResidentIndex::follow(const Index& now) {
    const auto revision = store_.revision();
    if (!revision || *revision == now.revision())
        return;
    std::lock_guard writing(write_);
    const auto newest = current();
    if (*revision == newest->revision())
        return;
    const auto changes = store_.changes_since(newest->revision());
    if (!changes) {
        base::log_warn("search goes on with an older index: " + changes.error().text());
        return;
    }
    if (!*changes)
        return want(Task::build);
    const auto ids = distinct_ids(**changes);
    if (ids.size() > inline_changes)
        return want(Task::catch_up);
    auto next = updated(*newest, ids, *revision);
    if (!next) {
        base::log_warn("search goes on with an older index: " + next.error().text());
        return;
    }
    publish(std::move(*next));
    merge_small();
}

Result<std::shared_ptr<const Segment>> ResidentIndex::read(std::span<const std::string> ids) {
    RC_TRY_ASSIGN(auto entries, store_.get(ids));
    std::sort(entries.begin(), entries.end(), [](const Entry& a, const Entry& b) { return a.id < b.id; });
    SegmentBuilder builder;
    for (const auto& entry : entries)
        builder.add(entry);
    if (!model_.empty()) {
        RC_TRY_ASSIGN(const auto vectors, store_.vectors_of(model_, ids));
        for (const auto& vector : vectors)
            builder.add_vector(vector, dimension_);
    }
    return builder.build();
}

Result<Index> ResidentIndex::updated(const Index& base, std::span<const std::string> ids, std::uint64_t revision) {
    RC_TRY_ASSIGN(auto fresh, read(ids));
    return base.with(ids, std::move(fresh), revision);
}

void ResidentIndex::merge_small() {
    const auto now = current();
    const auto worth = now->worth_merging();
    std::vector<Index::Part> parts;
    std::size_t documents = 0;
    for (const auto p : worth) {
        parts.push_back(now->parts()[p]);
        documents += parts.back().segment->docs.size();
    }
    if (parts.empty())
        return;
    if (documents > inline_merge)
        return want(Task::merge);
    if (auto next = now->with_merged(parts, Index::merged(parts)))
        publish(std::move(*next));
}

void ResidentIndex::merge_large() {
    const auto now = current();
    std::vector<Index::Part> parts;
    for (const auto p : now->worth_merging())
        parts.push_back(now->parts()[p]);
    if (parts.empty())
        return;
    auto merged = Index::merged(parts); // takes its time, and nobody waits for it
    std::lock_guard writing(write_);
    if (auto next = current()->with_merged(parts, std::move(merged)))
        publish(std::move(*next));
}

Status ResidentIndex::build(std::stop_token stop) {
    RC_TRY_ASSIGN(const auto revision, store_.revision());
    SegmentBuilder builder;
    std::string last;
    Filter all;
    all.quarantined = true;
    bool in_order = true;
    RC_TRY(store_.each(all, [&](const Entry& entry) {
        in_order = in_order && (builder.documents() == 0 || last < entry.id);
        if (!in_order || builder.documents() == max_documents || stop.stop_requested())
            return false;
        builder.add(entry);
        last = entry.id;
        return true;
    }));
    if (!in_order)
        return fail(Errc::internal, "the store gives entries out of order", last);
    if (builder.documents() == max_documents)
        return fail(Errc::limit, "too many entries for one resident index", {}, "use a remote store");
    if (!model_.empty())
        RC_TRY(store_.each_vector(model_, [&](const Store::Vector& vector) {
            builder.add_vector(vector, dimension_);
            return !stop.stop_requested();
        }));
    if (stop.stop_requested())
        return {};
    auto segment = builder.build();
    std::lock_guard writing(write_);
    publish(Index({Index::whole(std::move(segment))}, revision));
    return {};
}

Status ResidentIndex::catch_up(std::stop_token stop) {
    while (!stop.stop_requested()) {
        const auto base = current();
        RC_TRY_ASSIGN(const auto revision, store_.revision());
        RC_TRY_ASSIGN(const auto changes, store_.changes_since(base->revision()));
        if (!changes)
            return build(stop);
        const auto ids = distinct_ids(*changes);
        if (ids.size() > base->documents())
            return build(stop);
        if (ids.size() <= inline_changes)
            return {}; // the next question takes these along
        RC_TRY_ASSIGN(auto fresh, read(ids));
        {
            std::lock_guard writing(write_);
            const auto now = current();
            if (now->revision() != base->revision())
                continue; // somebody else took them in
            publish(now->with(ids, std::move(fresh), revision));
        }
        merge_large();
    }
    return {};
}

void ResidentIndex::work(std::stop_token stop) {
    while (true) {
        Task task = Task::none;
        {
            std::unique_lock lock(mutex_);
            working_ = false;
            changed_.notify_all();
            if (!changed_.wait(lock, stop, [&] { return task_ != Task::none; }))
                return;
            task = std::exchange(task_, Task::none);
            working_ = true;
        }
        Status done;
        try {
            if (task == Task::build)
                done = build(stop);
            else if (task == Task::catch_up)
                done = catch_up(stop);
            else
                merge_large();
        } catch (const std::bad_alloc&) {
            done = fail(Errc::limit, "not enough memory for the resident search index");
        }
        if (done)
            continue;
        base::log_warn("search index not brought up to date: " + done.error().text());
        std::lock_guard lock(mutex_);
        failed_ = std::chrono::steady_clock::now();
    }
}

bool ResidentIndex::settle(std::chrono::milliseconds patience) {
    std::unique_lock lock(mutex_);
    return changed_.wait_for(lock, patience, [&] { return task_ == Task::none && !working_; });
}

} // namespace rustcoder::knowledge
