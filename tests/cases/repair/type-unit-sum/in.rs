pub fn total(prices: &[u32]) {
    prices.iter().sum()
}
