//! Plane shapes and their areas.

pub struct Rectangle {
    pub width: f64,
    pub height: f64,
}

pub trait Area {
    fn area(&self) -> f64;
}

impl Area for Rectangle {
    fn area(&self) -> f64 {
        self.width * self.heigth
    }
}

pub fn largest<'a>(shapes: &'a [Rectangle]) -> Option<&'a Rectangle> {
    shapes.iter().max_by(|a, b| a.area().total_cmp(&b.area()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn area_is_width_times_height() {
        assert_eq!(Rectangle { width: 2.0, height: 3.5 }.area(), 7.0);
    }
}
