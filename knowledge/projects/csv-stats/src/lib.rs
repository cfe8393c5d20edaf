//! Tables of separated values and statistics of their columns.

use std::fmt;

/// The character between fields.
pub const DELIMITER: char = ','; // @slot delimiter

/// Digits after the decimal point in the report.
pub const DECIMALS: usize = 2; // @slot decimals

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TableError {
    NoHeader,
    UnclosedQuote {
        line: usize,
    },
    FieldCount {
        line: usize,
        found: usize,
        expected: usize,
    },
    UnknownColumn(String),
    BadCondition(String), // @feature filter
}

impl fmt::Display for TableError {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        match self {
            TableError::NoHeader => write!(f, "the input has no header line"),
            TableError::UnclosedQuote { line } => write!(f, "line {line}: a quote is never closed"),
            TableError::FieldCount {
                line,
                found,
                expected,
            } => {
                write!(
                    f,
                    "line {line}: {found} fields where the header has {expected}"
                )
            }
            TableError::UnknownColumn(name) => write!(f, "there is no column '{name}'"),
            // @feature filter
            TableError::BadCondition(text) => {
                write!(
                    f,
                    "'{text}' is not a condition like COLUMN=VALUE, COLUMN<5 or COLUMN>5"
                )
            }
            // @end
        }
    }
}

impl std::error::Error for TableError {}

/// A header and rows with as many fields each.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Table {
    pub header: Vec<String>,
    pub rows: Vec<Vec<String>>,
}

impl Table {
    pub fn parse(text: &str) -> Result<Self, TableError> {
        let mut records = records(text)?.into_iter();
        let (_, header) = records.next().ok_or(TableError::NoHeader)?;
        let expected = header.len();
        let mut rows = Vec::new();
        for (line, row) in records {
            if row.len() != expected {
                return Err(TableError::FieldCount {
                    line,
                    found: row.len(),
                    expected,
                });
            }
            rows.push(row);
        }
        Ok(Table { header, rows })
    }

    /// The index of a column by its name.
    pub fn column(&self, name: &str) -> Result<usize, TableError> {
        let found = self.header.iter().position(|h| h.trim() == name.trim());
        found.ok_or_else(|| TableError::UnknownColumn(name.to_string()))
    }

    /// The numbers of a column, or nothing if a field that is not empty is no number.
    pub fn numbers(&self, column: usize) -> Option<Vec<f64>> {
        self.rows
            .iter()
            .map(|row| row[column].trim())
            .filter(|field| !field.is_empty())
            .map(|field| field.parse().ok().filter(|n: &f64| n.is_finite()))
            .collect()
    }

    // @feature filter
    /// Keeps the rows that meet a condition such as `age>30` or `name=Ann`.
    pub fn filter(&mut self, condition: &str) -> Result<(), TableError> {
        let bad = || TableError::BadCondition(condition.to_string());
        let at = condition.find(['=', '<', '>']).ok_or_else(bad)?;
        let (name, rest) = condition.split_at(at);
        let (operator, wanted) = rest.split_at(1);
        let column = self.column(name)?;
        if operator == "=" {
            self.rows.retain(|row| row[column].trim() == wanted.trim());
            return Ok(());
        }
        let limit: f64 = wanted.trim().parse().map_err(|_| bad())?;
        self.rows
            .retain(|row| match row[column].trim().parse::<f64>() {
                Ok(value) if operator == "<" => value < limit,
                Ok(value) => value > limit,
                Err(_) => false,
            });
        Ok(())
    }
    // @end
}

/// Splits a text into records with the line each begins on. Quotes may hold delimiters, line
/// breaks and doubled quotes.
fn records(text: &str) -> Result<Vec<(usize, Vec<String>)>, TableError> {
    let mut records = Vec::new();
    let (mut record, mut field) = (Vec::new(), String::new());
    let (mut line, mut start) = (1, 1);
    let mut quoted_since = None;
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        line += usize::from(c == '\n');
        match (quoted_since, c) {
            (Some(_), '"') if chars.peek() == Some(&'"') => {
                chars.next();
                field.push('"');
            }
            (Some(_), '"') => quoted_since = None,
            (Some(_), c) => field.push(c),
            (None, '"') if field.is_empty() => quoted_since = Some(line),
            (None, DELIMITER) => record.push(std::mem::take(&mut field)),
            (None, '\r') if chars.peek() == Some(&'\n') => {}
            (None, '\n') => {
                if !record.is_empty() || !field.is_empty() {
                    record.push(std::mem::take(&mut field));
                    records.push((start, std::mem::take(&mut record)));
                }
                start = line;
            }
            (None, c) => field.push(c),
        }
    }
    if let Some(line) = quoted_since {
        return Err(TableError::UnclosedQuote { line });
    }
    if !record.is_empty() || !field.is_empty() {
        record.push(field);
        records.push((start, record));
    }
    Ok(records)
}

/// What is known of the numbers of one column.
#[derive(Debug, Clone, PartialEq)]
pub struct Summary {
    pub count: usize,
    pub sum: f64,
    pub mean: f64,
    pub min: f64,
    pub max: f64,
    pub median: f64, // @feature median
}

impl Summary {
    /// Nothing can be said of no numbers.
    pub fn of(numbers: &[f64]) -> Option<Self> {
        let mut sorted = numbers.to_vec();
        sorted.sort_by(f64::total_cmp);
        let (min, max) = (*sorted.first()?, *sorted.last()?);
        let count = sorted.len();
        let sum: f64 = numbers.iter().sum();
        Some(Summary {
            count,
            sum,
            mean: sum / count as f64,
            min,
            max,
            median: (sorted[(count - 1) / 2] + sorted[count / 2]) / 2.0, // @feature median
        })
    }
}

impl fmt::Display for Summary {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        write!(
            f,
            "count {}, sum {:.d$}, ",
            self.count,
            self.sum,
            d = DECIMALS
        )?;
        write!(f, "mean {:.d$}, ", self.mean, d = DECIMALS)?;
        write!(
            f,
            "min {:.d$}, max {:.d$}",
            self.min,
            self.max,
            d = DECIMALS
        )
    }
}

/// One line for every numeric column among `columns`.
pub fn report(table: &Table, columns: &[usize]) -> String {
    let line = |&column: &usize| {
        let summary = Summary::of(&table.numbers(column)?)?;
        Some(format!("{}: {summary}\n", table.header[column].trim()))
    };
    columns.iter().filter_map(line).collect()
}

// @feature median
/// The medians of the numeric columns among `columns`.
pub fn medians(table: &Table, columns: &[usize]) -> String {
    let line = |&column: &usize| {
        let summary = Summary::of(&table.numbers(column)?)?;
        Some(format!(
            "{}: median {:.DECIMALS$}\n",
            table.header[column].trim(),
            summary.median
        ))
    };
    columns.iter().filter_map(line).collect()
}
// @end

#[cfg(test)]
mod tests {
    use super::*;

    /// Sample tables are written with commas, whatever the delimiter is.
    fn table(text: &str) -> Result<Table, TableError> {
        Table::parse(&text.replace(',', &DELIMITER.to_string()))
    }

    #[test]
    fn quotes_hide_delimiters_and_line_breaks() {
        let table = table("a,b\n\"x,\"\"y\"\"\nz\",2\r\n").unwrap();
        assert_eq!(table.rows[0][0].replace(DELIMITER, ","), "x,\"y\"\nz");
        assert_eq!(table.rows[0][1], "2");
    }

    #[test]
    fn empty_fields_count_and_blank_lines_do_not() {
        let table = table("a,b\n\n,2\n1,\n").unwrap();
        assert_eq!(table.rows.len(), 2);
        assert_eq!(table.numbers(0), Some(vec![1.0]));
    }

    #[test]
    fn malformed_tables_are_refused_with_the_line() {
        assert_eq!(table(""), Err(TableError::NoHeader));
        let wrong = TableError::FieldCount {
            line: 3,
            found: 1,
            expected: 2,
        };
        assert_eq!(table("a,b\n1,2\n3\n"), Err(wrong));
        assert_eq!(
            table("a\n\"open\n"),
            Err(TableError::UnclosedQuote { line: 2 })
        );
    }

    #[test]
    fn columns_with_words_have_no_statistics() {
        let table = table("name,size\nx,1\ny,3\n").unwrap();
        assert_eq!(table.numbers(0), None);
        assert_eq!(report(&table, &[0, 1]).lines().count(), 1);
    }

    #[test]
    fn summaries_are_right() {
        let summary = Summary::of(&[4.0, 1.0, 2.0, 1.0]).unwrap();
        assert_eq!((summary.count, summary.sum, summary.mean), (4, 8.0, 2.0));
        assert_eq!((summary.min, summary.max), (1.0, 4.0));
        assert_eq!(summary.median, 1.5); // @feature median
        assert_eq!(Summary::of(&[]), None);
    }

    // @feature median
    #[test]
    fn medians_are_shown_for_numeric_columns() {
        let text = medians(&table("name,size\nx,1\ny,3\n").unwrap(), &[0, 1]);
        assert_eq!(text, format!("size: median {:.DECIMALS$}\n", 2.0));
    }
    // @end

    // @feature filter
    #[test]
    fn conditions_choose_rows() {
        let sample = table("name,size\nx,1\ny,3\n").unwrap();
        for (condition, kept) in [("name=x", 1), ("size>0", 2), ("size<3", 1), ("name>1", 0)] {
            let mut table = sample.clone();
            table.filter(condition).unwrap();
            assert_eq!(table.rows.len(), kept, "{condition}");
        }
        assert!(sample.clone().filter("size").is_err());
        assert!(sample.clone().filter("weight=1").is_err());
        assert!(sample.clone().filter("size<big").is_err());
    }
    // @end
}
