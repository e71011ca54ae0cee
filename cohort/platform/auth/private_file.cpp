// SPDX-License-Identifier: Apache-2.0
#include "cohort/platform/auth/private_file.h"

#include <cerrno>
#include <cstdio>
#include <fcntl.h>
#include <sys/stat.h>
#include <system_error>
#include <unistd.h>

#include "cohort/platform/auth/digest.h"
#include "cohort/platform/auth/random.h"

namespace cohort::auth {

namespace {

constexpr std::size_t bytes_max = 64 * 1024;

class File {
  public:
    explicit File(int fd) : fd_(fd) {}
    File(const File&) = delete;
    File& operator=(const File&) = delete;
    ~File() {
        if (fd_ >= 0) ::close(fd_);
    }
    int fd() const { return fd_; }

  private:
    int fd_;
};

Error file_error(const std::filesystem::path& path, const char* what) {
    return unavailable("private-file", path.string() + " cannot be " + what + ": " +
                                           std::generic_category().message(errno));
}

Error odd_file(const std::filesystem::path& path) {
    return refused("private-file-odd", path.string() + " is not what it should be.");
}

Result<std::string> read_all(int fd, const std::filesystem::path& path) {
    std::string text(bytes_max + 1, '\0');
    std::size_t size = 0;
    while (size < text.size()) {
        const ssize_t got = ::read(fd, text.data() + size, text.size() - size);
        if (got < 0 && errno == EINTR) continue;
        if (got < 0) return file_error(path, "read");
        if (got == 0) break;
        size += static_cast<std::size_t>(got);
    }
    if (size > bytes_max) return odd_file(path);
    text.resize(size);
    return text;
}

Result<void> write_all(int fd, std::string_view text, const std::filesystem::path& path) {
    while (!text.empty()) {
        const ssize_t put = ::write(fd, text.data(), text.size());
        if (put < 0 && errno == EINTR) continue;
        if (put < 0) return file_error(path, "written");
        text.remove_prefix(static_cast<std::size_t>(put));
    }
    return {};
}

Result<void> sync_folder(const std::filesystem::path& path) {
    const auto folder = path.parent_path();
    const File opened{
        ::open(folder.empty() ? "." : folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)};
    if (opened.fd() < 0 || ::fsync(opened.fd()) != 0) return file_error(path, "made durable");
    return {};
}

// The whole content under a name of its own; it takes the real name in one step afterwards.
Result<std::string> write_draft(const std::filesystem::path& path, std::string_view text) {
    std::string draft = path.string() + "." + to_hex(random_bytes(8));
    const File file{::open(draft.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600)};
    if (file.fd() < 0) return file_error(path, "written");
    auto written = write_all(file.fd(), text, path);
    if (written && ::fsync(file.fd()) != 0) written = file_error(path, "made durable");
    if (!written) {
        ::unlink(draft.c_str());
        return written.error();
    }
    return draft;
}

}  // namespace

Result<std::optional<std::string>> read_private(const std::filesystem::path& path) {
    const File file{::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK)};
    if (file.fd() < 0 && errno == ENOENT) return std::optional<std::string>{};
    if (file.fd() < 0 && errno == ELOOP) return odd_file(path);
    if (file.fd() < 0) return file_error(path, "opened");
    struct stat about{};
    if (::fstat(file.fd(), &about) != 0) return file_error(path, "read");
    if (!S_ISREG(about.st_mode)) return odd_file(path);
    if ((about.st_mode & 077) != 0)
        return refused("private-file-open", "Others may read or write " + path.string() +
                                                "; allow its owner alone (chmod 600).");
    return std::optional<std::string>{TRY(read_all(file.fd(), path))};
}

Result<void> create_private(const std::filesystem::path& path, std::string_view text) {
    const auto draft = TRY(write_draft(path, text));
    // link(2) never replaces, unlike rename(2).
    const int failed = ::link(draft.c_str(), path.c_str()) == 0 ? 0 : errno;
    ::unlink(draft.c_str());
    errno = failed;
    if (failed != 0 && failed != EEXIST) return file_error(path, "written");
    return sync_folder(path);
}

Result<void> replace_private(const std::filesystem::path& path, std::string_view text) {
    const auto draft = TRY(write_draft(path, text));
    if (std::rename(draft.c_str(), path.c_str()) != 0) {
        auto error = file_error(path, "written");
        ::unlink(draft.c_str());
        return error;
    }
    return sync_folder(path);
}

}  // namespace cohort::auth
