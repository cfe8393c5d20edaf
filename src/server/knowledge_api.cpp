// /knowledge: search, read, add, remove, take along. docs/rest.md and docs/knowledge.md.
#include "base/log.h"
#include "base/os.h"
#include "server/face.h"
#include "server/knowledge_render.h"
#include "server/knowledge_requests.h"
#include "server/render.h"

#include <fmt/format.h>

namespace rustcoder::server {

namespace json = base::json;

namespace {

constexpr std::size_t largest_snapshot = 256u << 20; // sent in one piece; larger ones: rustcoder knowledge export

using Answering = std::function<void(const std::shared_ptr<Call>&, agent::Knowledge&)>;

/// Runs on the desk's threads: no I/O thread and no worker waits for a search.
void ask(const std::shared_ptr<Call>& call, Answering answer) {
    call->app.use_cases->start_background();
    const bool taken = call->app.desk.post([call, answer = std::move(answer)] {
        try {
            auto* knowledge = call->app.use_cases->knowledge();
            if (!knowledge || !knowledge->on())
                return call->problem(503, "This server has no knowledge base: it was started with "
                                          "RUSTCODER_KNOWLEDGE=off.");
            answer(call, *knowledge);
        } catch (const std::exception& e) {
            base::log_error(fmt::format("{} {}: {}", call->request.method, call->request.path, e.what()));
            call->problem(500, "The server failed on this request.");
        }
    });
    if (taken)
        return;
    net::Headers headers;
    headers.set("Retry-After", "1");
    call->problem(503, "Too many questions are waiting for the knowledge base.", headers);
}

/// The same with the opened store.
void ask_store(const std::shared_ptr<Call>& call,
               std::function<void(const std::shared_ptr<Call>&, knowledge::Store&)> answering) {
    ask(call, [answering = std::move(answering)](const std::shared_ptr<Call>& c, agent::Knowledge& knowledge) {
        auto store = knowledge.store();
        if (!store)
            return c->problem(store.error());
        answering(c, **store);
    });
}

std::optional<json::object> body_of(const std::shared_ptr<Call>& call) {
    if (!require_json(call))
        return std::nullopt;
    auto body = parse_object(call->request.body);
    call->request.body = {};
    if (body)
        return *std::move(body);
    call->reject(body.error().status, body.error().body());
    return std::nullopt;
}

/// The query string as a JSON object; only `limit` is a number.
json::object parameters(const net::HttpRequest& request, std::initializer_list<const char*> names) {
    json::object out;
    for (const char* name : names)
        if (const auto value = request.query_value(name)) {
            char* end = nullptr;
            const double number = std::strtod(value->c_str(), &end);
            if (std::string_view(name) == "limit" && !value->empty() && *end == '\0')
                out[name] = number;
            else
                out[name] = *value;
        }
    return out;
}

void search(const std::shared_ptr<Call>& call, const json::object& body) {
    auto query = parse_search(body);
    if (!query)
        return call->reject(query.error().status, query.error().body());
    ask(call, [query = *std::move(query)](const std::shared_ptr<Call>& c, agent::Knowledge& knowledge) {
        auto answer = knowledge.search(query, c->disconnected());
        if (!answer)
            return c->problem(answer.error());
        auto out = search_json(*answer);
        out["query"] = clean_utf8(query.text);
        c->json(200, out);
    });
}

void get_search(const std::shared_ptr<Call>& call) {
    search(call, parameters(call->request, {"q", "query", "kind", "code", "toolchain", "limit", "mode"}));
}

void post_search(const std::shared_ptr<Call>& call) {
    if (const auto body = body_of(call))
        search(call, *body);
}

void explain(const std::shared_ptr<Call>& call) {
    const auto body = body_of(call);
    if (!body)
        return;
    const std::string about(base::get_string(*body, "error"));
    if (about.empty())
        return call->reject(400, {{"detail", "'error' is required: an error code, or the compiler's message"}});
    const auto limit = static_cast<std::size_t>(std::clamp<std::int64_t>(base::get_int(*body, "limit", 5), 1, 20));
    ask(call, [about, limit](const std::shared_ptr<Call>& c, agent::Knowledge&) {
        auto explanation = c->app.use_cases->explain(about, limit, c->disconnected());
        if (!explanation)
            return c->problem(explanation.error());
        c->json(200, explanation_json(*explanation));
    });
}

bool good_id(const std::shared_ptr<Call>& call) {
    if (entry_id(call->params.at(0)))
        return true;
    call->problem(404, "There is no such entry; an id has 32 hexadecimal digits.");
    return false;
}

void get_entry(const std::shared_ptr<Call>& call) {
    if (!good_id(call))
        return;
    ask_store(call, [](const std::shared_ptr<Call>& c, knowledge::Store& store) {
        auto entry = store.get(c->params.at(0));
        if (!entry)
            return c->problem(entry.error());
        if (!*entry)
            return c->problem(404, "There is no such entry.");
        c->json(200, entry_json(**entry));
    });
}

void delete_entry(const std::shared_ptr<Call>& call) {
    if (!good_id(call))
        return;
    ask_store(call, [](const std::shared_ptr<Call>& c, knowledge::Store& store) {
        auto removed = store.remove(c->params.at(0));
        if (!removed)
            return c->problem(removed.error());
        if (!*removed)
            return c->problem(404, "There is no such entry.");
        c->json(200, json::object{{"success", true}, {"removed", c->params.at(0)}});
    });
}

void added(const std::shared_ptr<Call>& call, knowledge::Kind kind, const Result<std::string>& id) {
    if (!id)
        return call->problem(id.error());
    call->app.use_cases->knowledge_added();
    net::Headers headers;
    headers.set("Location", "/knowledge/entries/" + *id);
    call->json(201, json::object{{"success", true}, {"kind", knowledge::name(kind)}, {"id", *id}}, headers);
}

void post_error(const std::shared_ptr<Call>& call) {
    const auto body = body_of(call);
    if (!body)
        return;
    auto parsed = parse_error_lesson(*body, false);
    if (!parsed)
        return call->reject(parsed.error().status, parsed.error().body());
    if (auto* repair = std::get_if<JobRequest>(&*parsed)) // the compiler has to say so first: with the other jobs
        return call->app.run_sync(call, std::move(*repair), [](const JobRequest& request, const Answer& answer) {
            return answer_body(request, answer);
        });
    ask(call, [lesson = std::get<agent::LessonText>(*std::move(parsed))](const std::shared_ptr<Call>& c,
                                                                         agent::Knowledge& knowledge) {
        added(c, knowledge::Kind::lesson, agent::add_lesson(knowledge, lesson));
    });
}

void post_project(const std::shared_ptr<Call>& call) {
    const auto body = body_of(call);
    if (!body)
        return;
    auto project = parse_project_example(*body);
    if (!project)
        return call->reject(project.error().status, project.error().body());
    ask(call, [project = *std::move(project)](const std::shared_ptr<Call>& c, agent::Knowledge& knowledge) {
        added(c, knowledge::Kind::project, agent::add_project(knowledge, project));
    });
}

void stats(const std::shared_ptr<Call>& call) {
    ask(call, [](const std::shared_ptr<Call>& c, agent::Knowledge& knowledge) {
        auto store = knowledge.store();
        if (!store)
            return c->problem(store.error());
        auto found = (*store)->stats();
        if (!found)
            return c->problem(found.error());
        const auto background = c->app.use_cases->background();
        auto out = stats_json(*found, &background);
        out["embedding_model"] = knowledge.embedder_name();
        c->json(200, out);
    });
}

void get_snapshot(const std::shared_ptr<Call>& call) {
    std::vector<knowledge::Kind> kinds;
    if (const auto wanted = call->request.query_value("kind")) {
        const auto kind = knowledge::kind_named(*wanted);
        if (!kind)
            return call->reject(400, {{"detail", "'kind' is one of lesson, fix, project, passage"}});
        kinds.push_back(*kind);
    }
    ask(call, [kinds](const std::shared_ptr<Call>& c, agent::Knowledge& knowledge) {
        auto store = knowledge.store();
        if (!store)
            return c->problem(store.error());
        auto folder = base::TempDir::create("snapshot");
        if (!folder)
            return c->problem(folder.error());
        const auto file = folder->path() / "knowledge.jsonl.gz";
        knowledge::ExportOptions options;
        options.filter.kinds = kinds;
        auto report = knowledge::export_snapshot(**store, file, options, c->disconnected());
        if (!report)
            return c->problem(report.error());
        auto bytes = base::read_file(file, largest_snapshot);
        if (!bytes)
            return c->problem(413, "The snapshot is too large to be sent; use rustcoder knowledge export.");
        net::HttpResponse r;
        r.content_type = "application/gzip";
        r.headers.set("Content-Disposition", "attachment; filename=\"rustcoder-knowledge.jsonl.gz\"");
        r.headers.set("X-Entries", std::to_string(report->entries));
        r.body = *std::move(bytes);
        c->send(std::move(r));
    });
}

void post_snapshot(const std::shared_ptr<Call>& call) {
    const auto type = call->request.header("Content-Type");
    if (!net::has_token(type, "application/gzip") && !net::has_token(type, "application/octet-stream"))
        return call->problem(415, "Send the snapshot with Content-Type: application/gzip.");
    ask(call, [](const std::shared_ptr<Call>& c, agent::Knowledge& knowledge) {
        auto store = knowledge.store();
        if (!store)
            return c->problem(store.error());
        auto folder = base::TempDir::create("snapshot");
        if (!folder)
            return c->problem(folder.error());
        const auto file = folder->path() / "knowledge.jsonl.gz";
        if (auto written = base::write_file(file, c->request.body); !written)
            return c->problem(written.error());
        auto report = knowledge::import_snapshot(**store, file, c->disconnected());
        if (!report)
            return c->problem(report.error());
        c->app.use_cases->knowledge_added();
        auto out = snapshot_json(*report);
        out["success"] = true;
        c->json(200, out);
    });
}

Route route(const char* method, const char* pattern, void (*handler)(const std::shared_ptr<Call>&), const char* summary,
            const char* request, std::vector<Route::Response> responses, bool compiles = false) {
    responses.push_back({503,
                         compiles ? "The queue is full or there is no knowledge base; see Retry-After"
                                  : "There is no knowledge base, or it cannot be used now",
                         "Problem", "application/problem+json"});
    return {method, pattern, Access::key, false, handler, "knowledge", summary, request, std::move(responses)};
}

} // namespace

void add_knowledge_routes(App& app) {
    const Route::Response bad = {400, "Something required is missing", "Detail"};
    const Route::Response wrong = {422, "A field has the wrong type", "ValidationError"};
    const Route::Response missing = {404, "No such entry", "Problem", "application/problem+json"};
    auto& routes = app.routes;
    routes.push_back(route("GET", "/knowledge/search", get_search, "Search the knowledge base", "",
                           {{200, "Best first", "SearchAnswer"}, bad, wrong}));
    routes.back().query = {{"q", "Words, an identifier, an error code, a compiler message", true},
                           {"kind", "lesson, fix, project, passage; several with commas"},
                           {"code", "Only entries about this error code"},
                           {"toolchain", "Only entries verified with this version, or with none stated"},
                           {"limit", "At most so many, 10 by default, 100 at most"},
                           {"mode", "hybrid (default), text or vector"}};
    routes.push_back(route("POST", "/knowledge/search", post_search, "Search the knowledge base", "SearchRequest",
                           {{200, "Best first", "SearchAnswer"}, bad, wrong}));
    routes.push_back(route("POST", "/knowledge/explain", explain,
                           "What an error means: the compiler's own explanation, lessons, learned fixes",
                           "ExplainRequest", {{200, "All there is", "Explanation"}, bad}));
    routes.push_back(route("GET", "/knowledge/entries/{id}", get_entry, "One entry, whole", "",
                           {{200, "The entry", "Entry"}, missing}));
    routes.push_back(route("DELETE", "/knowledge/entries/{id}", delete_entry, "Forget an entry", "",
                           {{200, "It is gone", "Removed"}, missing}));
    routes.push_back(route("POST", "/knowledge/errors", post_error,
                           "Add a lesson in words, or a repair that the compiler verifies and learns from",
                           "ErrorLesson",
                           {{200, "A repair: what it taught", "Learned"},
                            {201, "A lesson: its id", "Added"},
                            {400, "Something is missing, or the pair is no repair", "Detail"},
                            wrong},
                           true));
    routes.push_back(route("POST", "/knowledge/projects", post_project, "Add a project as an example", "ProjectExample",
                           {{201, "Its id", "Added"}, bad, wrong}));
    routes.push_back(route("GET", "/knowledge/stats", stats, "How much there is, how it grows, what runs beside", "",
                           {{200, "The figures", "KnowledgeStats"}}));
    routes.push_back(route("GET", "/knowledge/snapshot", get_snapshot,
                           "Everything as one file; of learned fixes only the abstract templates", "",
                           {{200, "gzip of JSON lines", "", "application/gzip"}, bad}));
    routes.back().query = {{"kind", "Only lesson, fix, project or passage"}};
    routes.push_back(route("POST", "/knowledge/snapshot", post_snapshot,
                           "Merge a snapshot (body: the file, application/gzip); twice changes nothing", "",
                           {{200, "What was new", "SnapshotReport"},
                            {400, "Damaged, or of a newer version", "Problem", "application/problem+json"},
                            {415, "Not application/gzip", "Problem", "application/problem+json"}}));
}

} // namespace rustcoder::server
