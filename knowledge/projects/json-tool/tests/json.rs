use json_tool::{parse, Json, INDENT, MAX_DEPTH};

fn message(text: &str) -> String {
    parse(text).unwrap_err().to_string()
}

#[test]
fn reads_every_kind_of_value() {
    let value = parse(" {\"a\": [null, true, -1.5e3, \"x\"], \"b\": {}} ").unwrap();
    let items = vec![
        Json::Null,
        Json::Bool(true),
        Json::Number("-1.5e3".into()),
        Json::Text("x".into()),
    ];
    let members = vec![("a".into(), Json::Array(items)), ("b".into(), Json::Object(vec![]))];
    assert_eq!(value, Json::Object(members));
}

#[test]
fn escapes_are_understood() {
    let value = parse(r#""\u00e9 \ud83d\ude00 \n \"""#).unwrap();
    assert_eq!(value, Json::Text("é 😀 \n \"".into()));
    assert!(parse(r#""\ud83d""#).is_err());
    assert!(parse(r#""\x""#).is_err());
}

#[test]
fn errors_have_line_and_column() {
    assert_eq!(message("{\n  \"a\" 1}"), "line 2, column 7: expected ':' after the key");
    assert_eq!(message("[1,]"), "line 1, column 4: expected a value");
    assert_eq!(message(""), "line 1, column 1: the document ends too early");
}

#[test]
fn malformed_documents_are_refused() {
    for text in ["01", "1.", "+1", "[1 2]", "{a:1}", "\"open", "nul", "1 2", "{\"a\":1,\"a\":2}"] {
        assert!(parse(text).is_err(), "{text}");
    }
}

#[test]
fn nesting_is_limited() {
    let nested = |depth: usize| "[".repeat(depth) + &"]".repeat(depth);
    assert!(parse(&nested(MAX_DEPTH)).is_ok());
    assert!(parse(&nested(MAX_DEPTH + 1)).is_err());
}

#[test]
fn printing_and_parsing_agree() {
    let value = parse(r#"{"a":[1,[],{"b":"\u0001\"\\"}],"c":null}"#).unwrap();
    assert_eq!(parse(&value.pretty()).unwrap(), value);
    let indented = format!("[\n{}1\n]", " ".repeat(INDENT));
    assert_eq!(parse("[1]").unwrap().pretty(), indented);
}

// @feature compact
#[test]
fn compact_form_has_no_white_space() {
    assert_eq!(parse("{ \"a\" : [ 1, 2 ] }").unwrap().compact(), "{\"a\":[1,2]}");
}
// @end

// @feature sort
#[test]
fn keys_are_sorted_at_every_level() {
    let mut value = parse(r#"{"b":{"d":1,"c":2},"a":3}"#).unwrap();
    value.sort_keys();
    assert_eq!(value, parse(r#"{"a":3,"b":{"c":2,"d":1}}"#).unwrap());
}
// @end

// @feature query
#[test]
fn paths_lead_to_values() {
    let value = parse(r#"{"users":[{"name":"Ann"}]}"#).unwrap();
    assert_eq!(value.at("users.0.name"), Some(&Json::Text("Ann".into())));
    assert_eq!(value.at("users.1"), None);
    assert_eq!(value.at(""), Some(&value));
}
// @end
