// prints: 6
fn main() {
    let mut stack = vec![1, 2, 3];
    let mut sum = 0;
    while let top = stack.pop() {
        sum += top;
    }
    println!("{}", sum);
}
