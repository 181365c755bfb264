// Asynchronous copies to shared memory: a copy takes place when its thread waits for it; with a seed, sometimes at once.
#include "checks.h"
#include "threads.h"

namespace emulator {

namespace {

Copies &copies_here() {
  Copies *&copies = warp->copies[here.lane];
  if (copies == nullptr) copies = new Copies();
  return *copies;
}

// The copy may read and write at any time from its start to its completion, so both are noted.
void note_copy(const Copy &copy) {
  if (copy.valid > 0) note_read(copy.from, copy.valid, copy.by);
  note_write(copy.to, copy.bytes, copy.by);
}

void complete(const Copy &copy) {
  if (CHECKS) note_copy(copy);
  std::memcpy(copy.to, copy.from, copy.valid);
  std::memset(copy.to + copy.valid, 0, copy.bytes - copy.valid);
}

// Completes the first `count` copies.
void complete_first(Copies &copies, size_t count) {
  for (size_t i = 0; i < count; i++) complete(copies.list[i]);
  copies.list.erase(copies.list.begin(), copies.list.begin() + ptrdiff_t(count));
}

}  // namespace

void finish_copies() {
  Copies *&copies = warp->copies[here.lane];
  if (copies == nullptr) return;
  wait_for_all_copies();
  delete copies;
  copies = nullptr;
}

void forget_copies() {
  for (Block *b : blocks) {
    for (Warp &w : b->warps) {
      for (Copies *&copies : w.copies) {
        delete copies;
        copies = nullptr;
      }
    }
  }
}

// ---- What kernels call

void copy_async(void *to, const void *from, unsigned bytes, unsigned valid) {
  if (uintptr_t(to) % bytes != 0 || uintptr_t(from) % bytes != 0) {
    abandon(ILLEGAL_ADDRESS, "it starts a copy of %u bytes whose addresses are not multiples of that", bytes);
  }
  const char *end = warp->block->shared;
  if (to < end - rounded_shared_bytes() || static_cast<char *>(to) + bytes > end) {
    abandon(ILLEGAL_ADDRESS, "it starts a copy to an address outside of the shared memory of its block");
  }
  if (valid > bytes) abandon(LAUNCH_FAILED, "it starts a copy of %u bytes of which %u are valid", bytes, valid);
  const Copy copy = {static_cast<char *>(to), static_cast<const char *>(from), bytes, valid, __builtin_return_address(0)};
  if (CHECKS) note_copy(copy);
  if (one_in(2)) complete(copy);
  else copies_here().list.push_back(copy);
}

void commit_copies() {
  Copies &copies = copies_here();
  copies.ends.push_back(copies.list.size());
}

void wait_for_copies(unsigned groups) {
  Copies &copies = copies_here();
  if (copies.ends.size() <= groups) return;
  const size_t ended = copies.ends.size() - groups, count = copies.ends[ended - 1];
  complete_first(copies, count);
  copies.ends.erase(copies.ends.begin(), copies.ends.begin() + ptrdiff_t(ended));
  for (size_t &end : copies.ends) end -= count;
}

void wait_for_all_copies() {
  Copies &copies = copies_here();
  complete_first(copies, copies.list.size());
  copies.ends.clear();
}

}  // namespace emulator
