#include "knowledge/store_sqlite.h"

#include <cmath>
#include <cstring>
#include <fmt/format.h>

namespace rustcoder::knowledge {

namespace {

constexpr std::size_t max_dimension = 8192, max_model_bytes = 200, page = 512;
static_assert(std::endian::native == std::endian::little, "vectors are kept as little-endian floats");

Status check_vectors(std::string_view model, std::span<const Store::Vector> vectors) {
    if (model.empty() || model.size() > max_model_bytes)
        return fail(Errc::invalid_input, "the embedding model has no name, or one that is too long", "model");
    for (const auto& vector : vectors) {
        if (vector.values.empty() || vector.values.size() > max_dimension)
            return fail(Errc::invalid_input, fmt::format("a vector has {} dimensions", vector.values.size()),
                        vector.id);
        for (const float value : vector.values)
            if (!std::isfinite(value))
                return fail(Errc::invalid_input, "a vector holds a value that is not finite", vector.id);
    }
    return {};
}

/// Row and dimension of a model; row 0 when it is not known.
struct Model {
    std::int64_t row = 0, dimension = 0;
};
Result<Model> find_model(Database& db, std::string_view name) {
    RC_TRY_ASSIGN(auto rows, db.query("SELECT model, dimension FROM models WHERE name = ?1", name));
    RC_TRY_ASSIGN(const bool there, rows.step());
    return there ? Model{rows.integer(0), rows.integer(1)} : Model{};
}

Result<Model> ensure_model(Database& db, std::string_view name, std::size_t dimension) {
    RC_TRY_ASSIGN(Model model, find_model(db, name));
    if (model.row != 0)
        return model;
    RC_TRY(db.run("INSERT INTO models(name, dimension) VALUES (?1, ?2)", name, static_cast<std::uint64_t>(dimension)));
    return Model{db.last_rowid(), static_cast<std::int64_t>(dimension)};
}

Store::Vector vector_from(std::string id, std::string_view bytes) {
    Store::Vector vector{std::move(id), std::vector<float>(bytes.size() / sizeof(float))};
    std::memcpy(vector.values.data(), bytes.data(), vector.values.size() * sizeof(float));
    return vector;
}

} // namespace

Status SqliteStore::put_vectors(std::string_view model, std::span<const Vector> vectors) {
    RC_TRY(check_vectors(model, vectors));
    if (vectors.empty())
        return {};
    return write([&](Write& transaction) -> Status {
        RC_TRY_ASSIGN(const Model known, ensure_model(*transaction, model, vectors[0].values.size()));
        for (const Vector& vector : vectors) {
            if (static_cast<std::int64_t>(vector.values.size()) != known.dimension)
                return fail(Errc::invalid_input,
                            fmt::format("the vector has {} dimensions, the model {} has {}", vector.values.size(),
                                        model, known.dimension),
                            vector.id);
            RC_TRY(transaction->run("INSERT INTO vectors(seq, model, value) SELECT seq, ?2, ?3 FROM entries "
                                    "WHERE id = ?1 ON CONFLICT(seq, model) DO UPDATE SET value = excluded.value",
                                    vector.id, known.row, std::as_bytes(std::span(vector.values))));
            if (transaction->changed_rows() > 0)
                RC_TRY(transaction.changed(vector.id));
        }
        return {};
    });
}

Status SqliteStore::each_vector(std::string_view model, const std::function<bool(const Vector&)>& visit) {
    std::int64_t last = 0;
    for (std::vector<Vector> vectors;; vectors.clear()) {
        {
            RC_TRY_ASSIGN(auto db, reading());
            RC_TRY_ASSIGN(auto rows, (*db)->query("SELECT v.seq, e.id, v.value FROM models m "
                                                  "CROSS JOIN vectors v ON v.model = m.model "
                                                  "CROSS JOIN entries e ON e.seq = v.seq "
                                                  "WHERE m.name = ?1 AND v.seq > ?2 ORDER BY v.seq LIMIT ?3",
                                                  model, last, static_cast<std::int64_t>(page)));
            for (;;) {
                RC_TRY_ASSIGN(const bool row, rows.step());
                if (!row)
                    break;
                last = rows.integer(0);
                vectors.push_back(vector_from(rows.text(1), rows.bytes(2)));
            }
        }
        for (const Vector& vector : vectors)
            if (!visit(vector))
                return {};
        if (vectors.size() < page)
            return {};
    }
}

Result<std::vector<Store::Vector>> SqliteStore::vectors_of(std::string_view model, std::span<const std::string> ids) {
    RC_TRY_ASSIGN(auto db, reading());
    RC_TRY_ASSIGN(const Model known, find_model(**db, model));
    RC_TRY_ASSIGN(auto one, (*db)->statement("SELECT v.value FROM entries e CROSS JOIN vectors v ON v.seq = e.seq "
                                             "WHERE e.id = ?1 AND v.model = ?2"));
    std::vector<Vector> out;
    for (const std::string& id : ids) {
        one.bind(1, id);
        one.bind(2, known.row);
        RC_TRY_ASSIGN(const bool there, one.step());
        if (there)
            out.push_back(vector_from(id, one.bytes(0)));
        one.reset();
    }
    return out;
}

Result<std::vector<std::string>> SqliteStore::without_vector(std::string_view model, std::size_t limit) {
    RC_TRY_ASSIGN(auto db, reading());
    RC_TRY_ASSIGN(const Model known, find_model(**db, model));
    RC_TRY_ASSIGN(auto rows,
                  (*db)->query("SELECT e.id FROM entries e WHERE NOT EXISTS "
                               "(SELECT 1 FROM vectors v WHERE v.model = ?1 AND v.seq = e.seq) "
                               "ORDER BY e.seq LIMIT ?2",
                               known.row, static_cast<std::int64_t>(std::min<std::size_t>(limit, 1u << 30))));
    std::vector<std::string> out;
    for (;;) {
        RC_TRY_ASSIGN(const bool row, rows.step());
        if (!row)
            return out;
        out.push_back(rows.text(0));
    }
}

} // namespace rustcoder::knowledge
