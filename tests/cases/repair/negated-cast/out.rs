pub fn record(history: &mut Vec<i64>, amount: u64) {
    history.push(-(amount as i64));
}
