//! Dates of the Gregorian calendar by way of day numbers, and calendars as text.

use std::fmt;
use std::str::FromStr;

/// The day that weeks begin with: `monday` or `sunday`.
pub const WEEK_BEGINS: &str = "monday"; // @slot week_begins

const MONTHS: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];

const WEEKDAYS: [&str; 7] = [
    "Monday",
    "Tuesday",
    "Wednesday",
    "Thursday",
    "Friday",
    "Saturday",
    "Sunday",
];

/// Years that have four digits.
pub const YEARS: std::ops::RangeInclusive<i64> = 1..=9999;

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DateError(String);

impl fmt::Display for DateError {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for DateError {}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Date {
    year: i64,
    month: i64,
    day: i64,
}

pub fn is_leap(year: i64) -> bool {
    year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
}

fn days_in_month(year: i64, month: i64) -> i64 {
    match month {
        2 => 28 + i64::from(is_leap(year)),
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

impl Date {
    pub fn new(year: i64, month: i64, day: i64) -> Result<Self, DateError> {
        check_month(year, month)?;
        if !(1..=days_in_month(year, month)).contains(&day) {
            let name = MONTHS[month as usize - 1];
            return Err(DateError(format!("{name} {year} has no day {day}")));
        }
        Ok(Date { year, month, day })
    }

    /// Days since 1 January of year 1, which is day 0.
    pub fn day_number(self) -> i64 {
        let years = self.year - 1;
        let before: i64 = (1..self.month)
            .map(|month| days_in_month(self.year, month))
            .sum();
        years * 365 + years / 4 - years / 100 + years / 400 + before + self.day - 1
    }

    /// The date with this number of days since 1 January of year 1.
    pub fn from_day_number(number: i64) -> Result<Self, DateError> {
        let last = Date {
            year: *YEARS.end(),
            month: 12,
            day: 31,
        };
        if number < 0 || number > last.day_number() {
            return Err(DateError(
                "the date is outside of the years 1 to 9999".to_string(),
            ));
        }
        // 400 years have 146097 days; the guess is at most one year too small.
        let mut year = number * 400 / 146097 + 1;
        while number
            >= (Date {
                year: year + 1,
                month: 1,
                day: 1,
            })
            .day_number()
        {
            year += 1;
        }
        while number
            < (Date {
                year,
                month: 1,
                day: 1,
            })
            .day_number()
        {
            year -= 1;
        }
        let mut date = Date {
            year,
            month: 1,
            day: 1,
        };
        let mut rest = number - date.day_number();
        while rest >= days_in_month(year, date.month) {
            rest -= days_in_month(year, date.month);
            date.month += 1;
        }
        date.day += rest;
        Ok(date)
    }

    /// 0 for Monday to 6 for Sunday. Day 0 was a Monday.
    pub fn weekday(self) -> usize {
        (self.day_number() % 7) as usize
    }

    pub fn weekday_name(self) -> &'static str {
        WEEKDAYS[self.weekday()]
    }

    // @feature add
    /// The date `days` later, or earlier if the number is negative.
    pub fn plus(self, days: i64) -> Result<Self, DateError> {
        Date::from_day_number(self.day_number().saturating_add(days))
    }
    // @end

    // @feature week
    /// The ISO week and the year it belongs to. Week 1 is the one with the first Thursday.
    pub fn iso_week(self) -> (i64, i64) {
        let thursday = self.day_number() - self.weekday() as i64 + 3;
        let year = Date::from_day_number(thursday).map_or(self.year, |date| date.year);
        let first = Date {
            year,
            month: 1,
            day: 1,
        };
        (year, (thursday - first.day_number()) / 7 + 1)
    }
    // @end
}

fn check_month(year: i64, month: i64) -> Result<(), DateError> {
    match (YEARS.contains(&year), (1..=12).contains(&month)) {
        (true, true) => Ok(()),
        (false, _) => Err(DateError(format!("year {year} is not from 1 to 9999"))),
        _ => Err(DateError(format!("month {month} is not from 1 to 12"))),
    }
}

impl FromStr for Date {
    type Err = DateError;

    /// Reads `2024-05-31`.
    fn from_str(text: &str) -> Result<Self, DateError> {
        let number = |part: &str| match part.bytes().all(|b| b.is_ascii_digit()) {
            true => part.parse::<i64>().ok(),
            false => None,
        };
        let numbers: Option<Vec<i64>> = text.split('-').map(number).collect();
        match numbers.as_deref() {
            Some(&[year, month, day]) => Date::new(year, month, day),
            _ => Err(DateError(format!("'{text}' is not a date like 2024-05-31"))),
        }
    }
}

impl fmt::Display for Date {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        write!(f, "{:04}-{:02}-{:02}", self.year, self.month, self.day)
    }
}

/// Days from one date to another; negative if `to` is the earlier one.
pub fn days_between(from: Date, to: Date) -> i64 {
    to.day_number() - from.day_number()
}

// @feature workdays
/// Days from Monday to Friday after `from` up to and including `to`.
pub fn workdays_between(from: Date, to: Date) -> i64 {
    let count = |date: Date| {
        // Counted from a Monday: whole weeks have five, the rest at most five.
        let days = date.day_number() + 1;
        days / 7 * 5 + (days % 7).min(5)
    };
    count(to) - count(from)
}
// @end

/// The calendar of a month: a title, the weekdays and the weeks, each line 20 wide.
pub fn month_lines(year: i64, month: i64) -> Result<Vec<String>, DateError> {
    let first = Date::new(year, month, 1)?;
    let shift = if WEEK_BEGINS == "sunday" { 6 } else { 0 };
    let names: Vec<&str> = (0..7).map(|at| &WEEKDAYS[(at + shift) % 7][..2]).collect();
    let title = format!("{} {year}", MONTHS[month as usize - 1]);
    let mut lines = vec![format!("{title:^20}"), names.join(" ")];
    let blanks = (first.weekday() + 7 - shift) % 7;
    let mut cells = vec!["  ".to_string(); blanks];
    cells.extend((1..=days_in_month(year, month)).map(|day| format!("{day:>2}")));
    lines.extend(
        cells
            .chunks(7)
            .map(|week| format!("{:<20}", week.join(" "))),
    );
    Ok(lines)
}

/// Joins lines without the spaces at their ends.
pub fn text_of(lines: &[String]) -> String {
    lines
        .iter()
        .map(|line| format!("{}\n", line.trim_end()))
        .collect()
}

// @feature year
/// The calendar of a year, three months side by side.
pub fn year_lines(year: i64) -> Result<Vec<String>, DateError> {
    let mut lines = Vec::new();
    for quarter in [1, 4, 7, 10] {
        let months: Result<Vec<_>, _> = (quarter..quarter + 3)
            .map(|m| month_lines(year, m))
            .collect();
        let months = months?;
        let height = months.iter().map(Vec::len).max().unwrap_or(0);
        for row in 0..height {
            let part = |month: &Vec<String>| format!("{:<20}", month.get(row).map_or("", |l| l));
            lines.push(months.iter().map(part).collect::<Vec<_>>().join("   "));
        }
        lines.push(String::new());
    }
    lines.pop();
    Ok(lines)
}
// @end

#[cfg(test)]
mod tests {
    use super::*;

    fn date(text: &str) -> Date {
        text.parse().unwrap()
    }

    #[test]
    fn weekdays_are_right() {
        assert_eq!(date("2000-01-01").weekday_name(), "Saturday");
        assert_eq!(date("1969-07-20").weekday_name(), "Sunday");
        assert_eq!(date("2024-02-29").weekday_name(), "Thursday");
    }

    #[test]
    fn days_are_counted_over_leap_years() {
        assert_eq!(days_between(date("2024-02-28"), date("2024-03-01")), 2);
        assert_eq!(days_between(date("2023-02-28"), date("2023-03-01")), 1);
        assert_eq!(days_between(date("2000-01-01"), date("1999-12-31")), -1);
        assert!(!is_leap(1900) && is_leap(2000));
    }

    #[test]
    fn day_numbers_lead_back_to_dates() {
        for number in (0..3_652_059).step_by(61).chain([3_652_058]) {
            let date = Date::from_day_number(number).unwrap();
            assert_eq!(date.day_number(), number, "{date}");
        }
        assert!(Date::from_day_number(-1).is_err());
        assert!(Date::from_day_number(3_652_059).is_err());
    }

    #[test]
    fn wrong_dates_are_explained() {
        let message = |text: &str| text.parse::<Date>().unwrap_err().to_string();
        assert_eq!(message("2023-02-29"), "February 2023 has no day 29");
        assert_eq!(message("2023-13-01"), "month 13 is not from 1 to 12");
        assert_eq!(message("0-1-1"), "year 0 is not from 1 to 9999");
        for text in ["2023-05", "x", "2023-05-+1", "", "2023--1"] {
            assert!(message(text).contains("is not a date"), "{text}");
        }
    }

    #[test]
    fn months_hold_all_their_days() {
        for month in 1..=12 {
            let lines = month_lines(2024, month).unwrap();
            let days = lines[2..].iter().flat_map(|line| line.split_whitespace());
            let days: Vec<i64> = days.map(|day| day.parse().unwrap()).collect();
            assert!(days.into_iter().eq(1..=days_in_month(2024, month)));
            assert!(lines.iter().all(|line| line.len() == 20));
        }
    }

    // @feature year
    #[test]
    fn a_year_has_twelve_months() {
        let text = text_of(&year_lines(2024).unwrap());
        assert!(MONTHS.iter().all(|month| text.contains(month)));
        assert_eq!(
            text.split_whitespace().filter(|word| *word == "30").count(),
            11
        );
    }
    // @end

    // @feature week
    #[test]
    fn weeks_belong_to_the_year_of_their_thursday() {
        assert_eq!(date("2021-01-03").iso_week(), (2020, 53));
        assert_eq!(date("2024-12-30").iso_week(), (2025, 1));
        assert_eq!(date("2024-01-01").iso_week(), (2024, 1));
    }
    // @end

    // @feature add
    #[test]
    fn days_can_be_added() {
        assert_eq!(date("2024-02-28").plus(2).unwrap(), date("2024-03-01"));
        assert_eq!(date("2024-01-01").plus(-1).unwrap(), date("2023-12-31"));
        assert!(date("2024-01-01").plus(i64::MAX).is_err());
    }
    // @end

    // @feature workdays
    #[test]
    fn weekends_are_no_workdays() {
        assert_eq!(workdays_between(date("2024-05-03"), date("2024-05-06")), 1);
        assert_eq!(workdays_between(date("2024-05-05"), date("2024-05-12")), 5);
        assert_eq!(workdays_between(date("2024-05-12"), date("2024-05-05")), -5);
    }
    // @end
}
