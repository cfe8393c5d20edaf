//! Expenses with date, category and note, one a line in a text file.

use std::collections::BTreeMap;
use std::fmt;

/// Printed behind amounts.
pub const CURRENCY: &str = "EUR"; // @slot currency

/// Why a command or a file is refused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ExpenseError {
    BadAmount(String),
    BadDate(String),
    BadMonth(String),
    BadCategory(String),
    BadLine { line: usize, reason: String },
    NoEntry(String), // @feature remove
}

impl fmt::Display for ExpenseError {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        match self {
            ExpenseError::BadAmount(text) => write!(f, "'{text}' is not an amount like 12.34"),
            ExpenseError::BadDate(text) => write!(f, "'{text}' is not a date like 2024-05-31"),
            ExpenseError::BadMonth(text) => write!(f, "'{text}' is not a month like 2024-05"),
            ExpenseError::BadCategory(text) => write!(f, "'{text}' is not one word"),
            ExpenseError::BadLine { line, reason } => write!(f, "line {line}: {reason}"),
            // @feature remove
            ExpenseError::NoEntry(number) => write!(f, "there is no entry {number}"),
            // @end
        }
    }
}

impl std::error::Error for ExpenseError {}

/// One expense. The amount is in cents, the date is `YYYY-MM-DD`, which sorts as text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Expense {
    pub date: String,
    pub amount: u64,
    pub category: String,
    pub note: String,
}

impl Expense {
    pub fn new(date: &str, amount: &str, category: &str, note: &str) -> Result<Self, ExpenseError> {
        let category = category.to_lowercase();
        if category.is_empty() || category.contains(char::is_whitespace) {
            return Err(ExpenseError::BadCategory(category));
        }
        Ok(Expense {
            date: check_date(date)?,
            amount: parse_amount(amount)?,
            category,
            note: note.split_whitespace().collect::<Vec<_>>().join(" "),
        })
    }

    fn from_line(line: &str) -> Result<Self, ExpenseError> {
        let mut words = line.splitn(4, ' ');
        let mut next = || words.next().unwrap_or_default();
        Expense::new(next(), next(), next(), next())
    }
}

impl fmt::Display for Expense {
    /// The expense as it stands in the file.
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        let amount = format!("{}.{:02}", self.amount / 100, self.amount % 100);
        let line = format!("{} {amount} {} {}", self.date, self.category, self.note);
        write!(f, "{}", line.trim_end())
    }
}

/// Reads `12`, `12.5` or `12.34` as cents; zero is not an expense.
pub fn parse_amount(text: &str) -> Result<u64, ExpenseError> {
    let wrong = || ExpenseError::BadAmount(text.to_string());
    let (whole, cents) = text.split_once('.').unwrap_or((text, "0"));
    let digits = |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit());
    if !digits(whole) || !digits(cents) || whole.len() > 9 || cents.len() > 2 {
        return Err(wrong());
    }
    match format!("{whole}{cents:0<2}").parse() {
        Ok(amount) if amount > 0 => Ok(amount),
        _ => Err(wrong()),
    }
}

pub fn format_amount(cents: u64) -> String {
    format!("{}.{:02} {CURRENCY}", cents / 100, cents % 100)
}

fn check_date(text: &str) -> Result<String, ExpenseError> {
    let wrong = || ExpenseError::BadDate(text.to_string());
    let (month, day) = text.rsplit_once('-').ok_or_else(wrong)?;
    check_month(month).map_err(|_| wrong())?;
    let year: i64 = month[..4].parse().map_err(|_| wrong())?;
    let days = match &month[5..] {
        "02" if is_leap(year) => 29,
        "02" => 28,
        "04" | "06" | "09" | "11" => 30,
        _ => 31,
    };
    let valid = day.len() == 2 && day.bytes().all(|b| b.is_ascii_digit());
    match day.parse() {
        Ok(number) if valid && (1..=days).contains(&number) => Ok(text.to_string()),
        _ => Err(wrong()),
    }
}

/// Checks that `text` is a month like `2024-05`.
pub fn check_month(text: &str) -> Result<&str, ExpenseError> {
    let wrong = || ExpenseError::BadMonth(text.to_string());
    let digits =
        |part: &str, count| part.len() == count && part.bytes().all(|b| b.is_ascii_digit());
    match text.split_once('-') {
        Some((year, month)) if digits(year, 4) && digits(month, 2) => match month.parse() {
            Ok(1..=12) => Ok(text),
            _ => Err(wrong()),
        },
        _ => Err(wrong()),
    }
}

fn is_leap(year: i64) -> bool {
    year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
}

/// The date of a day counted from 1970-01-01.
pub fn date_of_day(mut day: u64) -> String {
    let mut year = 1970;
    while day >= 365 + u64::from(is_leap(year)) {
        day -= 365 + u64::from(is_leap(year));
        year += 1;
    }
    let february = 28 + u64::from(is_leap(year));
    let mut month = 1;
    for days in [31, february, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31] {
        if day < days {
            break;
        }
        day -= days;
        month += 1;
    }
    format!("{year:04}-{month:02}-{:02}", day + 1)
}

/// All expenses by date.
#[derive(Debug, Clone, Default)]
pub struct Expenses {
    entries: Vec<Expense>,
}

impl Expenses {
    pub fn parse(text: &str) -> Result<Self, ExpenseError> {
        let mut expenses = Expenses::default();
        for (index, line) in text
            .lines()
            .enumerate()
            .filter(|(_, l)| !l.trim().is_empty())
        {
            let entry = Expense::from_line(line.trim()).map_err(|error| ExpenseError::BadLine {
                line: index + 1,
                reason: error.to_string(),
            })?;
            expenses.add(entry);
        }
        Ok(expenses)
    }

    pub fn to_text(&self) -> String {
        self.entries
            .iter()
            .map(|entry| format!("{entry}\n"))
            .collect()
    }

    /// Adds an expense behind those of the same or an earlier date.
    pub fn add(&mut self, entry: Expense) {
        let place = self
            .entries
            .partition_point(|known| known.date <= entry.date);
        self.entries.insert(place, entry);
    }

    /// The entries of a month (`2024-05`), of a year (`2024`) or, with an empty text, all;
    /// each with its number.
    pub fn of<'a>(&'a self, period: &'a str) -> impl Iterator<Item = (usize, &'a Expense)> {
        let numbered = self
            .entries
            .iter()
            .enumerate()
            .map(|(at, entry)| (at + 1, entry));
        numbered.filter(move |(_, entry)| entry.date.starts_with(period))
    }

    pub fn total(&self, period: &str) -> u64 {
        self.of(period).map(|(_, entry)| entry.amount).sum()
    }

    /// The sum of each category, the largest first.
    pub fn by_category<'a>(&'a self, period: &'a str) -> Vec<(&'a str, u64)> {
        let mut sums = BTreeMap::new();
        for (_, entry) in self.of(period) {
            *sums.entry(entry.category.as_str()).or_insert(0) += entry.amount;
        }
        let mut sums: Vec<_> = sums.into_iter().collect();
        sums.sort_by_key(|(_, sum)| std::cmp::Reverse(*sum));
        sums
    }

    // @feature months
    /// The sum of each month, in order.
    pub fn by_month(&self) -> BTreeMap<&str, u64> {
        let mut sums = BTreeMap::new();
        for entry in &self.entries {
            *sums.entry(&entry.date[..7]).or_insert(0) += entry.amount;
        }
        sums
    }
    // @end

    // @feature remove
    /// Removes the entry with this number.
    pub fn remove(&mut self, number: &str) -> Result<Expense, ExpenseError> {
        match number.parse::<usize>() {
            Ok(at) if at >= 1 && at <= self.entries.len() => Ok(self.entries.remove(at - 1)),
            _ => Err(ExpenseError::NoEntry(number.to_string())),
        }
    }
    // @end

    // @feature csv
    /// The expenses as comma separated values for a spreadsheet.
    pub fn to_csv(&self) -> String {
        let mut text = "date,amount,category,note\n".to_string();
        for entry in &self.entries {
            let (whole, cents) = (entry.amount / 100, entry.amount % 100);
            let quote = |field: &str| format!("\"{}\"", field.replace('"', "\"\""));
            let (category, note) = (quote(&entry.category), quote(&entry.note));
            text += &format!("{},{whole}.{cents:02},{category},{note}\n", entry.date);
        }
        text
    }
    // @end
}

#[cfg(test)]
mod tests {
    use super::*;

    const FILE: &str = "2024-01-31 800.00 rent\n2024-02-01 12.50 food market, cheese\n\
                        2024-02-29 7.25 Food\n";

    #[test]
    fn the_file_is_read_back_alike() {
        let expenses = Expenses::parse(FILE).unwrap();
        assert_eq!(expenses.to_text(), FILE.replace("Food", "food"));
    }

    #[test]
    fn sums_are_made_by_period_and_category() {
        let expenses = Expenses::parse(FILE).unwrap();
        assert_eq!(expenses.total("2024-02"), 1975);
        assert_eq!(expenses.total(""), 81975);
        assert_eq!(expenses.by_category(""), [("rent", 80000), ("food", 1975)]);
    }

    #[test]
    fn entries_are_kept_by_date() {
        let mut expenses = Expenses::parse(FILE).unwrap();
        expenses.add(Expense::new("2024-02-01", "1", "bus", "").unwrap());
        let order: Vec<_> = expenses.of("").map(|(_, e)| e.category.as_str()).collect();
        assert_eq!(order, ["rent", "food", "bus", "food"]);
    }

    #[test]
    fn wrong_lines_are_named() {
        for (line, part) in [
            ("2023-02-29 1 x", "'2023-02-29' is not a date"),
            ("2024-13-01 1 x", "is not a date"),
            ("2024-01-1 1 x", "is not a date"),
            ("2024-01-+1 1 x", "is not a date"),
            ("2024-01-01 0 x", "is not an amount"),
            ("2024-01-01 1,5 x", "is not an amount"),
            ("2024-01-01 5", "is not one word"),
        ] {
            let message = Expenses::parse(&format!("\n{line}"))
                .unwrap_err()
                .to_string();
            assert!(
                message.starts_with("line 2: ") && message.contains(part),
                "{message}"
            );
        }
    }

    #[test]
    fn days_become_dates() {
        assert_eq!(date_of_day(0), "1970-01-01");
        assert_eq!(date_of_day(11016), "2000-02-29");
        assert_eq!(date_of_day(19723), "2024-01-01");
    }

    // @feature months
    #[test]
    fn months_have_sums() {
        let expenses = Expenses::parse(FILE).unwrap();
        let months: Vec<_> = expenses.by_month().into_iter().collect();
        assert_eq!(months, [("2024-01", 80000), ("2024-02", 1975)]);
    }
    // @end

    // @feature remove
    #[test]
    fn entries_are_removed_by_number() {
        let mut expenses = Expenses::parse(FILE).unwrap();
        assert_eq!(expenses.remove("1").unwrap().category, "rent");
        assert!(expenses.remove("3").is_err() && expenses.remove("0").is_err());
    }
    // @end

    // @feature csv
    #[test]
    fn notes_are_quoted_for_spreadsheets() {
        let csv = Expenses::parse(FILE).unwrap().to_csv();
        assert!(csv.contains("2024-02-01,12.50,\"food\",\"market, cheese\"\n"));
    }
    // @end
}
