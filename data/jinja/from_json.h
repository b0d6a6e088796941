// Variables given to a rendering, as values.
#pragma once

#include "base/json.h"
#include "data/jinja/value.h"

namespace braid::jinja {

// Foreign roles of messages are the exception that JinjaTemplate::render documents.
//
// Strings are not copied: `json` must outlive the runtime's arena. Problem for an integer beyond 64
// signed bits and for nesting beyond the limit of the rendering.
Value from_json(Runtime& runtime, const Json& json, Marks marks);

}  // namespace braid::jinja
