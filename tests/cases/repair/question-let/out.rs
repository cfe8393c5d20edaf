fn price(word: &str) -> Result<u32, String> {
    word.parse().map_err(|_| format!("no price: {word}"))
}

pub fn total(line: &str) -> Result<u32, String> {
    let mut sum = 0;
    for word in line.split(',') {
        let value = price(word)?;
        sum += value;
    }
    Ok(sum)
}
