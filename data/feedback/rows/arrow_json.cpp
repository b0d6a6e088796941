// Conversion of Arrow arrays.
#include "data/feedback/rows/arrow_json.h"

#include <arrow/array.h>
#include <arrow/scalar.h>
#include <arrow/type.h>

#include <charconv>
#include <cmath>

#include "base/error.h"
#include "data/text/utf8.h"

namespace braid {
namespace {

// A value of 32 bits as its shortest decimal, which is what a text file of the same table holds.
Json shortest(float value) {
  if (std::isinf(value)) return value;
  const std::string text = fmt::format("{}", value);
  double number = 0;
  std::from_chars(text.data(), text.data() + text.size(), number);
  return number;
}

Json text_value(std::string_view text) {
  if (find_invalid_utf8(text) != std::string_view::npos) fail("not UTF-8 text");
  return std::string(text);
}

template <typename ArrayType>
auto value_at(const arrow::Array& array, int64_t index) {
  return static_cast<const ArrayType&>(array).Value(index);
}

template <typename ArrayType>
Json text_at(const arrow::Array& array, int64_t index) {
  return text_value(static_cast<const ArrayType&>(array).GetView(index));
}

template <typename ListType>
Json list_at(const arrow::Array& array, int64_t index) {
  const auto& lists = static_cast<const ListType&>(array);
  const arrow::Array& values = *lists.values();
  Json result = Json::array();
  const int64_t begin = lists.value_offset(index);
  for (int64_t i = 0; i < lists.value_length(index); ++i) {
    result.push_back(arrow_to_json(values, begin + i));
  }
  return result;
}

Json struct_at(const arrow::Array& array, int64_t index) {
  const auto& structs = static_cast<const arrow::StructArray&>(array);
  Json result = Json::object();
  for (int field = 0; field < structs.num_fields(); ++field) {
    result[structs.struct_type()->field(field)->name()] =
        arrow_to_json(*structs.field(field), index);
  }
  return result;
}

Json map_at(const arrow::Array& array, int64_t index) {
  const auto& maps = static_cast<const arrow::MapArray&>(array);
  Json result = Json::object();
  const int64_t begin = maps.value_offset(index);
  for (int64_t i = begin; i < begin + maps.value_length(index); ++i) {
    const Json key = arrow_to_json(*maps.keys(), i);
    if (!key.is_string()) fail("a map whose keys are not text");
    result[key.get_ref<const std::string&>()] = arrow_to_json(*maps.items(), i);
  }
  return result;
}

Json printed_at(const arrow::Array& array, int64_t index) {
  const auto scalar = array.GetScalar(index);
  if (!scalar.ok()) fail("{}", scalar.status().message());
  return (*scalar)->ToString();
}

}  // namespace

Json arrow_to_json(const arrow::Array& array, int64_t index) {
  if (array.IsNull(index)) return nullptr;
  switch (array.type_id()) {
    case arrow::Type::NA:
      return nullptr;
    case arrow::Type::BOOL:
      return value_at<arrow::BooleanArray>(array, index);
    case arrow::Type::INT8:
      return value_at<arrow::Int8Array>(array, index);
    case arrow::Type::INT16:
      return value_at<arrow::Int16Array>(array, index);
    case arrow::Type::INT32:
      return value_at<arrow::Int32Array>(array, index);
    case arrow::Type::INT64:
      return value_at<arrow::Int64Array>(array, index);
    case arrow::Type::UINT8:
      return value_at<arrow::UInt8Array>(array, index);
    case arrow::Type::UINT16:
      return value_at<arrow::UInt16Array>(array, index);
    case arrow::Type::UINT32:
      return value_at<arrow::UInt32Array>(array, index);
    case arrow::Type::UINT64:
      return value_at<arrow::UInt64Array>(array, index);
    case arrow::Type::FLOAT: {
      const float value = value_at<arrow::FloatArray>(array, index);
      return std::isnan(value) ? Json(nullptr) : shortest(value);
    }
    case arrow::Type::DOUBLE: {
      const double value = value_at<arrow::DoubleArray>(array, index);
      return std::isnan(value) ? Json(nullptr) : Json(value);
    }
    case arrow::Type::STRING:
    case arrow::Type::BINARY:
      return text_at<arrow::BinaryArray>(array, index);
    case arrow::Type::LARGE_STRING:
    case arrow::Type::LARGE_BINARY:
      return text_at<arrow::LargeBinaryArray>(array, index);
    case arrow::Type::STRING_VIEW:
    case arrow::Type::BINARY_VIEW:
      return text_at<arrow::BinaryViewArray>(array, index);
    case arrow::Type::LIST:
      return list_at<arrow::ListArray>(array, index);
    case arrow::Type::LARGE_LIST:
      return list_at<arrow::LargeListArray>(array, index);
    case arrow::Type::FIXED_SIZE_LIST:
      return list_at<arrow::FixedSizeListArray>(array, index);
    case arrow::Type::STRUCT:
      return struct_at(array, index);
    case arrow::Type::MAP:
      return map_at(array, index);
    case arrow::Type::DICTIONARY: {
      const auto& coded = static_cast<const arrow::DictionaryArray&>(array);
      return arrow_to_json(*coded.dictionary(), coded.GetValueIndex(index));
    }
    case arrow::Type::DECIMAL128:
    case arrow::Type::DECIMAL256:
    case arrow::Type::DATE32:
    case arrow::Type::DATE64:
    case arrow::Type::TIME32:
    case arrow::Type::TIME64:
    case arrow::Type::TIMESTAMP:
      return printed_at(array, index);
    default:
      fail("a value of type {}; convert the column to text or numbers", array.type()->ToString());
  }
}

}  // namespace braid
