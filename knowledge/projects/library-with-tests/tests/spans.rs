use library_with_tests::Span;

#[test]
fn spans_are_ordered_by_length() {
    let mut spans: Vec<Span> = ["1m", "2s", "1h"].iter().map(|s| s.parse().unwrap()).collect();
    spans.sort();
    let shown: Vec<String> = spans.iter().map(Span::to_string).collect();
    assert_eq!(shown, ["2s", "1m", "1h"]);
}
