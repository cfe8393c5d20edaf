use std::cmp::Ordering;

pub fn words(line: &str) -> Vec<String> {
    line.split_whitespace().map(|w| w.to_string()).collect()
}

pub fn digits(text: &str) -> Option<u32> {
    let mut sum = 0;
    for c in text {
        let d = c.to_digit(10)?;
        sum += d;
    }
    Some(sum)
}

pub fn initials(line: &str) -> String {
    let parts = words(line);
    parts.iter().filter_map(|w| w.chars().next()).collect::<String>()
}

pub fn reversed(text: &str) -> String {
    text.chars().rev().collect()
}

pub fn compare(a: &[f64], b: &[f64]) -> Ordering {
    let x = average(a);
    let y = average(b);
    if x < y { Ordering::Less } else { Ordering::Greater }
}

fn average(list: &[f64]) -> f64 {
    let total: f64 = list.iter().sum();
    total / list.len() as f64
}

pub fn biggest<T: PartialOrd + Copy>(list: &[T]) -> T {
    let mut best = list[0];
    for &item in list {
        if item > best {
            best = item;
        }
    }
    best
}

pub fn pick(text: &str, n: usize) -> Vec<char> {
    let all: Vec<char> = text.chars().collect();
    let mut out = Vec::new();
    for i in 0..n {
        out.push(all[i]);
    }
    out
}

pub fn at(list: &[i32], index: u32) -> i32 {
    list[index as usize]
}

pub fn count_vowels(text: &str) -> usize {
    text.chars().filter(|c| *c == 'a' || *c == 'e').count()
}
