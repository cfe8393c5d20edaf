#include "proxy/child.h"

#include "base/text.h"

#include <algorithm>
#include <unistd.h>

namespace rustcoder::proxy {

std::vector<std::string> inherited_environment() {
    std::vector<std::string> out;
    for (char** entry = environ; entry && *entry; ++entry)
        out.emplace_back(*entry);
    return out;
}

std::vector<std::string> clean_environment() {
    std::vector<std::string> out;
    for (auto& entry : inherited_environment()) {
        const auto name = entry.substr(0, entry.find('='));
        if (base::one_of(name, {"PATH", "HOME", "USER", "LOGNAME", "SHELL", "LANG", "LANGUAGE", "TZ", "TERM", "TMPDIR",
                                "XDG_RUNTIME_DIR", "SSL_CERT_FILE", "SSL_CERT_DIR"}) ||
            name.starts_with("LC_"))
            out.push_back(std::move(entry));
    }
    return out;
}

bool set_variable(std::vector<std::string>& env, const std::string& assignment) {
    const auto equals = assignment.find('=');
    if (equals == std::string::npos || equals == 0 || assignment.find('\0') != std::string::npos)
        return false;
    const auto prefix = assignment.substr(0, equals + 1);
    std::erase_if(env, [&](const std::string& e) { return e.starts_with(prefix); });
    env.push_back(assignment);
    return true;
}

} // namespace rustcoder::proxy
