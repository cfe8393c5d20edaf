pub fn greeting(names: &[&str]) -> String {
    let mut out = String::new();
    for name in names {
        out.push_str(name);
    }
    out
}
