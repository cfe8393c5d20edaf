#include "proxy/openapi_request.h"

#include <gmock/gmock.h>

namespace rustcoder::proxy {
namespace {

using testing::HasSubstr;

constexpr const char* pets = R"(
openapi: 3.0.3
info: {title: Pets, version: '1.0'}
servers: [{url: 'https://{host}/v1/', variables: {host: {default: pets.test}}}]
components:
  securitySchemes: {key: {type: apiKey, in: header, name: X-Key}}
  schemas:
    Node: {type: object, properties: {name: {type: string, nullable: true}, child: {$ref: '#/components/schemas/Node'},
                                      id: {type: integer, readOnly: true}}}
security: [{key: []}]
paths:
  /pets/{id}:
    parameters: [{name: id, in: path, required: true, schema: {type: string}}]
    get:
      operationId: pets/get one
      tags: [pets]
      parameters:
        - {name: tags, in: query, schema: {type: array, items: {type: string}}}
        - {name: ids, in: query, explode: false, schema: {type: array, items: {type: integer}}}
        - {name: f, in: query, style: deepObject, schema: {type: object}}
        - {name: sess, in: cookie, schema: {type: string}}
      responses: {200: {description: ok}}
    post:
      requestBody: {required: true, content: {application/json: {schema: {$ref: '#/components/schemas/Node'}}}}
      responses: {200: {description: ok}}
  /a-path-that-is-so-long-that-no-client-would-take-the-name-that-is-made-of-it/{x}:
    get: {responses: {200: {description: ok}}}
)";

json::object document() {
    auto d = read_openapi(pets);
    EXPECT_TRUE(d.has_value()) << (d ? "" : d.error().text());
    return d ? *d : json::object();
}

json::object arguments(std::string_view text) {
    return base::parse_json(text)->as_object();
}

TEST(OpenApi, NamesAreLegalAndUnique) {
    const auto operations = list_operations(document());
    ASSERT_EQ(operations.size(), 3u);
    EXPECT_EQ(operations[0].tool.name, "pets_get_one");
    EXPECT_EQ(operations[1].tool.name, "post_pets_id");
    EXPECT_EQ(operations[2].tool.name.size(), 64u);
    EXPECT_EQ(list_operations(document(), {.tags = {"PETS"}}).size(), 1u);
    EXPECT_EQ(list_operations(document(), {.methods = {"post"}}).size(), 1u);
    EXPECT_EQ(list_operations(document(), {.paths = {"/pets/*"}}).size(), 2u);
}

TEST(OpenApi, SchemasAreWholeAndEndAtRecursion) {
    const auto operations = list_operations(document());
    const auto& schema = operations[1].tool.input_schema;
    EXPECT_EQ(base::get_string(schema, "type"), "object");
    const auto text = base::dump(schema);
    EXPECT_THAT(text, testing::Not(HasSubstr("$ref")));
    EXPECT_THAT(text, testing::Not(HasSubstr("integer"))) << "what only the server sets is not asked for";
    EXPECT_THAT(text, HasSubstr(R"("anyOf":[{"type":"string"},{"type":"null"}])"));
    EXPECT_THAT(text, HasSubstr("Another Node."));
    EXPECT_THAT(text, HasSubstr(R"("required":["id","body"])"));
}

TEST(OpenApi, ArgumentsGoWhereTheDescriptionSays) {
    const auto operations = list_operations(document());
    Service service{server_url(document(), ""), {}, "secret"};
    EXPECT_EQ(service.base, "https://pets.test/v1");
    const auto request =
        build_request(service, operations[0],
                      arguments(R"({"id":"a b/c","tags":["x","y&z"],"ids":[1,2],"f":{"k":"v"},"sess":"s 1"})"));
    ASSERT_TRUE(request.has_value());
    EXPECT_EQ(request->url, "https://pets.test/v1/pets/a%20b%2Fc?tags=x&tags=y%26z&ids=1,2&f[k]=v");
    EXPECT_EQ(request->headers.get("Cookie"), "sess=s%201");
    EXPECT_EQ(request->headers.get("X-Key"), "secret");
    const auto post = build_request(service, operations[1], arguments(R"({"id":"1","body":{"name":null}})"));
    ASSERT_TRUE(post.has_value());
    EXPECT_EQ(post->body, R"({"name":null})");
    EXPECT_EQ(post->headers.get("Content-Type"), "application/json");
}

TEST(OpenApi, WrongArgumentsAreExplained) {
    const auto operations = list_operations(document());
    const Service service{"https://pets.test", {}, ""};
    const auto text = [&](std::size_t operation, std::string_view a) {
        const auto r = build_request(service, operations[operation], arguments(a));
        return r ? "sent to " + r->url : r.error().text();
    };
    EXPECT_THAT(text(0, "{}"), HasSubstr("\"id\" is required"));
    EXPECT_THAT(text(0, R"({"id":"1","tag":"x"})"), HasSubstr("It takes: tags, ids, f, sess, id"));
    EXPECT_THAT(text(1, R"({"id":"1"})"), HasSubstr("\"body\" is required"));
    EXPECT_THAT(text(0, R"({"id":".."})"), HasSubstr("may not be"));
}

TEST(OpenApi, AnswersAreShaped) {
    const auto operations = list_operations(document());
    net::ClientResponse r;
    r.status = 200;
    r.headers.set("Content-Type", "application/json");
    r.body = "[" + std::string(400, '1') + "]";
    const auto cut = base::dump(to_json(shape_answer(operations[0], r, {.bytes = 100}, false)));
    EXPECT_THAT(cut, HasSubstr("cut after 100 bytes"));
    EXPECT_THAT(cut, HasSubstr(R"("isError":false)"));
    r.status = 404;
    r.body = R"({"message":"none"})";
    const auto missing = base::dump(to_json(shape_answer(operations[0], r, {}, false)));
    EXPECT_THAT(missing, HasSubstr(R"("isError":true)"));
    EXPECT_THAT(missing, HasSubstr("404 Not Found"));
    r.status = 200;
    r.headers.set("Content-Type", "image/png");
    r.body = std::string("\x89PNG\0\1", 6);
    EXPECT_THAT(base::dump(to_json(shape_answer(operations[0], r, {}, false))), HasSubstr("image/png (6 bytes)"));
}

TEST(OpenApi, OtherTextsAreRefused) {
    EXPECT_FALSE(read_openapi("{").has_value());
    EXPECT_FALSE(read_openapi("swagger: '2.0'\npaths: {}").has_value());
    EXPECT_FALSE(read_openapi("a: &a [*a]").has_value());
    EXPECT_TRUE(read_openapi(R"({"openapi":"3.1.0","paths":{}})").has_value());
}

} // namespace
} // namespace rustcoder::proxy
