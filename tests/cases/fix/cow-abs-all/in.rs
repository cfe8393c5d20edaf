// prints: owned [0, 1, 2]
use std::borrow::Cow;

fn abs_all(input: &mut Cow<[i32]>) {
    for i in 0..input.len() {
        if input[i] < 0 {
            input[i] = -input[i];
        }
    }
}

fn main() {
    let data = [0, -1, 2];
    let mut cow = Cow::from(&data);
    abs_all(&mut cow);
    match cow {
        Cow::Owned(v) => println!("owned {v:?}"),
        Cow::Borrowed(v) => println!("borrowed {v:?}"),
    }
}
