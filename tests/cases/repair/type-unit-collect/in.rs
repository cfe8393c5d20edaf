pub fn lookup(keys: &[&str]) {
    keys.iter()
        .map(|k| match *k {
            "one" => Some(1u8),
            "two" => Some(2),
            _ => None,
        })
        .collect()
}
