// SPDX-License-Identifier: MIT
// A trainer of one weight that sets and keeps its rate as that of dlib 19.24 does, without its thread.
#ifndef LR_SCHEDULER_TESTS_ADAPTERS_MOCKS_DLIB_DNN_H
#define LR_SCHEDULER_TESTS_ADAPTERS_MOCKS_DLIB_DNN_H

#include <algorithm>
#include <cstddef>
#include <stdexcept>
#include <vector>

namespace dlib {

/// A column of numbers.
template <class T, long, long>
class matrix : public std::vector<T> {
 public:
  matrix() = default;
  explicit matrix(long rows) : std::vector<T>(static_cast<std::size_t>(rows)) {}
  const T& operator()(long i) const { return (*this)[static_cast<std::size_t>(i)]; }
};

struct adam {
  adam(float, float, float) {}
};

/// Its gradients are 1: an update takes the rate from the weight.
template <class Network, class Solver>
class dnn_trainer {
 public:
  dnn_trainer() = default;
  template <class N, class S>
  dnn_trainer(N&, const S&) {}

  double get_learning_rate() const { return learning_rate; }
  void set_learning_rate(double lr) {
    require(lr > 0);
    learning_rate = lr;
    lr_schedule.clear();
    ++changes;
  }
  void set_min_learning_rate(double lr) {
    require(lr > 0);
    lr_schedule.clear();
    min_learning_rate = lr;
  }
  void set_learning_rate_shrink_factor(double) {}  // it never cuts the rate
  void set_max_num_epochs(unsigned long count) { max_num_epochs = count; }
  void set_learning_rate_schedule(const matrix<double, 0, 1>& schedule) {
    set_learning_rate(schedule(0));
    set_min_learning_rate(*std::min_element(schedule.begin(), schedule.end()));
    lr_schedule = schedule;
    lr_schedule_pos = 0;
  }

  void train_one_step() {
    rates.push_back(learning_rate);
    if (lr_schedule.empty()) return;
    learning_rate = lr_schedule_pos < lr_schedule.size() ? lr_schedule[lr_schedule_pos++] : lr_schedule.back() * 0.99;
  }

  /// train() with data of so many batches. The epochs are counted on from those of the call before.
  void train(int batches) {
    for (; epoch_iteration < max_num_epochs && learning_rate >= min_learning_rate; ++epoch_iteration) {
      for (int i = 0; i < batches && learning_rate >= min_learning_rate; ++i) train_one_step();
    }
  }
  template <class T>
  void train(const std::vector<T>& inputs, const std::vector<T>&) {
    train(static_cast<int>(inputs.size()));
  }

  std::vector<double> rates;  ///< Of each update.
  int changes = 0;            ///< Each makes the real one wait.

 private:
  static void require(bool condition) {
    if (!condition) throw std::logic_error("DLIB_CASSERT");
  }

  double learning_rate = 1e-2;
  double min_learning_rate = 1e-5;
  unsigned long max_num_epochs = 10000;
  unsigned long epoch_iteration = 0;
  std::vector<double> lr_schedule;
  std::size_t lr_schedule_pos = 0;
};

}  // namespace dlib

#endif  // LR_SCHEDULER_TESTS_ADAPTERS_MOCKS_DLIB_DNN_H
