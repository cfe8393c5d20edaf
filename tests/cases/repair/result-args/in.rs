#[derive(Debug)]
pub enum Bad {
    Empty,
}

pub fn first(v: &[u8]) -> Result<u8> {
    if v.is_empty() {
        return Err(Bad::Empty);
    }
    Ok(v[0])
}
