pub struct Slot {
    value: u32,
}

impl Slot {
    pub fn swap_in(&mut self, value: u32) -> u32 {
        std::mem::replace(&mut self.value, value)
    }
}
