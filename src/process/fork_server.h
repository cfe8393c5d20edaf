// A program that is started once and then forks per run, ready loaded: rustc's 154 MB of libraries cost 7 ms a start.
// An unmodified program does it, with a small preloaded library of ours (preload/fork_preload.cc, carried inside this
// binary) in the place of its main. Optional everywhere: when anything is off (a static program, another C library, no
// /proc, the program's file has changed), the caller takes spawn() and nothing else differs. Thread-safe.
#pragma once

#include "process/spawn.h"

#include <optional>
#include <string>

namespace rustcoder::process {

/// Starts the server of `program` in the background, if there is none; returns at once. It ends by itself when idle,
/// and with this process. RUSTCODER_FORK_SERVER=off: does nothing.
void prepare_fork_server(const std::string& program);
/// Waits until the server stands, or it is clear that none will. For tests and benchmarks.
bool wait_for_fork_server(const std::string& program);

/// A child of ours as from spawn(), confined by the same launch before the program's main; both a ruleset and a filter
/// must be there. nullopt: use spawn().
std::optional<Child> fork_spawn(const Launch& launch);
/// A child that could not confine itself (fork_protocol::setup_failed) says that this way does not work here.
void abandon_fork_server(const std::string& program);

} // namespace rustcoder::process
