// SPDX-License-Identifier: MIT
// What becomes of a checkpoint file where it cannot be written, or where its writer is killed: it is the old one or the
// new one, whole. Each act runs in a process of its own.
#include <lr_scheduler/checkpoint.hpp>

#include "support/catch.hpp"
#include "support/checkers.hpp"

#if defined(__linux__) && defined(__GLIBC__)

#include <algorithm>
#include <csignal>
#include <cstddef>
#include <filesystem>
#include <stdexcept>
#include <string>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>
#include <vector>

namespace lr_scheduler::testing {
namespace {

/// A folder with a checkpoint file in it, of a run after one step; and the state after two.
struct Folder {
  Folder() {
    std::filesystem::remove_all(path);
    std::filesystem::create_directories(path);
    StepLR<double> scheduler{groups, {.step_size = 2, .gamma = 0.5}};
    scheduler.step();
    older = to_json(scheduler.state_dict());
    scheduler.step();
    newer = to_json(scheduler.state_dict());
    save_checkpoint(file, older);
  }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;
  ~Folder() { std::filesystem::remove_all(path); }

  [[nodiscard]] bool has_older() const { return load_checkpoint(file) == older; }
  [[nodiscard]] bool has_newer() const { return load_checkpoint(file) == newer; }

  const std::filesystem::path path =
      std::filesystem::temp_directory_path() / ("lr_scheduler_checkpoint_faults_" + std::to_string(::getpid()));
  const std::filesystem::path file = path / "scheduler.json";
  const std::filesystem::path partial = path / "scheduler.json.partial";
  Groups<double> groups = two_groups<double>();
  nlohmann::json older{};
  nlohmann::json newer{};
};

enum Outcome { saved, refused, other };

/// What comes of saving the newer state in a process of its own, which is made ready for it.
template <class MakeReady>
Outcome save_in_child(const Folder& folder, const MakeReady& make_ready) {
  const pid_t child = ::fork();
  REQUIRE(child >= 0);
  if (child == 0) {
    Outcome outcome = other;
    try {
      make_ready();
      save_checkpoint(folder.file, folder.newer);
      outcome = saved;
    } catch (const std::runtime_error& error) {
      if (error.what() == "cannot write the checkpoint " + folder.file.string()) outcome = refused;
    } catch (...) {
    }
    ::_exit(outcome);
  }
  int status = 0;
  REQUIRE(::waitpid(child, &status, 0) == child);
  return WIFEXITED(status) ? static_cast<Outcome>(WEXITSTATUS(status)) : other;
}

TEST_CASE("on a disk that is full after any number of bytes the old checkpoint stays") {
  const Folder folder;
  const std::size_t size = folder.newer.dump().size();
  for (std::size_t room = 0; room < size; room += 1 + room / 4) {
    INFO("room for " << room << " of " << size << " bytes");
    const Outcome outcome = save_in_child(folder, [&] {
      std::signal(SIGXFSZ, SIG_IGN);
      const rlimit limit{room, room};
      if (::setrlimit(RLIMIT_FSIZE, &limit) != 0) throw std::logic_error("no limit");
    });
    CHECK(outcome == refused);
    CHECK(folder.has_older());
    CHECK_FALSE(std::filesystem::exists(folder.partial));
  }
  CHECK(save_in_child(folder, [] {}) == saved);
  CHECK(folder.has_newer());
}

TEST_CASE("on a device that is full the old checkpoint stays") {
  const Folder folder;
  std::filesystem::create_symlink("/dev/full", folder.partial);
  CHECK(save_in_child(folder, [] {}) == refused);
  CHECK(folder.has_older());
  CHECK(save_in_child(folder, [] {}) == saved);
  CHECK(folder.has_newer());
}

TEST_CASE("in a folder that is not to be written the old checkpoint stays") {
  const Folder folder;
  REQUIRE(::chmod(folder.path.c_str(), 0555) == 0);
  const Outcome outcome = save_in_child(folder, [] {
    constexpr uid_t nobody = 65534;  // root may write everywhere
    if (::geteuid() == 0 && ::setuid(nobody) != 0) throw std::logic_error("still root");
  });
  REQUIRE(::chmod(folder.path.c_str(), 0755) == 0);
  CHECK(outcome == refused);
  CHECK(folder.has_older());
}

TEST_CASE("where a folder has the name of the checkpoint it stays, and nothing is left beside it") {
  const Folder folder;
  std::filesystem::remove(folder.file);
  std::filesystem::create_directories(folder.file / "inside");
  CHECK(save_in_child(folder, [] {}) == refused);
  CHECK(std::filesystem::is_directory(folder.file / "inside"));
  CHECK_FALSE(std::filesystem::exists(folder.partial));
}

/// The system calls that a process makes, each of which stops it twice: before it is made and after.
struct Traced {
  std::vector<long> calls{};
  bool is_killed = false;
  bool may_trace = true;
};

/// Saves the newer state in a process that is killed at one of its stops, from 1; 0: at none.
Traced save_traced(const Folder& folder, int killed_at) {
  Traced traced;
  const pid_t child = ::fork();
  REQUIRE(child >= 0);
  if (child == 0) {
    if (::ptrace(PTRACE_TRACEME, 0, nullptr, nullptr) != 0) ::_exit(other);
    std::raise(SIGSTOP);
    save_checkpoint(folder.file, folder.newer);
    ::_exit(saved);
  }
  int status = 0;
  REQUIRE(::waitpid(child, &status, 0) == child);
  if (!WIFSTOPPED(status)) {
    traced.may_trace = false;
    return traced;
  }
  REQUIRE(::ptrace(PTRACE_SETOPTIONS, child, nullptr, PTRACE_O_TRACESYSGOOD | PTRACE_O_EXITKILL) == 0);
  for (int stop = 1;; ++stop) {
    REQUIRE(::ptrace(PTRACE_SYSCALL, child, nullptr, nullptr) == 0);
    REQUIRE(::waitpid(child, &status, 0) == child);
    if (!WIFSTOPPED(status)) break;
    __ptrace_syscall_info info{};
    ::ptrace(PTRACE_GET_SYSCALL_INFO, child, sizeof(info), &info);
    if (info.op == PTRACE_SYSCALL_INFO_ENTRY) traced.calls.push_back(static_cast<long>(info.entry.nr));
    if (stop != killed_at) continue;
    REQUIRE(::kill(child, SIGKILL) == 0);
    REQUIRE(::waitpid(child, &status, 0) == child);
    break;
  }
  traced.is_killed = WIFSIGNALED(status);
  if (!traced.is_killed) CHECK(WEXITSTATUS(status) == saved);
  return traced;
}

TEST_CASE("a kill before or after any system call leaves the old checkpoint or the new one, and the next is saved") {
  const Folder folder;
  int left_older = 0;
  int left_newer = 0;
  for (int stop = 1;; ++stop) {
    INFO("killed at stop " << stop);
    save_checkpoint(folder.file, folder.older);
    const Traced traced = save_traced(folder, stop);
    if (!traced.may_trace) {
      WARN("not tested: this process may not trace another");
      return;
    }
    if (!traced.is_killed) break;
    const bool is_newer = folder.has_newer();
    if (!is_newer && !folder.has_older()) FAIL("the file is neither");
    ++(is_newer ? left_newer : left_older);
    save_checkpoint(folder.file, folder.newer);
    CHECK(folder.has_newer());
  }
  CHECK(left_older > 5);
  CHECK(left_newer > 0);
}

TEST_CASE("a checkpoint is on the disk before it takes the place of the old one") {
  const Folder folder;
  const Traced traced = save_traced(folder, 0);
  if (!traced.may_trace || traced.calls.empty()) {
    WARN("not tested: this process may not trace another, or not see its calls");
    return;
  }
  const auto last = [&](std::vector<long> wanted) {
    long place = -1;
    for (std::size_t i = 0; i < traced.calls.size(); ++i) {
      if (std::find(wanted.begin(), wanted.end(), traced.calls[i]) != wanted.end()) place = static_cast<long>(i);
    }
    return place;
  };
  const long written = last({SYS_write, SYS_writev});
  const long synced = last({SYS_fsync, SYS_fdatasync});
#ifdef SYS_rename
  const long renamed = last({SYS_rename, SYS_renameat, SYS_renameat2});
#else
  const long renamed = last({SYS_renameat, SYS_renameat2});
#endif
  CHECK(written >= 0);
  CHECK(synced > written);
  CHECK(renamed > synced);
}

}  // namespace
}  // namespace lr_scheduler::testing

#else

TEST_CASE("a kill before or after any system call leaves the old checkpoint or the new one, and the next is saved") {
  WARN("not tested: processes are limited, killed and watched on Linux alone");
  SUCCEED();
}

#endif
