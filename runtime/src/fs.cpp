// SPDX-License-Identifier: Apache-2.0
#include "weft/fs.h"

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <cstring>
#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>
#include <utility>

#include "weft/blocking.h"

#include "runtime/src/sim_faults.h"

namespace weft::inline abi1::fs {
namespace {

Error file_error(int code) {
    switch (code) {
        case ENOENT:
        case ENOTDIR:
            return {ErrorKind::not_found, "file", "there is no such file"};
        case EACCES:
        case EPERM:
        case EROFS:
            return {ErrorKind::forbidden, "permission", "this process may not do that"};
        case EEXIST:
        case ENOTEMPTY:
            return {ErrorKind::conflict, "exists", "there is something already"};
        case ENOSPC:
        case EDQUOT:
            return {ErrorKind::unavailable, "disk-full", "there is no room left"};
        default:
            break;
    }
    char text[128];
    return {ErrorKind::unavailable, "io", strerror_r(code, text, sizeof text)};
}

class File {
  public:
    static Result<File> open(const std::string& path, int flags, mode_t mode = 0) {
        if (const int code = detail::disk_fault()) return file_error(code);
        const int fd = ::open(path.c_str(), flags | O_CLOEXEC, mode);
        if (fd < 0) return file_error(errno);
        return File(fd);
    }
    File(File&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
    File& operator=(File&&) = delete;
    ~File() {
        if (fd_ >= 0) ::close(fd_);
    }

    Result<void> write(std::string_view content) const {
        while (!content.empty()) {
            if (const int code = detail::disk_fault()) return file_error(code);
            const std::size_t taken = detail::disk_takes(content.size());
            if (taken == 0) return file_error(ENOSPC);
            const ssize_t n = ::write(fd_, content.data(), taken);
            if (n < 0 && errno == EINTR) continue;
            if (n < 0) return file_error(errno);
            content.remove_prefix(static_cast<std::size_t>(n));
        }
        return {};
    }
    Result<void> sync() const {
        if (const int code = detail::disk_fault()) return file_error(code);
        if (::fsync(fd_) != 0) return file_error(errno);
        return {};
    }
    // Writes that failed late are told by close() on some file systems.
    Result<void> close() {
        if (::close(std::exchange(fd_, -1)) != 0 && errno != EINTR) return file_error(errno);
        if (const int code = detail::disk_fault()) return file_error(code);
        return {};
    }
    int number() const noexcept { return fd_; }

  private:
    explicit File(int fd) noexcept : fd_(fd) {}
    int fd_;
};

Result<std::string> read_all(const std::string& path, std::size_t most) {
    const File file = TRY(File::open(path, O_RDONLY));
    struct stat about{};
    if (::fstat(file.number(), &about) != 0) return file_error(errno);
    std::string content;
    // The size is a hint only: files of /proc say 0, and a file may grow meanwhile.
    std::size_t room = std::max<std::size_t>(4096, static_cast<std::size_t>(about.st_size) + 1);
    for (;;) {
        const std::size_t before = content.size();
        content.resize(before + room);
        const ssize_t n = ::read(file.number(), content.data() + before, room);
        if (n < 0 && errno != EINTR) return file_error(errno);
        content.resize(before + static_cast<std::size_t>(std::max<ssize_t>(0, n)));
        if (n == 0) return content;
        if (content.size() > most)
            return Error{ErrorKind::refused, "too-large", "the file is longer than was allowed"};
        room = 64 * 1024;
    }
}

std::string folder_of(const std::filesystem::path& path) {
    const auto folder = path.parent_path();
    return folder.empty() ? "." : folder.string();
}

Result<void> replace(const std::filesystem::path& path, std::string_view content) {
    static std::atomic<unsigned> counter{0};
    const std::string temporary = path.string() + ".new-" + std::to_string(::getpid()) + "-" +
                                  std::to_string(counter.fetch_add(1));
    struct Removed {
        const std::string& name;
        bool renamed = false;
        ~Removed() {
            if (!renamed) ::unlink(name.c_str());
        }
    } removed{temporary};
    File file = TRY(File::open(temporary, O_WRONLY | O_CREAT | O_EXCL, 0666));
    struct stat old{};
    if (::stat(path.c_str(), &old) == 0 && ::fchmod(file.number(), old.st_mode & 07777) != 0)
        return file_error(errno);
    TRY(file.write(content));
    TRY(file.sync());
    TRY(file.close());
    if (const int code = detail::disk_fault()) return file_error(code);
    if (::rename(temporary.c_str(), path.c_str()) != 0) return file_error(errno);
    removed.renamed = true;
    const File folder = TRY(File::open(folder_of(path), O_RDONLY | O_DIRECTORY));
    return folder.sync();
}

Result<void> append(const std::string& path, std::string_view content) {
    File file = TRY(File::open(path, O_WRONLY | O_CREAT | O_APPEND, 0666));
    TRY(file.write(content));
    TRY(file.sync());
    return file.close();
}

Result<std::vector<std::string>> names_in(const std::string& path) {
    DIR* folder = ::opendir(path.c_str());
    if (folder == nullptr) return file_error(errno);
    std::vector<std::string> names;
    while (const dirent* entry = ::readdir(folder)) {  // NOLINT(concurrency-mt-unsafe): our own DIR
        const std::string_view name = entry->d_name;
        if (name != "." && name != "..") names.emplace_back(name);
    }
    ::closedir(folder);
    std::sort(names.begin(), names.end());
    return names;
}

}  // namespace

Result<std::string> read_file(const std::filesystem::path& path, std::size_t most,
                              const std::source_location& where) {
    return blocking("read_file", [&] { return read_all(path.string(), most); }, where);
}

Result<void> write_file_atomically(const std::filesystem::path& path, std::string_view content,
                                   const std::source_location& where) {
    return blocking("write_file_atomically", [&] { return replace(path, content); }, where);
}

Result<void> append_file(const std::filesystem::path& path, std::string_view content,
                         const std::source_location& where) {
    return blocking("append_file", [&] { return append(path.string(), content); }, where);
}

Result<std::vector<std::string>> list_folder(const std::filesystem::path& path,
                                             const std::source_location& where) {
    return blocking("list_folder", [&] { return names_in(path.string()); }, where);
}

Result<void> make_folders(const std::filesystem::path& path, const std::source_location& where) {
    return blocking(
        "make_folders",
        [&]() -> Result<void> {
            std::error_code error;
            std::filesystem::create_directories(path, error);
            if (error) return file_error(error.value());
            return {};
        },
        where);
}

Result<void> remove(const std::filesystem::path& path, const std::source_location& where) {
    return blocking(
        "remove",
        [&]() -> Result<void> {
            if (::remove(path.c_str()) != 0) return file_error(errno);
            return {};
        },
        where);
}

}  // namespace weft::inline abi1::fs
