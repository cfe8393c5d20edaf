pub fn mean(list: &[u32]) -> f64 {
    list.iter().sum::<u32>() as f64 / 2.0
}
