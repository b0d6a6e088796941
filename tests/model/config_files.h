// A config.json written and read back.
#pragma once

#include <gtest/gtest.h>

#include <string>

#include "base/file.h"
#include "base/json.h"
#include "model/config.h"
#include "tests/support.h"

namespace braid::test {

class ConfigTest : public ::testing::Test {
 protected:
  ModelConfig load(const Json& json) {
    write_file_atomic(directory_.path() / "config.json", json.dump());
    return load_model_config(directory_.path());
  }
  std::string error_of(const Json& json) {
    return test::error_of([&] { load(json); });
  }
  // A config of `family` with some fields of its own.
  static Json with(const std::string& family, const Json& fields) {
    Json json = {{"model_type", family}};
    json.update(fields);
    return json;
  }

  TemporaryDirectory directory_;
};

}  // namespace braid::test
