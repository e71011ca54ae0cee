// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <source_location>
#include <string>
#include <string_view>
#include <vector>

#include "weft/result.h"

/// Files. A disk can make its thread wait and no poller helps, so each call runs through
/// blocking(): it parks the goroutine, and one that has started is waited for even if the context
/// ends. Errors: not_found/"file", forbidden/"permission", conflict/"exists",
/// unavailable/"disk-full", unavailable/"io" with the system's words as text.
namespace weft::inline abi1::fs {

/// The whole content. Errors: also refused/"too-large", when it is longer than `most`.
Result<std::string> read_file(const std::filesystem::path& path, std::size_t most = SIZE_MAX,
                              const std::source_location& where = std::source_location::current());

/// Writes so that after a crash the file has either its old content or the new one, and after a
/// return with success, the new one: a temporary file beside it, fsync, rename, fsync of the
/// folder. Keeps the permissions of a file that is replaced; a new one gets 0666 less the umask.
Result<void> write_file_atomically(
    const std::filesystem::path& path, std::string_view content,
    const std::source_location& where = std::source_location::current());

/// Adds to the end of the file, in one write, and fsyncs it. Makes the file if it is not there.
Result<void> append_file(const std::filesystem::path& path, std::string_view content,
                         const std::source_location& where = std::source_location::current());

/// The names in a folder, in order, without "." and "..".
Result<std::vector<std::string>> list_folder(
    const std::filesystem::path& path,
    const std::source_location& where = std::source_location::current());

/// Makes a folder and those above it. One that is there is fine.
Result<void> make_folders(const std::filesystem::path& path,
                          const std::source_location& where = std::source_location::current());

/// Removes a file or an empty folder. Errors: not_found/"file".
Result<void> remove(const std::filesystem::path& path,
                    const std::source_location& where = std::source_location::current());

}  // namespace weft::inline abi1::fs
