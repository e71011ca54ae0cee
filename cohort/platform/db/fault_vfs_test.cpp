// SPDX-License-Identifier: Apache-2.0
// The model of the disk. A write is certain once a later sync of its file succeeded. After a sync
// that failed, what was written before it is never certain again, as on Linux, where the kernel
// reports a lost page once and then calls it clean. Names of files are certain at once: the store
// syncs its folder itself and SQLite syncs it for the WAL.
#include "cohort/platform/db/fault_vfs.h"

#include <algorithm>
#include <atomic>
#include <cstring>
#include <fstream>
#include <limits>
#include <map>

#include "tests/support/temp_folder.h"
#include "tests/support/test.h"

namespace cohort::db {

namespace {

constexpr std::int64_t sector = 512;

std::string file_name(const char* path) {
    const std::string_view whole = path == nullptr ? "temporary" : path;
    return std::string(whole.substr(whole.rfind('/') + 1));
}

}  // namespace

// --- one open file ------------------------------------------------------------------------

struct FaultFile {
    sqlite3_file base;
    FaultVfs* vfs;
    const char* path;
    sqlite3_file* real;

    static FaultFile& of(sqlite3_file* file) { return *reinterpret_cast<FaultFile*>(file); }

    static int close(sqlite3_file* file) {
        sqlite3_file* real = of(file).real;
        return real->pMethods == nullptr ? SQLITE_OK : real->pMethods->xClose(real);
    }
    static int read(sqlite3_file* file, void* to, int size, sqlite3_int64 at) {
        FaultFile& self = of(file);
        if (self.vfs->strikes(false)) return SQLITE_IOERR_READ;
        return self.real->pMethods->xRead(self.real, to, size, at);
    }
    static int write(sqlite3_file* file, const void* from, int size, sqlite3_int64 at) {
        FaultFile& self = of(file);
        if (self.vfs->strikes(true))
            return self.vfs->fault_ == FaultVfs::Fault::disk_full ? SQLITE_FULL
                                                                  : SQLITE_IOERR_WRITE;
        const int code = self.real->pMethods->xWrite(self.real, from, size, at);
        if (code == SQLITE_OK)
            self.vfs->note(FaultVfs::Kind::write, self.path, at,
                           {static_cast<const char*>(from), static_cast<std::size_t>(size)});
        return code;
    }
    static int truncate(sqlite3_file* file, sqlite3_int64 size) {
        FaultFile& self = of(file);
        if (self.vfs->strikes(false)) return SQLITE_IOERR_TRUNCATE;
        const int code = self.real->pMethods->xTruncate(self.real, size);
        if (code == SQLITE_OK) self.vfs->note(FaultVfs::Kind::truncate, self.path, size);
        return code;
    }
    static int sync(sqlite3_file* file, int) {
        FaultFile& self = of(file);
        const bool fails = self.vfs->strikes(false);
        self.vfs->note(fails ? FaultVfs::Kind::lost_sync : FaultVfs::Kind::sync, self.path);
        return fails ? SQLITE_IOERR_FSYNC : SQLITE_OK;  // the model syncs; the real disk need not
    }
    static int size(sqlite3_file* file, sqlite3_int64* to) {
        FaultFile& self = of(file);
        if (self.vfs->strikes(false)) return SQLITE_IOERR_FSTAT;
        return self.real->pMethods->xFileSize(self.real, to);
    }
    static int lock(sqlite3_file* file, int level) {
        return of(file).real->pMethods->xLock(of(file).real, level);
    }
    static int unlock(sqlite3_file* file, int level) {
        return of(file).real->pMethods->xUnlock(of(file).real, level);
    }
    static int reserved(sqlite3_file* file, int* to) {
        return of(file).real->pMethods->xCheckReservedLock(of(file).real, to);
    }
    static int control(sqlite3_file* file, int what, void* with) {
        return of(file).real->pMethods->xFileControl(of(file).real, what, with);
    }
    static int sector_size(sqlite3_file*) { return sector; }
    static int characteristics(sqlite3_file*) { return SQLITE_IOCAP_POWERSAFE_OVERWRITE; }
    static int shm_map(sqlite3_file* file, int page, int size, int extend, volatile void** to) {
        return of(file).real->pMethods->xShmMap(of(file).real, page, size, extend, to);
    }
    static int shm_lock(sqlite3_file* file, int at, int count, int how) {
        return of(file).real->pMethods->xShmLock(of(file).real, at, count, how);
    }
    static void shm_barrier(sqlite3_file* file) {
        of(file).real->pMethods->xShmBarrier(of(file).real);
    }
    static int shm_unmap(sqlite3_file* file, int remove) {
        return of(file).real->pMethods->xShmUnmap(of(file).real, remove);
    }

    static const sqlite3_io_methods* methods() {
        static const sqlite3_io_methods table = {2,
                                                 close,
                                                 read,
                                                 write,
                                                 truncate,
                                                 sync,
                                                 size,
                                                 lock,
                                                 unlock,
                                                 reserved,
                                                 control,
                                                 sector_size,
                                                 characteristics,
                                                 shm_map,
                                                 shm_lock,
                                                 shm_barrier,
                                                 shm_unmap,
                                                 nullptr,
                                                 nullptr};
        return &table;
    }
};

// --- the file system ----------------------------------------------------------------------

FaultVfs::FaultVfs() : real_(sqlite3_vfs_find(nullptr)) {
    static std::atomic<int> count{0};
    name_ = "fault" + std::to_string(++count);
    vfs_ = *real_;
    vfs_.pNext = nullptr;
    vfs_.zName = name_.c_str();
    vfs_.pAppData = this;
    vfs_.szOsFile = static_cast<int>(sizeof(FaultFile)) + real_->szOsFile;
    vfs_.xOpen = open;
    vfs_.xDelete = remove;
    // The others are the real one's functions, and look for their own data.
    vfs_.xAccess = [](sqlite3_vfs* v, const char* path, int flags, int* to) {
        sqlite3_vfs* real = static_cast<FaultVfs*>(v->pAppData)->real_;
        return real->xAccess(real, path, flags, to);
    };
    vfs_.xFullPathname = [](sqlite3_vfs* v, const char* path, int size, char* to) {
        sqlite3_vfs* real = static_cast<FaultVfs*>(v->pAppData)->real_;
        return real->xFullPathname(real, path, size, to);
    };
    sqlite3_vfs_register(&vfs_, 0);
}

FaultVfs::~FaultVfs() {
    sqlite3_vfs_unregister(&vfs_);
}

int FaultVfs::open(sqlite3_vfs* v, const char* path, sqlite3_file* file, int flags, int* out) {
    FaultVfs& self = *static_cast<FaultVfs*>(v->pAppData);
    FaultFile& opened = FaultFile::of(file);
    opened.base.pMethods = nullptr;
    if (self.strikes(false)) return SQLITE_CANTOPEN;
    opened.vfs = &self;
    opened.path = path;
    opened.real =
        reinterpret_cast<sqlite3_file*>(reinterpret_cast<char*>(file) + sizeof(FaultFile));
    const int code = self.real_->xOpen(self.real_, path, opened.real, flags, out);
    if (opened.real->pMethods != nullptr) opened.base.pMethods = FaultFile::methods();
    return code;
}

int FaultVfs::remove(sqlite3_vfs* v, const char* path, int sync_folder) {
    FaultVfs& self = *static_cast<FaultVfs*>(v->pAppData);
    if (self.strikes(false)) return SQLITE_IOERR_DELETE;
    const int code = self.real_->xDelete(self.real_, path, sync_folder);
    if (code == SQLITE_OK) self.note(Kind::remove, path);
    return code;
}

bool FaultVfs::strikes(bool needs_room) {
    if (fault_ == Fault::disk_full && !needs_room) return false;
    ++calls_;
    const bool now = fail_from_ > 0 && calls_ >= fail_from_ && calls_ < fail_until_;
    failed_ += now ? 1 : 0;
    return now;
}

void FaultVfs::fail(Fault fault, std::int64_t nth, std::int64_t times) {
    fault_ = fault;
    calls_ = 0;
    failed_ = 0;
    fail_from_ = nth;
    fail_until_ = times > std::numeric_limits<std::int64_t>::max() - nth
                      ? std::numeric_limits<std::int64_t>::max()
                      : nth + times;
}

void FaultVfs::note(Kind kind, const char* path, std::int64_t at, std::string bytes) {
    log_.push_back({kind, file_name(path), at, std::move(bytes)});
}

void FaultVfs::promise(std::int64_t number) {
    note(Kind::promise, "", number);
}

std::vector<std::int64_t> FaultVfs::promised_by(std::size_t moment) const {
    std::vector<std::int64_t> numbers;
    for (std::size_t i = 0; i < moment; ++i)
        if (log_[i].kind == Kind::promise) numbers.push_back(log_[i].at);
    return numbers;
}

std::vector<std::size_t> FaultVfs::certain_from() const {
    std::vector<std::size_t> certain(log_.size(), std::numeric_limits<std::size_t>::max());
    std::map<std::string, std::vector<std::size_t>> waiting;
    for (std::size_t i = 0; i < log_.size(); ++i) {
        auto& pending = waiting[log_[i].file];
        switch (log_[i].kind) {
            case Kind::write:
            case Kind::truncate:
                pending.push_back(i);
                break;
            case Kind::sync:
                for (const std::size_t entry : pending) certain[entry] = i + 1;
                pending.clear();
                break;
            case Kind::lost_sync:
                pending.clear();
                break;
            case Kind::remove:
            case Kind::promise:
                certain[i] = i + 1;
                break;
        }
    }
    return certain;
}

void FaultVfs::power_fails_at(std::size_t moment, const std::string& folder,
                              std::mt19937_64& random, double kept) const {
    std::bernoulli_distribution keep(kept);
    const auto certain = certain_from();
    std::map<std::string, std::string> files;
    for (std::size_t i = 0; i < moment; ++i) {
        const Entry& entry = log_[i];
        std::string& content = files[entry.file];
        const bool sure = certain[i] <= moment;
        if (entry.kind == Kind::remove) files.erase(entry.file);
        if (entry.kind == Kind::truncate && (sure || keep(random)))
            content.resize(static_cast<std::size_t>(entry.at));
        if (entry.kind != Kind::write) continue;
        const auto end = entry.at + static_cast<std::int64_t>(entry.bytes.size());
        for (std::int64_t from = entry.at; from < end;) {
            const std::int64_t to = std::min(end, (from / sector + 1) * sector);
            if (sure || keep(random)) {
                if (content.size() < static_cast<std::size_t>(to))
                    content.resize(static_cast<std::size_t>(to));
                std::memcpy(content.data() + from, entry.bytes.data() + (from - entry.at),
                            static_cast<std::size_t>(to - from));
            }
            from = to;
        }
    }
    for (const auto& [name, content] : files) {
        if (name.empty()) continue;
        std::ofstream(folder + "/" + name, std::ios::binary) << content;
    }
}

// --- tests of the model -------------------------------------------------------------------

namespace {

struct Disk {
    test::TempFolder folder;
    FaultVfs vfs;

    std::string after(std::size_t moment, double kept) const {
        test::TempFolder image;
        std::mt19937_64 random(1);
        vfs.power_fails_at(moment, image.path(), random, kept);
        std::ifstream in(image / "x.db", std::ios::binary);
        return {std::istreambuf_iterator<char>(in), {}};
    }
};

// An open file of the VFS, without SQLite around it.
class OpenFile {
  public:
    OpenFile(Disk& disk) : path_(disk.folder / "x.db") {
        vfs_ = sqlite3_vfs_find(disk.vfs.name().c_str());
        space_.resize(static_cast<std::size_t>(vfs_->szOsFile));
        int out = 0;
        REQUIRE(vfs_->xOpen(vfs_, path_.c_str(), file(),
                            SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_MAIN_DB,
                            &out) == SQLITE_OK);
    }
    ~OpenFile() { file()->pMethods->xClose(file()); }
    int write(const std::string& text, std::int64_t at) {
        return file()->pMethods->xWrite(file(), text.data(), static_cast<int>(text.size()), at);
    }
    int sync() { return file()->pMethods->xSync(file(), SQLITE_SYNC_NORMAL); }

  private:
    sqlite3_file* file() { return reinterpret_cast<sqlite3_file*>(space_.data()); }
    std::string path_;
    sqlite3_vfs* vfs_;
    std::vector<char> space_;
};

}  // namespace

TEST_CASE("the model keeps what was synced and forgets what was not") {
    Disk disk;
    OpenFile file(disk);
    file.write("one", 0);
    file.sync();
    file.write("two", 3);
    CHECK(disk.after(disk.vfs.moments(), 0.0) == "one");
    CHECK(disk.after(disk.vfs.moments(), 1.0) == "onetwo");
}

TEST_CASE("after a failed sync the model never again promises what was written before it") {
    Disk disk;
    OpenFile file(disk);
    file.write("one", 0);
    disk.vfs.fail(FaultVfs::Fault::io_error, 1, 1);
    CHECK(file.sync() == SQLITE_IOERR_FSYNC);
    CHECK(file.sync() == SQLITE_OK);
    CHECK(disk.after(disk.vfs.moments(), 0.0) == "");
}

TEST_CASE("a full disk refuses writes and nothing else, until it has room again") {
    Disk disk;
    OpenFile file(disk);
    disk.vfs.fail(FaultVfs::Fault::disk_full, 2, 1);
    CHECK(file.write("one", 0) == SQLITE_OK);
    CHECK(file.sync() == SQLITE_OK);
    CHECK(file.write("two", 3) == SQLITE_FULL);
    CHECK(file.write("two", 3) == SQLITE_OK);
    CHECK(disk.vfs.failed() == 1);
}

}  // namespace cohort::db
