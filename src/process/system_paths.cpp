#include "process/system_paths.h"

namespace rustcoder::process {

const std::vector<std::filesystem::path>& system_paths() {
    static const std::vector<std::filesystem::path> found = [] {
        std::vector<std::filesystem::path> out;
        for (const char* path : {"/usr", "/bin", "/sbin", "/lib", "/lib32", "/lib64", "/libx32", "/etc/ld.so.cache",
                                 "/etc/ld.so.conf", "/etc/ld.so.conf.d", "/etc/alternatives", "/etc/localtime"}) {
            std::error_code ec;
            if (std::filesystem::exists(path, ec))
                out.emplace_back(path);
        }
        return out;
    }();
    return found;
}

} // namespace rustcoder::process
