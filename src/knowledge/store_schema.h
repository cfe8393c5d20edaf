// The tables of the store and how older files become current ones.
#pragma once

#include "knowledge/sqlite.h"

#include <cstdint>
#include <limits>

namespace rustcoder::knowledge {

inline constexpr int schema_version = 2;
inline constexpr std::int64_t application_id = 0x52434B42; // "RCKB" in the header of the file
/// Changes are remembered this far back; who is further behind reads everything anew.
inline constexpr std::int64_t change_log_length = 20'000;

/// What kind of file this is.
enum class FileState { empty, ours, newer, foreign };
struct Identity {
    FileState state = FileState::empty;
    std::int64_t version = 0;
};
Result<Identity> identify(Database& db);

/// Brings the file to schema_version, and its full text to words_version, in one transaction. Nothing to do: writes
/// nothing.
Status migrate(Database& db);

/// True when tables and full text are current: a read-only file must be.
Result<bool> current(Database& db);

} // namespace rustcoder::knowledge
