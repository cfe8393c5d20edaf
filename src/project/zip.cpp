#include "project/zip.h"

#include <archive.h>
#include <archive_entry.h>
#include <new>

namespace rustcoder::project {

namespace {

struct Close {
    void operator()(archive* a) const { archive_write_free(a); }
    void operator()(archive_entry* e) const { archive_entry_free(e); }
};

la_ssize_t append(archive*, void* to, const void* bytes, std::size_t length) {
    try {
        static_cast<std::string*>(to)->append(static_cast<const char*>(bytes), length);
        return static_cast<la_ssize_t>(length);
    } catch (const std::exception&) { // the library is C
        return -1;
    }
}

std::unexpected<Error> trouble(archive* writer) {
    const char* why = archive_error_string(writer);
    return fail(Errc::internal, std::string("cannot write the archive: ") + (why ? why : "out of memory"));
}

} // namespace

Result<std::string> zip(const Project& project, std::string_view prefix) {
    std::string out;
    const std::unique_ptr<archive, Close> writer(archive_write_new());
    if (!writer || archive_write_set_format_zip(writer.get()) != ARCHIVE_OK ||
        archive_write_set_options(writer.get(), "hdrcharset=UTF-8") < ARCHIVE_WARN ||
        archive_write_set_bytes_in_last_block(writer.get(), 1) != ARCHIVE_OK ||
        archive_write_open(writer.get(), &out, nullptr, append, nullptr) != ARCHIVE_OK)
        return trouble(writer.get());
    for (const auto& [path, file] : project.files()) {
        const std::unique_ptr<archive_entry, Close> entry(archive_entry_new());
        if (!entry)
            return trouble(writer.get());
        const auto name = std::string(prefix) + "/" + path;
        archive_entry_set_pathname_utf8(entry.get(), name.c_str());
        archive_entry_set_filetype(entry.get(), AE_IFREG);
        archive_entry_set_perm(entry.get(), file.executable ? 0755 : 0644);
        archive_entry_set_size(entry.get(), static_cast<la_int64_t>(file.bytes->size()));
        // No time: it would make two archives of one project differ.
        if (archive_write_header(writer.get(), entry.get()) < ARCHIVE_WARN)
            return trouble(writer.get());
        if (archive_write_data(writer.get(), file.bytes->data(), file.bytes->size()) !=
            static_cast<la_ssize_t>(file.bytes->size()))
            return trouble(writer.get());
    }
    if (archive_write_close(writer.get()) != ARCHIVE_OK)
        return trouble(writer.get());
    return out;
}

} // namespace rustcoder::project
