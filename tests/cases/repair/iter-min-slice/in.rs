pub struct Heights {
    cells: Vec<u32>,
}

impl Heights {
    pub fn new(cells: &[u32]) -> Self {
        Heights { cells: cells.to_vec() }
    }
    pub fn peak(&self) -> Option<u32> {
        self.cells.iter().max().cloned()
    }
    pub fn low(&self) -> Option<&u32> {
        self.cells.min()
    }
}
