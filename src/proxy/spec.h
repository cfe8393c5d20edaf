// The short forms of `openmcp run -p SPEC`, and K=V pairs. Pure.
#pragma once

#include "base/result.h"
#include "net/http.h"

#include <string>

namespace rustcoder::proxy {

struct ListenSpec {
    std::string address = "127.0.0.1";
    int port = 3000;
};
/// "3000", "0.0.0.0:3000", "[::1]:3000", ":3000".
Result<ListenSpec> parse_listen(const std::string& text);

struct RunSpec {
    bool listens = false;
    ListenSpec listen;
    std::string connect; // URL of a server; empty: a command is given
};
/// With a command: [IP:]PORT. Without: HOST:PORT of a server that stdio is joined to, or [IP:]PORT:HOST:PORT.
Result<RunSpec> parse_run(const std::string& text, bool has_command);

/// "K=V" or "K: V"; ${NAME} in the value is taken from our environment. Errors: invalid_input.
Result<net::Headers::Field> parse_header(const std::string& text);

} // namespace rustcoder::proxy
