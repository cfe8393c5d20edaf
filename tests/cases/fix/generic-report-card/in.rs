// Grades are numbers or letters.
// prints: Tom (12) got 2.1
// prints: Gary (11) got A+
struct ReportCard<T> {
    grade: T,
    name: String,
    age: u8,
}

impl<T> ReportCard<T> {
    fn print(&self) -> String {
        format!("{} ({}) got {}", &self.name, &self.age, &self.grade)
    }
}

fn main() {
    println!("{}", ReportCard { grade: 2.1, name: "Tom".to_string(), age: 12 }.print());
    println!("{}", ReportCard { grade: "A+", name: "Gary".to_string(), age: 11 }.print());
}
