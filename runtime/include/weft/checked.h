// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <source_location>
#include <utility>

#include "weft/detail/spin_lock.h"

namespace weft::inline abi1 {

namespace detail {

/// The marks of who uses a Checked value just now.
class UseMarks {
  public:
    /// One use, as long as it lives.
    class Use {
      public:
        Use(UseMarks& marks, bool writes, const std::source_location& where) noexcept;
        ~Use();
        Use(const Use&) = delete;
        Use& operator=(const Use&) = delete;

      private:
        friend class UseMarks;
        UseMarks* marks_;
        Use* next_ = nullptr;
        Use* previous_ = nullptr;
        std::uint64_t goroutine_ = 0;
        const char* name_ = nullptr;
        bool writes_;
        std::source_location where_;
    };
    UseMarks(const char* name, const std::source_location& where) noexcept
        : name_(name), made_at_(where) {}
    ~UseMarks();

  private:
    [[noreturn]] void report(const Use& one, const Use& other) const noexcept;
    SpinLock lock_;
    Use* uses_ = nullptr;
    const char* name_;
    const std::source_location made_at_;
};

/// Access to a checked value, marked as long as it lives.
template <class T>
class CheckedUse {
  public:
    CheckedUse(T& value, UseMarks& marks, bool writes, const std::source_location& where) noexcept
        : value_(&value), use_(marks, writes, where) {}
    T& operator*() & noexcept { return *value_; }
    T& operator*() && = delete;  // the mark would be gone before the reference is used
    T* operator->() noexcept { return value_; }
    auto begin() & { return value_->begin(); }
    auto end() & { return value_->end(); }

  private:
    T* value_;
    UseMarks::Use use_;
};

}  // namespace detail

/// A value that several goroutines may use, but never at the same time, without a lock because the
/// program's shape forbids it (one goroutine owns it; a phase ends before the next begins). Each
/// use leaves a mark; two that exclude each other end the process with a report that names both. So
/// an iterator held across a wait, while somebody else writes, is found where it happens.
///
/// Shape:   many readers, or one writer. A use lasts as long as what read() or write() returned.
/// Errors:  a writer beside any other use, also of the same goroutine, is a contract breach.
/// Blocks:  never: this is a check, not a lock. Two uses that never meet are not found.
/// Source:  Go runtime, "concurrent map writes".
template <class T>
class Checked {
  public:
    /// `name` (a literal) appears in reports.
    explicit Checked(T value = T(), const char* name = nullptr,
                     const std::source_location& where = std::source_location::current())
        : value_(std::move(value)), marks_(name, where) {}

    /// Access for reading, marked as long as what it returns lives.
    [[nodiscard]] auto read(
        const std::source_location& where = std::source_location::current()) const noexcept {
        return detail::CheckedUse<const T>(value_, marks_, false, where);
    }
    /// Access alone.
    [[nodiscard]] auto write(
        const std::source_location& where = std::source_location::current()) noexcept {
        return detail::CheckedUse<T>(value_, marks_, true, where);
    }

  private:
    T value_;
    mutable detail::UseMarks marks_;
};

}  // namespace weft::inline abi1
